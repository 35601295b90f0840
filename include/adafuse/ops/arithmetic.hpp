// Addition, subtraction, multiplication, division, with broadcasting. The operators of variables
// mean these; those of tensors alone give tensors (tensor_arithmetic.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/broadcast.hpp>
#include <adafuse/ops/tensor_arithmetic.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// An operand that holds the same type of number as operand A.
template <class B, class A>
concept OperandLike = Operand<A> && Operand<B> && Operands<A, B>;

/// y = -x.
template <Operand X>
Variable<scalar_of<X>> neg(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  return record("neg", kernels::map(x.value(), [](T v) { return -v; }), {x},
                [](const Variable<T>& dy) -> Gradients<T> { return {-dy}; });
}

/// y = a + b. Sizes of 1 stretch; ShapeError when the shapes do not broadcast.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> add(const A& first, const B& second) {
  using T = scalar_of<A, B>;
  const Variable<T> a = first, b = second;
  broadcast_shapes(a.shape(), b.shape(), "add");
  // da = dy, db = dy
  return record("add", kernels::zip(a.value(), b.value(), [](T v, T w) { return v + w; }), {a, b},
                [to_a = a.shape(), to_b = b.shape(), needs_a = a.requires_grad(),
                 needs_b = b.requires_grad()](const Variable<T>& dy) -> Gradients<T> {
                  return {needs_a ? sum_to(dy, to_a) : Variable<T>(),
                          needs_b ? sum_to(dy, to_b) : Variable<T>()};
                });
}

/// y = a - b. Sizes of 1 stretch; ShapeError when the shapes do not broadcast.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> sub(const A& first, const B& second) {
  using T = scalar_of<A, B>;
  const Variable<T> a = first, b = second;
  broadcast_shapes(a.shape(), b.shape(), "sub");
  // da = dy, db = -dy
  return record("sub", kernels::zip(a.value(), b.value(), [](T v, T w) { return v - w; }), {a, b},
                [to_a = a.shape(), to_b = b.shape(), needs_a = a.requires_grad(),
                 needs_b = b.requires_grad()](const Variable<T>& dy) -> Gradients<T> {
                  return {needs_a ? sum_to(dy, to_a) : Variable<T>(),
                          needs_b ? -sum_to(dy, to_b) : Variable<T>()};
                });
}

/// y = a b, element by element. Sizes of 1 stretch; ShapeError when the shapes do not broadcast.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> mul(const A& first, const B& second) {
  using T = scalar_of<A, B>;
  const Variable<T> a = first, b = second;
  broadcast_shapes(a.shape(), b.shape(), "mul");
  // da = dy b, db = dy a
  return record("mul", kernels::zip(a.value(), b.value(), [](T v, T w) { return v * w; }), {a, b},
                [a, b](const Variable<T>& dy) -> Gradients<T> {
                  return {a.requires_grad() ? sum_to(dy * b, a.shape()) : Variable<T>(),
                          b.requires_grad() ? sum_to(dy * a, b.shape()) : Variable<T>()};
                });
}

/// y = a / b, element by element. Sizes of 1 stretch; ShapeError when the shapes do not broadcast.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> div(const A& first, const B& second) {
  using T = scalar_of<A, B>;
  const Variable<T> a = first, b = second;
  broadcast_shapes(a.shape(), b.shape(), "div");
  // da = dy / b, db = -dy a / b^2 = -(dy / b) y
  return record("div", kernels::zip(a.value(), b.value(), [](T v, T w) { return v / w; }), {a, b},
                [a, b](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  const Variable<T> da = dy / b;
                  return {a.requires_grad() ? sum_to(da, a.shape()) : Variable<T>(),
                          b.requires_grad() ? sum_to(-da * y, b.shape()) : Variable<T>()};
                });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
