// Functions of one number, element by element.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <cmath>

namespace adafuse::inline ADAFUSE_SIMD {

/// x where `by` is above 0, and 0 elsewhere; `by` is a constant of x's shape. Linear in x.
template <Operand X>
Variable<scalar_of<X>> gate(const X& input, const Tensor<scalar_of<X>>& by) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  require<ShapeError>(by.shape() == x.shape(), "gate: expects ", x.shape(), ", got ", by.shape());
  return record("gate", kernels::zip(x.value(), by, [](T v, T g) { return g <= 0 ? T{0} : v; }),
                {x}, [by = Saved("by", by)](const Variable<T>& dy) -> Gradients<T> {
                  return {gate(dy, by.value())};
                });
}

/// y = e^x.
template <Operand X>
Variable<scalar_of<X>> exp(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dx = dy e^x = dy y
  return record(
      "exp", kernels::map(x.value(), [](T v) { return std::exp(v); }), {x},
      [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> { return {dy * y}; });
}

/// y = ln x.
template <Operand X>
Variable<scalar_of<X>> log(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dx = dy / x
  return record("log", kernels::map(x.value(), [](T v) { return std::log(v); }), {x},
                [x](const Variable<T>& dy) -> Gradients<T> { return {dy / x}; });
}

/// y = x^(1/2).
template <Operand X>
Variable<scalar_of<X>> sqrt(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dx = dy / (2 x^(1/2)) = dy / (2 y)
  return record(
      "sqrt", kernels::map(x.value(), [](T v) { return std::sqrt(v); }), {x},
      [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> { return {dy / (2 * y)}; });
}

/// y = max(x, 0). A NaN stays a NaN, and -0 stays -0.
template <Operand X>
Variable<scalar_of<X>> relu(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dx = dy where x > 0, that is where y > 0; 0 elsewhere
  return record("relu", kernels::map(x.value(), [](T v) { return v < 0 ? T{0} : v; }), {x},
                [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  return {gate(dy, y.value())};
                });
}

/// y = 1 / (1 + e^-x).
template <Operand X>
Variable<scalar_of<X>> sigmoid(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dx = dy y (1 - y)
  return record("sigmoid", kernels::map(x.value(), [](T v) { return 1 / (1 + std::exp(-v)); }), {x},
                [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  return {dy * y * (1 - y)};
                });
}

/// y = tanh x.
template <Operand X>
Variable<scalar_of<X>> tanh(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dx = dy (1 - y^2)
  return record("tanh", kernels::map(x.value(), [](T v) { return std::tanh(v); }), {x},
                [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  return {dy * (1 - y * y)};
                });
}

/// y = |x|.
template <Operand X>
Variable<scalar_of<X>> abs(const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  // dx = dy sign(x), and 0 where x is 0 or NaN
  return record("abs", kernels::map(x.value(), [](T v) { return std::abs(v); }), {x},
                [x](const Variable<T>& dy) -> Gradients<T> {
                  return {dy * kernels::map(x.value(), [](T v) {
                            return v > 0 ? T{1} : v < 0 ? T{-1} : T{0};
                          })};
                });
}

/// y = min(max(x, low), high). A NaN stays a NaN.
template <Operand X>
Variable<scalar_of<X>> clamp(const X& input, std::type_identity_t<scalar_of<X>> low,
                             std::type_identity_t<scalar_of<X>> high) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  require<ValueError>(low <= high, "clamp: low ", low, " is above high ", high);
  // dx = dy where low <= x <= high, 0 elsewhere, a NaN included
  return record(
      "clamp",
      kernels::map(x.value(), [low, high](T v) { return v < low    ? low
                                                        : v > high ? high
                                                                   : v; }),
      {x}, [x, low, high](const Variable<T>& dy) -> Gradients<T> {
        return {gate(dy, kernels::map(x.value(), [low, high](T v) {
                       return low <= v && v <= high ? T{1} : T{0};
                     }))};
      });
}

/// y = max(x, low): keeps the argument of a logarithm away from 0. A NaN stays a NaN.
template <Operand X>
Variable<scalar_of<X>> clamp_min(const X& x, std::type_identity_t<scalar_of<X>> low) {
  return clamp(x, low, std::numeric_limits<scalar_of<X>>::infinity());
}

}  // namespace adafuse::inline ADAFUSE_SIMD
