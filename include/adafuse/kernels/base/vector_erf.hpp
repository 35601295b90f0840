// erf and gelu for vectors, by the upper tail of the normal distribution.
//
//   tail(w) = P(X > w) = erfc(w / sqrt 2) / 2 = e^(-w^2 / 2) C(t) / (1 + 1.5 w),   w >= 0
//
// C is between 0.5 and 0.61, and smooth in t = (w - 4) / (w + 4): a polynomial (after Shepherd and
// Laframboise, "Chebyshev approximation of (1 + 2x) exp(x^2) erfc x", 1981).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <adafuse/kernels/base/vector_exp.hpp>
#include <adafuse/kernels/base/vector_polynomials.hpp>
#include <numbers>

namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors {

/// tail(w) e^(w^2 / 2) for w in [0, 40], as a pair; for floats the second is 0, and a shorter
/// polynomial in 1 / (1 + w / 4) does.
template <class T>
[[gnu::always_inline]] inline DoublesPair scaled_tail(Doubles w) {
  if constexpr (std::is_same_v<T, float>) {
    const Doubles t = 1 / (1 + 0.25 * w);
    return {t * polynomial_by_halves(t, polynomials::tail_float), Doubles::of(0)};
  } else {
    const auto product = exact_sum(w, 0.5 * w), b = exact_sum(Doubles::of(1), product.high);
    const Doubles a = w + 4, inverse = 1 / (a * b.high), t = (w - 4) * b.high * inverse;
    const auto c = sum_of_larger(Doubles::of(polynomials::tail_at_4),
                                 t * polynomial(t, polynomials::tail_double));
    // y = C / b, and what b y lacks of C.
    const Doubles y = c.high / b.high;
    const auto back = exact_product(y, b.high);
    const Doubles lacks = ((c.high - back.high) - back.low) +
                          ((c.low + polynomials::tail_at_4_low) - y * (b.low + product.low));
    return {y, lacks * (a * inverse)};
  }
}

template <class T>
[[gnu::always_inline]] inline Doubles erf(Doubles x) {
  const Doubles a = at_most(abs(x), 6), square = a * a;
  // Up to 1, x (1 + a polynomial); from there on 1 - 2 tail(x sqrt 2).
  Doubles series;
  if constexpr (std::is_same_v<T, float>)
    series = polynomial(square, polynomials::erf_float);
  else
    series = polynomial(square, polynomials::erf_double);
  const Doubles tail = scaled_tail<T>(a * std::numbers::sqrt2).high * exp<T>(-square);
  const Doubles y = select(a < 1, a + a * series, 1 - 2 * tail);
  return with_sign(y, x);
}

/// tail(|x|), with the power of two of e^(-x^2 / 2) apart; for doubles.
struct Tail {
  ReducedExponent e;
  Doubles y, low;  // tail = (y + low) 2^n
};

[[gnu::always_inline]] inline Tail tail_of(Doubles x) {
  const Doubles w = at_most(abs(x), 40);
  const auto square = exact_product(w, w), y = scaled_tail<double>(w);
  const auto e = reduce_exponent<double>(square.high * -0.5, square.low * -0.5);
  const auto sum = sum_of_larger(y.high, y.high * (e.r + e.rest) + y.low);
  return {e, sum.high, sum.low};
}

/// x times the chance that a normal number is below x. Of -inf it is NaN, as the product would be.
template <class T>
[[gnu::always_inline]] inline Doubles gelu(Doubles x) {
  if constexpr (std::is_same_v<T, float>) {
    const Doubles w = at_most(abs(x), 20);
    const Doubles p = exp_of_float(w * w * -0.5) * scaled_tail<T>(w).high;
    const Doubles y = x * select(x > 0, 1 - p, p);
    return select(x < -40, x * 0.0, y);
  } else {
    const auto tail = tail_of(x);
    const auto product = exact_product(tail.y, x);
    const Doubles below = tail.e.scale(product.high + (product.low + tail.low * x));
    const Doubles above = x * (1 - tail.e.scale(tail.y));
    // Near 0, where C has few digits, (1 + erf(x / sqrt 2)) / 2 by its series.
    const Doubles a = x * std::numbers::sqrt2 * 0.5, square = a * a;
    const Doubles around_zero =
        x * (0.5 + 0.5 * (a + a * polynomial(square, polynomials::erf_double)));
    const Doubles elsewhere = select(x > 0, above, below);
    return select(x < -40, x * 0.0, select(abs(x) < 0.375, around_zero, elsewhere));
  }
}

/// Its derivative: that chance, and x times the normal density.
template <class T>
[[gnu::always_inline]] inline Doubles gelu_slope(Doubles x) {
  Doubles p, density;
  if constexpr (std::is_same_v<T, float>) {
    const Doubles w = at_most(abs(x), 20);
    density = exp_of_float(w * w * -0.5);
    p = density * scaled_tail<T>(w).high;
  } else {
    const auto tail = tail_of(x);
    density = tail.e.scale(1 + (tail.e.r + tail.e.rest));
    p = tail.e.scale(tail.y);
  }
  constexpr double peak = std::numbers::inv_sqrtpi * std::numbers::sqrt2 / 2;
  return select(x > 0, 1 - p, p) + x * select(abs(x) > 40, 0.0, density * peak);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors
