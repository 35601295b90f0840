// Angles, in radians: sin, cos, atan2.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/atan2.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/elementwise.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// y = sin x.
template <Operand X>
Variable<scalar_of<X>> sin(const X& input) {
  // dx = dy cos x
  return elementwise("sin", as_variable(input), kernels::of<kernels::Function::sin>,
                     kernels::through<kernels::Function::cos>(
                         [](auto dy, auto, auto slope) { return dy * slope; }),
                     [](const auto& dy, const auto& x) { return dy * cos(x); });
}

/// y = cos x.
template <Operand X>
Variable<scalar_of<X>> cos(const X& input) {
  // dx = -dy sin x
  return elementwise("cos", as_variable(input), kernels::of<kernels::Function::cos>,
                     kernels::through<kernels::Function::sin>(
                         [](auto dy, auto, auto slope) { return -dy * slope; }),
                     [](const auto& dy, const auto& x) { return -dy * sin(x); });
}

/// The angle of the point (b, a), in [-pi, pi]: that of atan(a / b), in the right quadrant. Sizes
/// of 1 stretch; ShapeError when the shapes do not broadcast.
template <class A, Operands<A> B>
Variable<scalar_of<A, B>> atan2(const A& first, const B& second) {
  using T = scalar_of<A, B>;
  const Variable<T> a = first, b = second;
  broadcast_shapes(a.shape(), b.shape(), "atan2");
  // y = atan(a / b) + a constant, and atan'(t) = 1 / (1 + t^2): da = dy b / (a^2 + b^2),
  // db = -dy a / (a^2 + b^2). At (0, 0) both are NaN, as in PyTorch.
  return record("atan2", kernels::atan2(a.value(), b.value()), {a, b},
                [a, b](const Variable<T>& dy) -> Gradients<T> {
                  const Variable<T> along = dy / (a * a + b * b);
                  return {a.requires_grad() ? sum_to(along * b, a.shape()) : Variable<T>(),
                          b.requires_grad() ? sum_to(-along * a, b.shape()) : Variable<T>()};
                });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
