// x^y for vectors: e^(y ln |x|), and then the special cases of the standard library.
//
// For doubles, y ln |x| has to be right to 2^-60 of itself and more: it may be 745, and e^ of it
// shows its last digit a thousandfold. So ln |x| is a pair of doubles, and so is the product.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <adafuse/kernels/base/vector_log.hpp>
#include <adafuse/kernels/base/vector_polynomials.hpp>
#include <limits>

namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors {

/// ln x of a finite x > 0, to 2^-66 of itself.
[[gnu::always_inline]] inline DoublesPair log_as_pair(Doubles x) {
  const auto [k, m] = mantissa_of_positive<double>(x);
  const Doubles f = m - 1;
  const auto d = exact_sum(m, Doubles::of(1));
  const Doubles inverse = 1 / d.high, s = f * inverse;
  // s = f / d as a pair: f - s d is exact but for its last product.
  const auto back = exact_product(s, d.high);
  const Doubles s_low = (((f - back.high) - back.low) - s * d.low) * inverse;
  // ln m = 2 s + s R, R = 2/3 s^2 + s^4 (2/5 + ...): the first term of R as a pair too.
  const auto square = exact_product(s, s);
  const Doubles square_low = square.low + 2 * s * s_low;
  const auto term = exact_product(square.high, Doubles::of(polynomials::two_thirds));
  const Doubles z = square.high;
  const auto series = sum_of_larger(term.high, z * z * polynomial(z, polynomials::log_pair));
  const Doubles series_low =
      series.low +
      (term.low + (square_low * polynomials::two_thirds + z * polynomials::two_thirds_low));
  const auto product = exact_product(s, series.high);
  const Doubles product_low = product.low + (s * series_low + s_low * series.high);
  const auto log_m = sum_of_larger(2 * s, product.high);
  const Doubles log_m_low = log_m.low + (product_low + 2 * s_low);
  const auto sum = exact_sum(k * polynomials::ln2_high, log_m.high);
  return sum_of_larger(sum.high, sum.low + (k * polynomials::ln2_low + log_m_low));
}

/// e^(high + low): beyond the ends 0 or infinity.
[[gnu::always_inline]] inline Doubles exp_of_pair(DoublesPair x) {
  const auto inside = abs(x.high) < 800;
  const auto e = reduce_exponent<double>(bounded(x.high, -800, 800), select(inside, x.low, 0.0));
  const Doubles y = 1 + (e.r + e.rest);
  return e.scale(y);
}

/// Which y are whole, and which of them odd.
struct WholeNumbers {
  Doubles::Mask whole, odd;
};
[[gnu::always_inline]] inline WholeNumbers whole_numbers(Doubles y) {
  const auto is_whole = [](Doubles a) __attribute__((always_inline)) {
    return ((a + 0x1p52) - 0x1p52 == a) | (a > 0x1.fffffffffffffp51);
  };
  const Doubles a = abs(y);
  const auto whole = is_whole(a);
  return {whole, whole & !is_whole(0.5 * a)};
}

template <class T>
[[gnu::always_inline]] inline Doubles pow(Doubles x, Doubles y) {
  using Limits = std::numeric_limits<double>;
  constexpr double inf = Limits::infinity();
  const Doubles a = abs(x);
  // So large, y says only on which side of 1 the result is: infinity says the same.
  const Doubles exponent = bounded(y, -0x1p70, 0x1p70);
  Doubles power;
  if constexpr (std::is_same_v<T, float>) {
    const auto [k, m] = mantissa_of(a);
    const auto e = reduce_exponent<T>(bounded(exponent * log_of_parts<T>(k, m - 1), -110, 110));
    power = (1 + (e.r + e.rest)) * e.power();
  } else {
    const auto logarithm = log_as_pair(a);
    const auto product = exact_product(exponent, logarithm.high);
    power = exp_of_pair(sum_of_larger(product.high, product.low + exponent * logarithm.low));
  }
  const auto zero = a == 0, infinite = a == inf;
  power = select(zero | infinite, select(Doubles::Mask{(zero.v ^ (y < 0).v)}, 0.0, inf), power);
  const auto [whole, odd] = whole_numbers(y);
  power = Doubles::of_bits(power.bits() ^ (x.bits() & Doubles::sign() & odd.v));
  const auto no_power = (x < 0) & !whole & !infinite;
  power = select(no_power, Limits::quiet_NaN(), power);
  power = select((x != x) | (y != y), x + y, power);
  // (-1)^inf is 1 too: infinity counts as whole and even.
  return select((y == 0) | (x == 1), 1.0, power);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors
