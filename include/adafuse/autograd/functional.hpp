// vjp, jvp, jacobian, hessian, hvp, vhp: derivatives of a function as a whole, under the names of
// torch.autograd.functional.
//
//   const auto f = [](const Variable<double>& x) { return sum(x * x * x); };
//   const auto [y, product] = hvp(f, x, v);         // f(x) and its Hessian times v
//   const auto h = hessian(f, x);                   // [x.shape, x.shape]
//
// A function takes one variable, or a vector of them; then all that has a place for each input is a
// vector as well. With y = f(x), v^T dy/dx is one walk back (vjp). It is linear in v, and its
// derivative with respect to v, times u, is dy/dx u: two walks (jvp). Parameters' own gradients are
// left alone. Results have no history, unless `{.create_graph = true}`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/backward.hpp>
#include <utility>

namespace adafuse::inline ADAFUSE_SIMD {

/// What vjp, jvp, jacobian, hessian, vhp and hvp are told.
struct FunctionalOptions {
  bool create_graph = false;  ///< Results can be differentiated, with respect to x and v too.
};

namespace detail {

template <class T>
using Variables = std::vector<Variable<T>>;

/// x as the input of a function that is differentiated: a leaf, or with `create_graph` a step of
/// x's history that nobody else shares.
template <class T>
Variable<T> as_input(const Variable<T>& x, bool create_graph) {
  if (!create_graph || !x.requires_grad()) return parameter(x.value());
  return record("input", x.value(), {x},
                [](const Variable<T>& dy) -> Gradients<T> { return {dy}; });
}
template <class T>
Variables<T> as_inputs(const Variables<T>& x, bool create_graph) {
  Variables<T> inputs;
  for (const auto& each : x) inputs.push_back(as_input(each, create_graph));
  return inputs;
}

/// dL/dx for dL/dy = dy, zeros where y does not depend on x.
template <class T>
Variables<T> pulled_back(const Variables<T>& y, const Variables<T>& x, const Variables<T>& dy,
                         bool create_graph, bool retain_graph = false) {
  Variables<T> reached, arriving;
  for (std::size_t k = 0; k < y.size(); ++k)
    if (y[k].requires_grad()) reached.push_back(y[k]), arriving.push_back(dy[k]);
  Variables<T> gradients(x.size());
  if (!reached.empty())
    gradients = grad<T>(reached, x,
                        {.grad_outputs = arriving,
                         .create_graph = create_graph,
                         .retain_graph = retain_graph,
                         .allow_unused = true});
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!gradients[i].defined()) gradients[i] = Tensor<T>(x[i].shape());
  return gradients;
}

template <class T>
Variables<T> without_history(Variables<T> all, bool create_graph) {
  if (!create_graph)
    for (auto& each : all) each = std::move(each).detach();
  return all;
}
template <class T>
Variable<T> without_history(Variable<T> y, bool create_graph) {
  return create_graph ? y : std::move(y).detach();
}

template <class T>
void require_shapes(const char* name, const Variables<T>& x, const Variables<T>& v) {
  require<ValueError>(x.size() == v.size(), name, ": ", x.size(), " inputs and ", v.size(),
                      " vectors");
  for (std::size_t i = 0; i < x.size(); ++i)
    require<ShapeError>(x[i].shape() == v[i].shape(), name, ": input ", i, " is ", x[i].shape(),
                        ", its vector ", v[i].shape());
}
template <class T>
void require_number(const char* name, const Variable<T>& y) {
  require<ShapeError>(y.size() == 1, name, ": expects a function of one number, got ", y.shape());
}

/// dy/dx v by two walks: the one back is linear in what arrives, u.
template <class T>
Variables<T> pushed_forward(const Variables<T>& y, const Variables<T>& x, const Variables<T>& v,
                            bool create_graph) {
  Variables<T> u;
  for (const auto& each : y) u.push_back(parameter(Tensor<T>(each.shape())));
  return pulled_back<T>(pulled_back<T>(y, x, u, /*create_graph=*/true), u, v, create_graph);
}

inline Shape joined_shape(const Shape& a, const Shape& b) {
  Shape shape = a;
  for (Index d = 0; d < b.rank(); ++d) shape.push_back(b[d]);
  return shape;
}

/// Element `k` of rows [n, ...] as a step of the history, and its transpose. They call each other's
/// derivative.
template <class T>
Variable<T> row_as_step(const Variable<T>& rows, Index k);
template <class T>
Variable<T> only_row_as_step(const Variable<T>& row, Index k, Index n) {
  Tensor<T> rows(joined_shape({n}, row.shape()));
  std::copy(row.value().begin(), row.value().end(), rows.data() + k * row.size());
  return record("only_row", std::move(rows), {row},
                [k](const Variable<T>& dy) -> Gradients<T> { return {row_as_step(dy, k)}; });
}
template <class T>
Variable<T> row_as_step(const Variable<T>& rows, Index k) {
  return record("row", rows.value()[k].clone(), {rows},
                [k, n = rows.size(0)](const Variable<T>& dy) -> Gradients<T> {
                  return {only_row_as_step(dy, k, n)};
                });
}

/// Rows of one shape, `row`, as a tensor of `shape`.
template <class T>
Variable<T> joined_rows(const Variables<T>& rows, const Shape& row, const Shape& shape) {
  auto joined = Tensor<T>::uninitialized(shape);
  for (std::size_t k = 0; k < rows.size(); ++k)
    std::copy(rows[k].value().begin(), rows[k].value().end(),
              joined.data() + static_cast<Index>(k) * row.size());
  // d row k is row k of dy
  return record("rows", joined, rows,
                [row, n = static_cast<Index>(rows.size())](const Variable<T>& dy) -> Gradients<T> {
                  const Variable<T> all =
                      record("rows_of", dy.value().reshape(joined_shape({n}, row)), {dy},
                             [shape_ = dy.shape(), row](const Variable<T>& ddy) -> Gradients<T> {
                               Variables<T> parts;
                               for (Index k = 0; k < ddy.size(0); ++k)
                                 parts.push_back(row_as_step(ddy, k));
                               return {joined_rows(parts, row, shape_)};
                             });
                  Gradients<T> gradients;
                  for (Index k = 0; k < n; ++k) gradients.push_back(row_as_step(all, k));
                  return gradients;
                });
}

/// dy/dx for each x, [y.shape, x.shape]: a walk for each element of y.
template <class T>
Variables<T> jacobians(const Variable<T>& y, const Variables<T>& x, bool create_graph) {
  std::vector<Variables<T>> rows(x.size());
  for (Index k = 0; k < y.size(); ++k) {
    Tensor<T> one(y.shape());
    one.data()[k] = 1;
    auto gradients = pulled_back<T>({y}, x, {one}, create_graph, /*retain_graph=*/true);
    for (std::size_t i = 0; i < x.size(); ++i) rows[i].push_back(std::move(gradients[i]));
  }
  Variables<T> result;
  for (std::size_t i = 0; i < x.size(); ++i)
    result.push_back(joined_rows(rows[i], x[i].shape(), joined_shape(y.shape(), x[i].shape())));
  return result;
}

/// A function of one variable as one of a vector of them.
template <class F>
auto of_first(const F& f) {
  return [&f](const auto& x) { return f(x[0]); };
}

}  // namespace detail

// ---- Functions of several inputs

/// f(x) and v^T df/dx, one for each input; v has the shape of f(x). Throws ShapeError otherwise.
template <class T, class F>
requires std::invocable < const F&, const std::vector<Variable<T>>
& > std::pair<Variable<T>, std::vector<Variable<T>>> vjp(const F& f,
                                                         const std::vector<Variable<T>>& inputs,
                                                         const std::type_identity_t<Variable<T>>& v,
                                                         FunctionalOptions options = {}) {
  const GradMode on(true);
  const auto x = detail::as_inputs(inputs, options.create_graph);
  Variable<T> y = f(x);
  detail::require_shapes<T>("vjp", {y}, {v});
  auto product = detail::pulled_back<T>({y}, x, {v}, options.create_graph);
  return {detail::without_history(std::move(y), options.create_graph),
          detail::without_history(std::move(product), options.create_graph)};
}

/// f(x) and df/dx v, of the shape of f(x); v has a part for each input, of its shape. Throws
/// ShapeError or ValueError otherwise.
template <class T, class F>
requires std::invocable < const F&, const std::vector<Variable<T>>
& > std::pair<Variable<T>, Variable<T>> jvp(const F& f, const std::vector<Variable<T>>& inputs,
                                            const std::type_identity_t<std::vector<Variable<T>>>& v,
                                            FunctionalOptions options = {}) {
  const GradMode on(true);
  detail::require_shapes<T>("jvp", inputs, v);
  const auto x = detail::as_inputs(inputs, options.create_graph);
  Variable<T> y = f(x);
  auto product = detail::pushed_forward<T>({y}, x, v, options.create_graph)[0];
  return {detail::without_history(std::move(y), options.create_graph),
          detail::without_history(std::move(product), options.create_graph)};
}

/// df/dx for each input, [f(x).shape, x.shape]: a walk back for each element of f(x).
template <class T, class F>
requires std::invocable < const F&, const std::vector<Variable<T>>
& > std::vector<Variable<T>> jacobian(const F& f, const std::vector<Variable<T>>& inputs,
                                      FunctionalOptions options = {}) {
  const GradMode on(true);
  const auto x = detail::as_inputs(inputs, options.create_graph);
  const Variable<T> y = f(x);
  return detail::without_history(detail::jacobians(y, x, options.create_graph),
                                 options.create_graph);
}

/// d^2 f / dx_i dx_j, [i][j], each [x_i.shape, x_j.shape], of a function of one number: a walk back
/// for each element of the inputs. Throws ShapeError when f(x) is more than a number.
template <class T, class F>
requires std::invocable < const F&, const std::vector<Variable<T>>
& > std::vector<std::vector<Variable<T>>> hessian(const F& f,
                                                  const std::vector<Variable<T>>& inputs,
                                                  FunctionalOptions options = {}) {
  const GradMode on(true);
  const auto x = detail::as_inputs(inputs, options.create_graph);
  const Variable<T> y = f(x);
  detail::require_number("hessian", y);
  const auto dx = detail::pulled_back<T>({y}, x, {Tensor<T>::ones(y.shape())}, true);
  std::vector<std::vector<Variable<T>>> rows;
  for (const auto& each : dx)
    rows.push_back(detail::without_history(detail::jacobians(each, x, options.create_graph),
                                           options.create_graph));
  return rows;
}

/// f(x) and v^T H, where H is the Hessian: two walks back. Throws ShapeError when f(x) is more than
/// a number or v has not the shapes of x.
template <class T, class F>
requires std::invocable < const F&, const std::vector<Variable<T>>
& > std::pair<Variable<T>, std::vector<Variable<T>>> vhp(
        const F& f, const std::vector<Variable<T>>& inputs,
        const std::type_identity_t<std::vector<Variable<T>>>& v, FunctionalOptions options = {}) {
  const GradMode on(true);
  detail::require_shapes<T>("vhp", inputs, v);
  const auto x = detail::as_inputs(inputs, options.create_graph);
  Variable<T> y = f(x);
  detail::require_number("vhp", y);
  const auto dx = detail::pulled_back<T>({y}, x, {Tensor<T>::ones(y.shape())}, true);
  auto product = detail::pulled_back<T>(dx, x, v, options.create_graph);
  return {detail::without_history(std::move(y), options.create_graph),
          detail::without_history(std::move(product), options.create_graph)};
}

