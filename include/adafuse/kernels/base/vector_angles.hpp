// sin and cos for vectors.
//
//   x = n pi / 2 + r + c,  |r| <= pi / 4,  n whole: sin x is sin, cos, -sin or -cos of r + c
//
// pi / 2 is subtracted in pieces of 33 bits, of which n times each is exact for n < 2^20. Larger x,
// which are rare, go to the standard library one by one.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <adafuse/kernels/base/vector_polynomials.hpp>
#include <cmath>
#include <type_traits>

namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors {

/// r + c, and n in the last bits.
struct ReducedAngle {
  Doubles r, c;
  Doubles::Words n;
};

inline constexpr double largest_reduced_angle = 1e6;

template <class T>
[[gnu::always_inline]] inline ReducedAngle reduce_angle(Doubles x) {
  constexpr double to_whole = 0x1.8p52;
  const Doubles shifted = x * polynomials::two_over_pi + to_whole, n = shifted - to_whole;
  const Doubles first = x - n * polynomials::half_pi[0];  // exact
  if constexpr (std::is_same_v<T, float>) {
    return {first - n * (polynomials::half_pi[1] + polynomials::half_pi[2]), Doubles::of(0),
            shifted.bits()};
  } else {
    const auto second = exact_sum(first, -(n * polynomials::half_pi[1]));
    const auto third = exact_sum(second.high, -(n * polynomials::half_pi[2]));
    const Doubles low = (second.low + third.low) - n * polynomials::half_pi[3];
    const auto sum = exact_sum(third.high, low);
    return {sum.high, sum.low, shifted.bits()};
  }
}

/// sin(x + quarters pi / 2) for a finite x.
template <class T>
[[gnu::always_inline]] inline Doubles sine(Doubles x, int quarters) {
  const auto a = reduce_angle<T>(x);
  const Doubles z = a.r * a.r;
  Doubles of_sin, of_cos;
  if constexpr (std::is_same_v<T, float>) {
    of_sin = a.r + a.r * z * polynomial(z, polynomials::sin_float);
    of_cos = 1 - z * (0.5 - z * polynomial(z, polynomials::cos_float));
  } else {
    // sin(r + c) = sin r + c (1 - r^2 / 2), cos(r + c) = cos r - c r
    of_sin = a.r + (a.r * z * polynomial(z, polynomials::sin_double) + a.c * (1 - 0.5 * z));
    const Doubles half = 0.5 * z, one = 1 - half;
    of_cos =
        one + (((1 - one) - half) + (z * z * polynomial(z, polynomials::cos_double) - a.r * a.c));
  }
  const auto n = a.n + quarters;
  const auto odd = Doubles::Mask{(n & 1) != 0};
  const Doubles y = select(odd, of_cos, of_sin);
  return Doubles::of_bits(y.bits() ^ ((n & 2) << 62));
}

/// y, but where |x| is above `largest_reduced_angle`, f(x).
template <class F>
[[gnu::always_inline]] inline Doubles unless_large(Doubles x, Doubles y, const F& f) {
  const auto reduced = abs(x) < largest_reduced_angle;
  if (any(!reduced)) {
    double from[Doubles::width], to[Doubles::width];
    x.store(from), y.store(to);
    for (int i = 0; i < Doubles::width; ++i)
      if (!(std::abs(from[i]) < largest_reduced_angle)) to[i] = f(from[i]);
    return Doubles::load(to);
  }
  return y;
}

template <class T>
[[gnu::always_inline]] inline Doubles sin(Doubles x) {
  const Doubles y = select(x == 0, x, sine<T>(x, 0));
  return unless_large(x, y, [](double v) { return std::sin(v); });
}
template <class T>
[[gnu::always_inline]] inline Doubles cos(Doubles x) {
  return unless_large(x, sine<T>(x, 1), [](double v) { return std::cos(v); });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors
