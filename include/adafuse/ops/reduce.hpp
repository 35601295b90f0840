// Sums, means, maxima, minima: over everything or along dimensions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/dims.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>
#include <adafuse/ops/tensor_like.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What reductions along dimensions are told.
struct ReduceOptions {
  bool keepdim = false;  ///< Leave the reduced dimensions, with size 1.
};

namespace detail {
/// The result of reducing `dims`, with sizes of 1 in their place or without them.
inline Shape reduced_shape(const Shape& shape, const std::vector<Index>& dims, bool keepdim) {
  Shape result;
  for (Index d = 0; d < shape.rank(); ++d)
    if (std::find(dims.begin(), dims.end(), d) == dims.end())
      result.push_back(shape[d]);
    else if (keepdim)
      result.push_back(1);
  return result;
}

/// All dimensions of a shape.
inline std::vector<Index> all_dims(const Shape& shape) {
  std::vector<Index> dims(static_cast<std::size_t>(shape.rank()));
  for (std::size_t d = 0; d < dims.size(); ++d) dims[d] = static_cast<Index>(d);
  return dims;
}

/// How several dimensions are reduced as one: x, permuted by `order` unless that is empty, is
/// [outer, count, inner]. Elements that are reduced together keep their order.
struct ReducedDims {
  std::vector<Index> order;
  kernels::Middle middle{1, 1, 1};

  Shape shape() const { return {middle.outer, middle.count, middle.inner}; }
};
inline ReducedDims reduced_dims(const Shape& shape, std::vector<Index> axes) {
  std::sort(axes.begin(), axes.end());
  const auto reduced = [&](Index d) { return std::binary_search(axes.begin(), axes.end(), d); };
  ReducedDims result;
  if (axes.empty()) {
    result.middle.outer = shape.size();
    return result;
  }
  bool neighbours = true;
  for (Index d = axes.front(); d < axes.back(); ++d) neighbours &= reduced(d) || shape[d] == 1;
  if (!neighbours) {
    for (Index d = 0; d < shape.rank(); ++d)
      if (!reduced(d)) result.order.push_back(d);
    result.order.insert(result.order.end(), axes.begin(), axes.end());
  }
  for (Index d = 0; d < shape.rank(); ++d)
    (reduced(d)                       ? result.middle.count
     : neighbours && d > axes.front() ? result.middle.inner
                                      : result.middle.outer) *= shape[d];
  return result;
}

/// x as [outer, count, inner].
template <class T>
Tensor<T> as_middle(const Tensor<T>& x, const ReducedDims& r) {
  return (r.order.empty() ? x : kernels::permute<T>(x, r.order)).reshape(r.shape());
}
template <class T>
Variable<T> as_middle(const Variable<T>& x, const ReducedDims& r) {
  return reshape(r.order.empty() ? x : permute(x, r.order), r.shape());
}

inline void require_no_empty(const char* op, const Shape& shape, const std::vector<Index>& axes) {
  for (const Index axis : axes)
    require<ShapeError>(shape[axis] > 0, op, ": dimension ", axis, " of ", shape, " is empty");
}

/// y = x at the first of the largest or smallest along dimensions. y_i = x_p(i), so dx is dy there.
template <class T>
Variable<T> extreme(const char* op, const Variable<T>& x, const Dims& dims, ReduceOptions options,
                    bool largest) {
  const auto axes = dims.of(x.shape(), op);
  require_no_empty(op, x.shape(), axes);
  const ReducedDims r = reduced_dims(x.shape(), axes);
  const Tensor<T> merged = as_middle(x.value(op), r);
  auto positions = largest ? kernels::argmax(merged, 1) : kernels::argmin(merged, 1);
  for (Index i = 0; i < positions.size(); ++i) {
    auto& p = positions.data()[i];
    p = (i / r.middle.inner * r.middle.count + p) * r.middle.inner + i % r.middle.inner;
  }
  if (!r.order.empty()) {
    const auto all = Tensor<std::int64_t>::arange(x.size()).reshape(x.shape());
    positions = kernels::take(kernels::permute<std::int64_t>(all, r.order), positions);
  }
  return reshape(detail::take(x, positions), reduced_shape(x.shape(), axes, options.keepdim));
}
}  // namespace detail

/// The sum of all elements, rank 0.
template <Operand X>
Variable<scalar_of<X>> sum(const X& x) {
  return sum_to(x, {});
}

/// The sum along dimensions: `sum(x, 1)`, `sum(x, {0, 2, 3}, {.keepdim = true})`.
template <Operand X>
Variable<scalar_of<X>> sum(const X& input, const Dims& dims, ReduceOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const auto axes = dims.of(x.shape(), "sum");
  return reshape(sum_to(x, detail::reduced_shape(x.shape(), axes, true)),
                 detail::reduced_shape(x.shape(), axes, options.keepdim));
}

/// The mean of all elements, rank 0. Of none it is NaN, as in PyTorch.
template <Operand X>
Variable<scalar_of<X>> mean(const X& input) {
  const Variable<scalar_of<X>> x = input;
  return sum(x) / x.size();
}

/// The mean along dimensions: NaN where they hold no elements.
template <Operand X>
Variable<scalar_of<X>> mean(const X& input, const Dims& dims, ReduceOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  Index count = 1;
  for (const Index d : dims.of(x.shape(), "mean")) count *= x.size(d);
  return sum(x, dims, options) / count;
}

namespace detail {

/// The positions along `dim` of the first of the largest, or smallest, elements.
template <class T>
Tensor<std::int64_t> first_of_extremes(const char* op, const Tensor<T>& x, Index dim,
                                       ReduceOptions options, bool largest) {
  const auto axes = Dims(dim).of(x.shape(), op);
  require_no_empty(op, x.shape(), axes);
  return (largest ? kernels::argmax(x, axes[0]) : kernels::argmin(x, axes[0]))
      .reshape(reduced_shape(x.shape(), axes, options.keepdim));
}

/// Its only dimension holds all elements of x.
template <class T>
Tensor<T> all_in_a_row(const char* op, const Tensor<T>& x) {
  require<ShapeError>(x.size() > 0, op, ": ", x.shape(), " is empty");
  return x.reshape({-1});
}

}  // namespace detail

/// The position along `dim` of the first of the largest elements (a NaN counts as larger than any
/// number). x's shape without `dim`. Throws ShapeError when that dimension is empty.
template <TensorLike X>
Tensor<std::int64_t> argmax(const X& x, Index dim, ReduceOptions options = {}) {
  return detail::first_of_extremes("argmax", elements_of(x, "argmax"), dim, options, true);
}

/// The position of the first of the largest elements of all, counted in order; rank 0.
template <TensorLike X>
Tensor<std::int64_t> argmax(const X& x) {
  return argmax(detail::all_in_a_row("argmax", elements_of(x, "argmax")), 0);
}

/// The position along `dim` of the first of the smallest elements (a NaN counts as smaller than any
/// number). x's shape without `dim`. Throws ShapeError when that dimension is empty.
template <TensorLike X>
Tensor<std::int64_t> argmin(const X& x, Index dim, ReduceOptions options = {}) {
  return detail::first_of_extremes("argmin", elements_of(x, "argmin"), dim, options, false);
}

/// The position of the first of the smallest elements of all, counted in order; rank 0.
template <TensorLike X>
Tensor<std::int64_t> argmin(const X& x) {
  return argmin(detail::all_in_a_row("argmin", elements_of(x, "argmin")), 0);
}

/// The largest element along dimensions; its gradient goes to the first of equals. A NaN is the
/// largest of all. Throws ShapeError when such a dimension is empty.
template <Operand X>
Variable<scalar_of<X>> max(const X& x, const Dims& dims, ReduceOptions options = {}) {
  return detail::extreme<scalar_of<X>>("max", x, dims, options, true);
}

/// The largest element, rank 0; its gradient goes to the first of equals.
template <Operand X>
Variable<scalar_of<X>> max(const X& x) {
  return max(reshape(x, {-1}), 0);
}

/// The smallest element along dimensions; its gradient goes to the first of equals. A NaN is the
/// smallest of all. Throws ShapeError when such a dimension is empty.
template <Operand X>
Variable<scalar_of<X>> min(const X& x, const Dims& dims, ReduceOptions options = {}) {
  return detail::extreme<scalar_of<X>>("min", x, dims, options, false);
}

/// The smallest element, rank 0; its gradient goes to the first of equals.
template <Operand X>
Variable<scalar_of<X>> min(const X& x) {
  return min(reshape(x, {-1}), 0);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
