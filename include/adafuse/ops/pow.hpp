// Powers: of a tensor to a number, a tensor to a tensor, a number to a tensor.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/pow.hpp>
#include <adafuse/ops/pointwise.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

template <class N>
concept Number = std::is_arithmetic_v<N>;

namespace detail {

template <class T>
Variable<T> pow_of_number(const Variable<T>& x, T p) {
  // dx = dy p x^(p-1), which is 0 for p = 0 also where x is 0
  return record(
      "pow", kernels::pow(x.value(), p), {x}, [x, p](const Variable<T>& dy) -> Gradients<T> {
        if (equals(p, 0)) return {Tensor<T>(x.shape())};
        // One pass for the commonest.
        if (!grad_enabled() && equals(p, 2))
          return {kernels::zip(dy.value(), x.value(), [](T g, T v) { return g * 2 * v; })};
        if (!grad_enabled() && equals(p, 3))
          return {kernels::zip(dy.value(), x.value(), [](T g, T v) { return g * 3 * (v * v); })};
        return {dy * p * pow_of_number(x, p - 1)};
      });
}

}  // namespace detail

/// y = x^p for a number p.
template <Operand X, Number P>
Variable<scalar_of<X>> pow(const X& input, P exponent) {
  using T = scalar_of<X>;
  return detail::pow_of_number<T>(input, static_cast<T>(exponent));
}

/// y = a^b, element by element. Sizes of 1 stretch; ShapeError when the shapes do not broadcast.
template <Operand A, OperandLike<A> B>
Variable<scalar_of<A, B>> pow(const A& base, const B& exponent) {
  using T = scalar_of<A, B>;
  const Variable<T> a = base, b = exponent;
  broadcast_shapes(a.shape(), b.shape(), "pow");
  // da = dy b a^(b-1), db = dy y log a. Where b = 0, y is 1 for any a, and da is 0; where a = 0 and
  // b
  // >= 0, db is 0: but a factor of each may be infinite or NaN there. A 1 added to that factor's
  // argument gives the 0. (At a = 0 and b < 0, y is infinite and so is db.)
  return record(
      "pow", kernels::pow(a.value(), b.value()), {a, b},
      [a, b](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
        Gradients<T> gradients(2);
        if (a.requires_grad()) {
          const auto flat = kernels::map(b.value(), [](T w) { return equals(w, 0) ? T{1} : T{0}; });
          gradients[0] = sum_to(dy * b * pow(a, b - 1 + flat), a.shape());
        }
        if (b.requires_grad()) {
          const auto zero = kernels::zip(
              a.value(), b.value(), [](T v, T w) { return equals(v, 0) && w >= 0 ? T{1} : T{0}; });
          gradients[1] = sum_to(dy * y * log(a + zero), b.shape());
        }
        return gradients;
      });
}

/// y = a^b for a number a.
template <Number A, Operand B>
Variable<scalar_of<B>> pow(A base, const B& exponent) {
  return pow(Variable<scalar_of<B>>(base), exponent);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
