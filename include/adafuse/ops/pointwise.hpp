// Functions of one number, element by element. Each is a row: its value and its derivative.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/elementwise.hpp>
#include <cmath>
#include <numbers>

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
  // dx = dy e^x = dy y
  return elementwise<Reads::result>("exp", as_variable(input), kernels::of<kernels::Function::exp>,
                                    [](const auto& dy, const auto& y) { return dy * y; });
}

/// y = e^x - 1, exact also where x is small.
template <Operand X>
Variable<scalar_of<X>> expm1(const X& input) {
  // dx = dy e^x = dy (y + 1)
  return elementwise<Reads::result>("expm1", as_variable(input),
                                    kernels::of<kernels::Function::expm1>,
                                    [](const auto& dy, const auto& y) { return dy * (y + 1); });
}

/// y = ln x.
template <Operand X>
Variable<scalar_of<X>> log(const X& input) {
  // dx = dy / x
  return elementwise<Reads::input>("log", as_variable(input), kernels::of<kernels::Function::log>,
                                   [](const auto& dy, const auto& x) { return dy / x; });
}

/// y = ln(1 + x), exact also where x is small.
template <Operand X>
Variable<scalar_of<X>> log1p(const X& input) {
  // dx = dy / (1 + x)
  return elementwise<Reads::input>("log1p", as_variable(input),
                                   kernels::of<kernels::Function::log1p>,
                                   [](const auto& dy, const auto& x) { return dy / (x + 1); });
}

/// y = ln x / ln 2.
template <Operand X>
Variable<scalar_of<X>> log2(const X& input) {
  // dx = dy / (x ln 2)
  return elementwise<Reads::input>(
      "log2", as_variable(input), kernels::of<kernels::Function::log2>,
      [](const auto& dy, const auto& x) { return dy / (x * std::numbers::ln2); });
}

/// y = x^(1/2).
template <Operand X>
Variable<scalar_of<X>> sqrt(const X& input) {
  // dx = dy / (2 x^(1/2)) = dy / (2 y)
  return elementwise<Reads::result>(
      "sqrt", as_variable(input), kernels::of<kernels::Function::sqrt>,
      [](auto dy, auto y) { return dy / (2 * y); },
      [](const auto& dy, const auto& y) { return dy / (2 * y); });
}

/// y = x^(-1/2).
template <Operand X>
Variable<scalar_of<X>> rsqrt(const X& input) {
  // dx = -dy x^(-3/2) / 2 = -dy y^3 / 2
  return elementwise<Reads::result>(
      "rsqrt", as_variable(input),
      kernels::through<kernels::Function::sqrt>([](auto, auto root) { return 1 / root; }),
      [](auto dy, auto y) { return decltype(dy)(-0.5) * dy * (y * y * y); },
      [](const auto& dy, const auto& y) { return -0.5 * dy * (y * y * y); });
}

/// y = 1 / x.
template <Operand X>
Variable<scalar_of<X>> reciprocal(const X& input) {
  // dx = -dy / x^2 = -dy y^2
  return elementwise<Reads::result>(
      "reciprocal", as_variable(input), [](auto v) { return 1 / v; },
      [](auto dy, auto y) { return -dy * (y * y); },
      [](const auto& dy, const auto& y) { return -dy * (y * y); });
}

/// y = x^2.
template <Operand X>
Variable<scalar_of<X>> square(const X& input) {
  // dx = 2 dy x
  return elementwise(
      "square", as_variable(input), [](auto v) { return v * v; },
      [](auto dy, auto x) { return dy * (2 * x); },
      [](const auto& dy, const auto& x) { return dy * (2 * x); });
}

/// y = max(x, 0). A NaN stays a NaN, and -0 stays -0.
template <Operand X>
Variable<scalar_of<X>> relu(const X& input) {
  using T = scalar_of<X>;
  // dx = dy where x > 0, that is where y > 0; 0 elsewhere
  return elementwise<Reads::result>(
      "relu", as_variable(input), [](T v) { return v < 0 ? T{0} : v; },
      [](const auto& dy, const auto& y) { return gate(dy, y.value()); });
}

