// ln x and what is made of it, for vectors: log1p, log2, ln(1 + e^x).
//
//   x = 2^k m,  1/2 <= m^2 < 2,  f = m - 1,  s = f / (f + 2)
//   ln m = 2 artanh s = 2 s + s R,  R = 2 s^2 / 3 + 2 s^4 / 5 + ...
//                     = f - f^2 / 2 + s (f^2 / 2 + R)
//
// The last form keeps the digits of a double: f is exact, and what is added to it is small.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <adafuse/kernels/base/vector_exp.hpp>
#include <adafuse/kernels/base/vector_polynomials.hpp>
#include <limits>

namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors {

/// x = 2^k m for a normal x > 0.
struct Mantissa {
  Doubles k, m;
};

[[gnu::always_inline]] inline Mantissa mantissa_of(Doubles x) {
  const auto root_half = Doubles::of(0x1.6a09e667f3bcdp-1).bits();
  const auto above =
      Doubles::wrapped_sum(x.bits(), Doubles::Words{} + (std::int64_t{1023} << 52) - root_half);
  // A whole number below 2^52, put into the last bits of 2^52, is added to it.
  const auto exponent = Doubles::shifted_right(above, 52) | Doubles::of(0x1p52).bits();
  return {Doubles::of_bits(exponent) - (0x1p52 + 1023),
          Doubles::of_bits((above & 0xfffffffffffff) + root_half)};
}

/// The same for any x > 0.
template <class T>
[[gnu::always_inline]] inline Mantissa mantissa_of_positive(Doubles x) {
  if constexpr (std::is_same_v<T, float>) {
    return mantissa_of(x);
  } else {
    const auto denormal = x < std::numeric_limits<double>::min();
    const auto scaled = mantissa_of(select(denormal, x * 0x1p54, x));
    return {select(denormal, scaled.k - 54, scaled.k), scaled.m};
  }
}

/// What a logarithm is of x: y where x > 0, else that of 0 or NaN; of infinity and NaN, themselves.
[[gnu::always_inline]] inline Doubles logarithm_where_finite(Doubles x, Doubles y) {
  using Limits = std::numeric_limits<double>;
  y = select(x < Limits::infinity(), y, x);
  y = select(x < 0, Limits::quiet_NaN(), y);
  return select(x == 0, -Limits::infinity(), y);
}

/// ln(1 + f) + rest + k ln 2 for f in [-0.293, 0.415]. `rest` is below the last digit of f.
template <class T>
[[gnu::always_inline]] inline Doubles log_of_parts(Doubles k, Doubles f,
                                                   Doubles rest = Doubles::of(0)) {
  const Doubles s = f / (f + 2), z = s * s;
  if constexpr (std::is_same_v<T, float>) {
    return k * polynomials::ln2 + s * (2 + z * polynomial(z, polynomials::log_float));
  } else {
    const Doubles half_square = 0.5 * f * f, series = z * polynomial(z, polynomials::log_double);
    const Doubles low = s * (half_square + series) + (k * polynomials::ln2_low + rest);
    return k * polynomials::ln2_high - ((half_square - low) - f);
  }
}

template <class T>
[[gnu::always_inline]] inline Doubles log(Doubles x) {
  const auto [k, m] = mantissa_of_positive<T>(x);
  return logarithm_where_finite(x, log_of_parts<T>(k, m - 1));
}

/// ln(1 + x + rest) for 1 + x > 0; `rest` is below the last digit of x.
template <class T>
[[gnu::always_inline]] inline Doubles log1p_of_pair(Doubles x, Doubles rest) {
  const auto sum = exact_sum(Doubles::of(1), x);
  const auto [k, m] = mantissa_of(sum.high);
  const auto near_one = k == 0;  // Then x itself is f, to its last digit.
  const Doubles f = select(near_one, x, m - 1);
  if constexpr (std::is_same_v<T, float>) {
    return log_of_parts<T>(k, f);
  } else {
    const Doubles low = select(near_one, 0.0, sum.low) + rest;
    return log_of_parts<T>(k, f, low / sum.high);
  }
}

template <class T>
[[gnu::always_inline]] inline Doubles log1p(Doubles x) {
  const Doubles y = logarithm_where_finite(x + 1, log1p_of_pair<T>(x, Doubles::of(0)));
  return select(abs(x) < 0x1p-54, x, y);
}

template <class T>
[[gnu::always_inline]] inline Doubles log2(Doubles x) {
  const auto [k, m] = mantissa_of_positive<T>(x);
  const Doubles f = m - 1, s = f / (f + 2), z = s * s;
  if constexpr (std::is_same_v<T, float>) {
    const Doubles log_m = s * (2 + z * polynomial(z, polynomials::log_float));
    return logarithm_where_finite(x, k + log_m * polynomials::log2_e);
  } else {
    const Doubles half_square = 0.5 * f * f, series = z * polynomial(z, polynomials::log_double);
    // 21 digits of ln m times 32 of 1 / ln 2 are exact.
    const Doubles all = f - half_square;
    const Doubles high = Doubles::of_bits(all.bits() & ~std::int64_t{0xffffffff});
    const Doubles low = ((f - high) - half_square) + s * (half_square + series);
    const auto sum = sum_of_larger(k, high * polynomials::log2_e_high);
    const Doubles rest = low * polynomials::log2_e_high + (high + low) * polynomials::log2_e_low;
    return logarithm_where_finite(x, sum.high + (sum.low + rest));
  }
}

/// ln(1 + e^-|x|)
template <class T>
[[gnu::always_inline]] inline Doubles log1p_exp_of_minus(Doubles x) {
  if constexpr (std::is_same_v<T, float>) {
    // Where 1 + w is w's last digit away from 1, ln(1 + w) = w.
    return log1p_of_pair<float>(exp<float>(-abs(x)), Doubles::of(0));
  } else {
    const auto e = reduce_exponent<double>(bounded(-abs(x), -746, 0));
    const auto y = sum_of_larger(Doubles::of(1), e.r + e.rest);
    // Two powers of two, as the second digit would otherwise be that of a denormal.
    const Doubles w = e.scale(y.high), low = y.low * e.scale(Doubles::of(1));
    return select(w < 0x1p-54, w, log1p_of_pair<double>(w, low));
  }
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)
template <class T>
[[gnu::always_inline]] inline Doubles softplus(Doubles x) {
  return select(x < 0, 0.0, x) + log1p_exp_of_minus<T>(x);
}
/// -ln(1 + e^-x) = min(x, 0) - ln(1 + e^-|x|)
template <class T>
[[gnu::always_inline]] inline Doubles log_sigmoid(Doubles x) {
  return select(x > 0, 0.0, x) - log1p_exp_of_minus<T>(x);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors
