// Choosing element by element: by a mask (where, masked_fill), or the smaller and the larger of
// two.
//
// A mask is a Tensor<std::uint8_t>, as comparisons make it (compare.hpp): what is not 0 is true.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/where.hpp>
#include <adafuse/ops/pointwise.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// y = a where the condition is true, b elsewhere. Sizes of 1 stretch; ShapeError when the shapes
/// do not broadcast. What is not chosen is not looked at: its NaN goes nowhere.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> where(const Tensor<std::uint8_t>& condition, const A& first,
                                const B& second) {
  using T = scalar_of<A, B>;
  const Variable<T> a = first, b = second;
  require<ValueError>(condition.defined(), "where: needs a condition that is defined");
  // da = dy where the condition is true, db = dy elsewhere
  return record("where", kernels::where(condition, a.value(), b.value()), {a, b},
                [condition = Saved("condition", condition), to_a = a.shape(), to_b = b.shape(),
                 needs_a = a.requires_grad(),
                 needs_b = b.requires_grad()](const Variable<T>& dy) -> Gradients<T> {
                  const auto& chosen = condition.value();
                  return {needs_a ? sum_to(where(chosen, dy, 0), to_a) : Variable<T>(),
                          needs_b ? sum_to(where(chosen, 0, dy), to_b) : Variable<T>()};
                });
}

/// The same for tensors of whole numbers, which have no gradient.
template <std::integral T>
Tensor<T> where(const Tensor<std::uint8_t>& condition, const Tensor<T>& a, const Tensor<T>& b) {
  require<ValueError>(condition.defined() && a.defined() && b.defined(),
                      "where: needs tensors that are defined");
  return kernels::where(condition, a, b);
}

/// x with `number` wherever the mask is true. The mask stretches to x's shape; ShapeError when it
/// does not.
template <Operand X>
Variable<scalar_of<X>> masked_fill(const X& input, const Tensor<std::uint8_t>& mask,
                                   std::type_identity_t<scalar_of<X>> number) {
  const Variable<scalar_of<X>> x = input;
  require<ValueError>(mask.defined(), "masked_fill: needs a mask that is defined, for x ",
                      x.shape());
  require<ShapeError>(broadcast_shapes(x.shape(), mask.shape(), "masked_fill") == x.shape(),
                      "masked_fill: the mask ", mask.shape(), " does not broadcast to x, ",
                      x.shape());
  return where(mask, number, x);
}

namespace detail {

/// Of a and b the one that is `beyond` the other, and a NaN where one of them is.
template <class T, class Beyond>
Variable<T> extremum(const char* name, const Variable<T>& a, const Variable<T>& b, Beyond beyond) {
  broadcast_shapes(a.shape(), b.shape(), name);
  // da = dy where y is a, db = dy where y is b; half of it to each where they are equal. Where one
  // is NaN neither is beyond the other, and both get dy, as in PyTorch.
  const auto share = [beyond](T v, T w) {
    return equals(v, w) ? T{0.5} : beyond(w, v) ? T{0} : T{1};
  };
  return record(name,
                kernels::zip(a.value(name), b.value(name),
                             [beyond](T v, T w) { return beyond(v, w) || is_nan(v) ? v : w; }),
                {a, b}, [a, b, share](const Variable<T>& dy) -> Gradients<T> {
                  const auto part = [&dy](const Tensor<T>& by, const Shape& shape) {
                    return sum_to(gate(dy * by, by), shape);  // 0 also where dy is infinite
                  };
                  Gradients<T> gradients(2);
                  if (a.requires_grad())
                    gradients[0] = part(kernels::zip(a.value(), b.value(), share), a.shape());
                  if (b.requires_grad())
                    gradients[1] = part(kernels::zip(a.value(), b.value(),
                                                     [share](T v, T w) { return share(w, v); }),
                                        b.shape());
                  return gradients;
                });
}

}  // namespace detail

/// The smaller of a and b, NaN where one of them is. Sizes of 1 stretch; ShapeError when the shapes
/// do not broadcast.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> minimum(const A& a, const B& b) {
  using T = scalar_of<A, B>;
  return detail::extremum<T>("minimum", a, b, [](T v, T w) { return v < w; });
}

/// The larger of a and b, NaN where one of them is. Sizes of 1 stretch; ShapeError when the shapes
/// do not broadcast.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> maximum(const A& a, const B& b) {
  using T = scalar_of<A, B>;
  return detail::extremum<T>("maximum", a, b, [](T v, T w) { return v > w; });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