/// y = 1 / (1 + e^-x).
template <Operand X>
Variable<scalar_of<X>> sigmoid(const X& input) {
  // dx = dy y (1 - y)
  return elementwise<Reads::result>(
      "sigmoid", as_variable(input), kernels::of<kernels::Function::sigmoid>,
      [](auto dy, auto y) { return dy * y * (1 - y); },
      [](const auto& dy, const auto& y) { return dy * y * (1 - y); });
}

/// y = tanh x.
template <Operand X>
Variable<scalar_of<X>> tanh(const X& input) {
  // dx = dy (1 - y^2)
  return elementwise<Reads::result>(
      "tanh", as_variable(input), kernels::of<kernels::Function::tanh>,
      [](auto dy, auto y) { return dy * (1 - y * y); },
      [](const auto& dy, const auto& y) { return dy * (1 - y * y); });
}

/// y = 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.
template <Operand X>
Variable<scalar_of<X>> erf(const X& input) {
  // dx = dy 2/sqrt(pi) e^(-x^2)
  using T = scalar_of<X>;
  const T twice_inv_sqrtpi = static_cast<T>(2 * std::numbers::inv_sqrtpi);
  return elementwise("erf", as_variable(input), kernels::of<kernels::Function::erf>,
                     kernels::through<kernels::Function::exp>(
                         [](T v) { return -(v * v); },
                         [twice_inv_sqrtpi](T dy, T, T e) { return dy * (twice_inv_sqrtpi * e); }),
                     [twice_inv_sqrtpi](const auto& dy, const auto& x) {
                       return dy * (twice_inv_sqrtpi * exp(-(x * x)));
                     });
}

/// 1 where x is above 0, -1 where it is below, 0 where it is 0 and, as in PyTorch, where it is NaN.
template <Operand X>
Variable<scalar_of<X>> sign(const X& input) {
  using T = scalar_of<X>;
  return elementwise<Reads::nothing>(
      "sign", as_variable(input), [](T v) { return v > 0   ? T{1}
                                                   : v < 0 ? T{-1}
                                                           : T{0}; },
      NoSlope{});
}

/// y = |x|.
template <Operand X>
Variable<scalar_of<X>> abs(const X& input) {
  // dx = dy sign(x), and 0 where x is 0 or NaN
  using T = scalar_of<X>;
  return elementwise(
      "abs", as_variable(input), [](T v) { return std::abs(v); },
      [](T dy, T x) { return dy * static_cast<T>((x > 0) - (x < 0)); },
      [](const auto& dy, const auto& x) { return dy * sign(x.value()); });
}

/// y = min(max(x, low), high). A NaN stays a NaN.
template <Operand X>
Variable<scalar_of<X>> clamp(const X& input, std::type_identity_t<scalar_of<X>> low,
                             std::type_identity_t<scalar_of<X>> high) {
  using T = scalar_of<X>;
  require<ValueError>(low <= high, "clamp: low ", low, " is above high ", high);
  // dx = dy where low <= x <= high, 0 elsewhere, a NaN included
  const auto inside = [low, high](T v) { return low <= v && v <= high; };
  return elementwise(
      "clamp", as_variable(input), [low, high](T v) { return v < low    ? low
                                                             : v > high ? high
                                                                        : v; },
      [inside](T dy, T v) { return inside(v) ? dy : T{0}; },
      [inside](const auto& dy, const auto& x) {
        return gate(dy, kernels::map(x.value(), [inside](T v) { return inside(v) ? T{1} : T{0}; }));
      });
}

/// y = max(x, low): keeps the argument of a logarithm away from 0. A NaN stays a NaN.
template <Operand X>
Variable<scalar_of<X>> clamp_min(const X& x, std::type_identity_t<scalar_of<X>> low) {
  return clamp(x, low, std::numeric_limits<scalar_of<X>>::infinity());
}

}  // namespace adafuse::inline ADAFUSE_SIMD