/// f(x) and H v: three walks back. Where f is twice differentiable H is symmetric, and vhp gives
/// the same for less.
template <class T, class F>
requires std::invocable < const F&, const std::vector<Variable<T>>
& > std::pair<Variable<T>, std::vector<Variable<T>>> hvp(
        const F& f, const std::vector<Variable<T>>& inputs,
        const std::type_identity_t<std::vector<Variable<T>>>& v, FunctionalOptions options = {}) {
  const GradMode on(true);
  detail::require_shapes<T>("hvp", inputs, v);
  const auto x = detail::as_inputs(inputs, options.create_graph);
  Variable<T> y = f(x);
  detail::require_number("hvp", y);
  const auto dx = detail::pulled_back<T>({y}, x, {Tensor<T>::ones(y.shape())}, true);
  auto product = detail::pushed_forward<T>(dx, x, v, options.create_graph);
  return {detail::without_history(std::move(y), options.create_graph),
          detail::without_history(std::move(product), options.create_graph)};
}

// ---- Functions of one input: the same, with a variable where a vector of one would stand

namespace detail {
/// A function of one variable of X's scalar type.
template <class F, class X>
concept OfOne = Operand<X> && std::invocable < const F&,
        const Variable<scalar_of<X>>
& > ;
}  // namespace detail

/// vjp of a function of one input: (f(x), v^T J) for v of f(x)'s shape.
template <class F, class X>
requires detail::OfOne<F, X> std::pair<Variable<scalar_of<X>>, Variable<scalar_of<X>>> vjp(
    const F& f, const X& x, const std::type_identity_t<Variable<scalar_of<X>>>& v,
    FunctionalOptions options = {}) {
  using T = scalar_of<X>;
  auto [y, product] = vjp(detail::of_first(f), detail::Variables<T>{x}, v, options);
  return {std::move(y), std::move(product[0])};
}

/// jvp of a function of one input: (f(x), J v) for v of x's shape.
template <class F, class X>
requires detail::OfOne<F, X> std::pair<Variable<scalar_of<X>>, Variable<scalar_of<X>>> jvp(
    const F& f, const X& x, const std::type_identity_t<Variable<scalar_of<X>>>& v,
    FunctionalOptions options = {}) {
  using T = scalar_of<X>;
  return jvp(detail::of_first(f), detail::Variables<T>{x}, detail::Variables<T>{v}, options);
}

/// jacobian of a function of one input: y's sizes, then x's.
template <class F, class X>
requires detail::OfOne<F, X> Variable<scalar_of<X>> jacobian(const F& f, const X& x,
                                                             FunctionalOptions options = {}) {
  using T = scalar_of<X>;
  return jacobian(detail::of_first(f), detail::Variables<T>{x}, options)[0];
}

/// hessian of a function of one input whose result is one number: x's sizes, twice.
template <class F, class X>
requires detail::OfOne<F, X> Variable<scalar_of<X>> hessian(const F& f, const X& x,
                                                            FunctionalOptions options = {}) {
  using T = scalar_of<X>;
  return hessian(detail::of_first(f), detail::Variables<T>{x}, options)[0][0];
}

/// vhp of a function of one input: (f(x), v^T H) for v of x's shape.
template <class F, class X>
requires detail::OfOne<F, X> std::pair<Variable<scalar_of<X>>, Variable<scalar_of<X>>> vhp(
    const F& f, const X& x, const std::type_identity_t<Variable<scalar_of<X>>>& v,
    FunctionalOptions options = {}) {
  using T = scalar_of<X>;
  auto [y, product] =
      vhp(detail::of_first(f), detail::Variables<T>{x}, detail::Variables<T>{v}, options);
  return {std::move(y), std::move(product[0])};
}

/// hvp of a function of one input: (f(x), H v) for v of x's shape.
template <class F, class X>
requires detail::OfOne<F, X> std::pair<Variable<scalar_of<X>>, Variable<scalar_of<X>>> hvp(
    const F& f, const X& x, const std::type_identity_t<Variable<scalar_of<X>>>& v,
    FunctionalOptions options = {}) {
  using T = scalar_of<X>;
  auto [y, product] =
      hvp(detail::of_first(f), detail::Variables<T>{x}, detail::Variables<T>{v}, options);
  return {std::move(y), std::move(product[0])};
}

}  // namespace adafuse::inline ADAFUSE_SIMD
