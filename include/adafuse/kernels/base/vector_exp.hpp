// e^x and what is made of it, for vectors: expm1, sigmoid, tanh, silu, mish.
//
//   x = n ln 2 + r + c,  |r| <= ln 2 / 2,  n whole;   e^x = 2^n e^(r + c)
//
// c is what r lost to rounding. For floats, doubles have digits to spare: c is 0 and the polynomial
// for e^r is short.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <adafuse/kernels/base/vector_polynomials.hpp>
#include <limits>
#include <type_traits>

namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors {

/// x = n ln 2 + r + c; `rest` = e^(r + c) - 1 - r.
struct ReducedExponent {
  Doubles shifted;  // 1.5 2^52 + n: its last bits are n
  Doubles n, r, rest;

  /// 2^(n + more), where that is a normal number.
  [[gnu::always_inline]] Doubles power(int more = 0) const {
    return Doubles::of_bits((shifted.bits() + (1023 + more)) << 52);
  }
  /// y 2^n for 1/2 < y < 2, rounded once where that is denormal: by two powers of two.
  [[gnu::always_inline]] Doubles scale(Doubles y) const {
    const Doubles half = n * 0.5 + to_whole;
    const Doubles first = Doubles::of_bits((half.bits() + 1023) << 52);
    const Doubles second = Doubles::of_bits((shifted.bits() - half.bits() + 1023) << 52);
    return y * first * second;
  }

  static constexpr double to_whole = 0x1.8p52;  // added to a number below 2^51, rounds it
};

/// For |x| <= 2000. `more` is added to x: it is below the last digit of x.
template <class T>
[[gnu::always_inline]] inline ReducedExponent reduce_exponent(Doubles x,
                                                              Doubles more = Doubles::of(0)) {
  constexpr double to_whole = ReducedExponent::to_whole;
  const Doubles shifted = x * polynomials::log2_e + to_whole, n = shifted - to_whole;
  if constexpr (std::is_same_v<T, float>) {
    const Doubles r = x - n * polynomials::ln2;
    return {shifted, n, r, r * r * polynomial(r, polynomials::exp_float)};
  } else {
    const Doubles high = x - n * polynomials::ln2_high, low = n * polynomials::ln2_low - more;
    const Doubles r = high - low, c = (high - r) - low;
    return {shifted, n, r, c + r * r * polynomial(r, polynomials::exp_double)};
  }
}

/// e^x for floats, -700 <= x <= 700: x / ln 2 = n + f, |f| <= 1/2, and e^x = 2^n 2^f.
[[gnu::always_inline]] inline Doubles exp_of_float(Doubles x) {
  constexpr double to_whole = ReducedExponent::to_whole;
  const Doubles z = x * polynomials::log2_e, shifted = z + to_whole, f = z - (shifted - to_whole);
  const Doubles y = f * polynomial(f, polynomials::exp2_float) + 1;
  return Doubles::of_bits(y.bits() + (shifted.bits() << 52));
}

template <class T>
[[gnu::always_inline]] inline Doubles exp(Doubles x) {
  if constexpr (std::is_same_v<T, float>) return exp_of_float(bounded(x, -104, 89));
  const auto e = reduce_exponent<double>(bounded(x, -746, 710));
  return e.scale(1 + (e.r + e.rest));
}

/// (e^x - 1) / 2 as two numbers, for -40 <= x <= 710: 2^(n-1) (1 + r + rest) - 1/2, the first
/// number without the rest. Half of it, so that it does not overflow before e^x - 1 does.
template <class T>
[[gnu::always_inline]] inline DoublesPair half_expm1(Doubles x) {
  const auto e = reduce_exponent<T>(x);
  const Doubles power = e.power(-1);
  return {(power - 0.5) + power * e.r, power * e.rest};
}

template <class T>
[[gnu::always_inline]] inline Doubles expm1(Doubles x) {
  const auto half = half_expm1<T>(bounded(x, -40, std::is_same_v<T, float> ? 89 : 710));
  const Doubles y = 2 * (half.high + half.low);
  return select(abs(x) < 0x1p-54, x, y);
}

/// 1 + e^-x as 2^h d. For doubles h is 512 where e^-x is large, so that what is divided by d
/// overflows and underflows no sooner than by 1 + e^-x.
struct OnePlusExp {
  Doubles d, low, inverse_scale;  // d + low are the digits, 2^-h
};

template <class T>
[[gnu::always_inline]] inline OnePlusExp one_plus_exp_of_minus(Doubles x) {
  if constexpr (std::is_same_v<T, float>) {
    return {1 + exp_of_float(bounded(-x, -110, 700)), Doubles::of(0), Doubles::of(1)};
  } else {
    const auto e = reduce_exponent<T>(bounded(-x, -800, 800));
    const auto is_large = e.n > 512;
    const Doubles q = e.r + e.rest, one = select(is_large, 0x1p-512, 1.0);
    const Doubles reduced = select(e.n < -1000, -1000.0, select(is_large, e.n - 512, e.n));
    const Doubles power =
        Doubles::of_bits(((reduced + ReducedExponent::to_whole).bits() + 1023) << 52);
    const auto whole = exact_sum(one, power), sum = exact_sum(whole.high, power * q);
    return {sum.high, sum.low + whole.low, one};
  }
}

/// 1 / (1 + e^-x)
template <class T>
[[gnu::always_inline]] inline Doubles sigmoid(Doubles x) {
  const auto [d, low, scale] = one_plus_exp_of_minus<T>(x);
  const Doubles y = 1 / d;
  if constexpr (std::is_same_v<T, float>)
    return y;
  else
    return (y - y * y * low) * scale;
}

/// x / (1 + e^-x). Of -inf it is NaN, as the quotient would be.
template <class T>
[[gnu::always_inline]] inline Doubles silu(Doubles x) {
  const auto [d, low, scale] = one_plus_exp_of_minus<T>(x);
  Doubles y = x / d;
  if constexpr (!std::is_same_v<T, float>) {
    const auto finite = x < std::numeric_limits<double>::infinity();
    y = select(finite, (y - y * (low / d)) * scale, x);
  }
  return select(x < -800, x * 0.0, y);
}

/// With e = e^(2|x|) - 1, tanh |x| = e / (e + 2).
template <class T>
[[gnu::always_inline]] inline Doubles tanh(Doubles x) {
  const auto half = half_expm1<T>(at_most(2 * abs(x), 44));
  if constexpr (std::is_same_v<T, float>) {
    const Doubles e = half.high + half.low;
    return with_sign(e / (e + 1), x);
  } else {
    // With e for its half: y = e / d, d = e + 1, both as pairs; 1 / d = 1 - y.
    const auto e = sum_of_larger(half.high, half.low);
    const auto d = exact_sum(e.high, Doubles::of(1));
    const Doubles y = e.high / d.high;
    return with_sign(y + (e.low - y * (d.low + e.low)) * (1 - y), x);
  }
}

/// x tanh(ln(1 + e^x)) = x m / (m + 2), where m = w (w + 2) and w = e^x.
template <class T>
[[gnu::always_inline]] inline Doubles mish(Doubles x) {
  const auto e = reduce_exponent<T>(bounded(x, std::is_same_v<T, float> ? -700 : -800, 40));
  const Doubles y = 1 + (e.r + e.rest);
  // m is 2 w where w is small: there w comes last, by two powers of two.
  const auto is_small = e.n < -100;
  const Doubles w = select(is_small, 0.0, y * select(is_small, 1.0, e.power()));
  // m / (m + 2) / w = (w + 2) / (m + 2) = 1 - w (w + 1) / (m + 2)
  const auto below_one = w < 1;
  const Doubles quotient = select(below_one, w * (w + 1), w + 2) / (w * (w + 2) + 2);
  const Doubles factor = select(below_one, 1 - quotient, quotient);
  const Doubles z =
      std::is_same_v<T, float> ? x * factor * (y * e.power()) : e.scale(y * factor * x);
  return select(x < -800, x * 0.0, z);  // -0; NaN of -inf, as the product would be
}

/// Its derivative, m / (m + 2) + 4 x w (w + 1) / (m + 2)^2.
template <class T>
[[gnu::always_inline]] inline Doubles mish_slope(Doubles x) {
  const Doubles w = exp<double>(at_most(x, 40));
  const Doubles m = w * (w + 2), d = m + 2;
  const Doubles slope = m / d + 4 * (x * w) * (w + 1) / (d * d);
  return select(x > 40, 1 + x * 0.0, slope);  // NaN of inf, as 1 - tanh(inf)^2 times it would be
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors
