// Functions in more digits than a double has, and how far a value is from them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/function.hpp>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <type_traits>

namespace exact_values {

using adafuse::kernels::Function;

/// In whatever `W` holds: long double for doubles; double does for floats.
template <class W>
W exactly(Function f, W x) {
  constexpr W root_half = std::numbers::sqrt2_v<W> / 2;
  const auto below = [&] { return std::erfc(-x * root_half) / 2; };  // of the normal distribution
  const auto softplus = [](W v) { return std::max(v, W{0}) + std::log1p(std::exp(-std::abs(v))); };
  // m / (m + 2) = tanh(ln(1 + w)), w = e^x
  const W w = std::exp(std::min(x, W{60})), m = w * (w + 2);
  switch (f) {
    case Function::exp:
      return std::exp(x);
    case Function::expm1:
      return std::expm1(x);
    case Function::log:
      return std::log(x);
    case Function::log1p:
      return std::log1p(x);
    case Function::log2:
      return std::log2(x);
    case Function::sqrt:
      return std::sqrt(x);
    case Function::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Function::tanh:
      return std::tanh(x);
    case Function::silu:
      return x / (1 + std::exp(-x));
    case Function::erf:
      return std::erf(x);
    case Function::gelu:
      return x * below();
    case Function::gelu_slope:
      return below() + x * std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<W> * root_half;
    case Function::softplus:
      return softplus(x);
    case Function::log_sigmoid:
      return -softplus(-x);
    case Function::mish:
      return x * (m / (m + 2));
    case Function::mish_slope:
      return x > 60 ? 1 + x * 0 : m / (m + 2) + 4 * x * w * (w + 1) / ((m + 2) * (m + 2));
    case Function::sin:
      return std::sin(x);
    case Function::cos:
      return std::cos(x);
  }
  return x;
}

/// The distance in units of the last place of the exact value; infinite where one of them alone is
/// NaN. An infinite number counts as the power of two beyond the largest finite one.
template <class T, class W>
double units(T got, W exact) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(got) || std::isnan(exact))
    return std::isnan(got) && std::isnan(exact) ? 0 : std::numeric_limits<double>::infinity();
  const W top = std::ldexp(W{1}, Limits::max_exponent);
  const W a = std::clamp(static_cast<W>(got), -top, top), b = std::clamp(exact, -top, top);
  const int exponent =
      b == 0 ? Limits::min_exponent - 1
             : std::clamp(std::ilogb(b), Limits::min_exponent - 1, Limits::max_exponent - 1);
  return static_cast<double>(std::abs(a - b) / std::ldexp(W{1}, exponent - Limits::digits + 1));
}

/// What holds exact values of T with digits to spare.
template <class T>
using Wider = std::conditional_t<std::is_same_v<T, float>, double, long double>;

inline constexpr const char* names[] = {
    "exp", "expm1", "log",        "log1p",    "log2",        "sqrt", "sigmoid",    "tanh", "silu",
    "erf", "gelu",  "gelu_slope", "softplus", "log_sigmoid", "mish", "mish_slope", "sin",  "cos"};
static_assert(std::size(names) == adafuse::kernels::function_count);

}  // namespace exact_values
