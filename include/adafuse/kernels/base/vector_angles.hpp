// sin, cos and atan2 for vectors.
//
//   x = n pi / 2 + r + c,  |r| <= pi / 4,  n whole: sin x is sin, cos, -sin or -cos of r + c
//
// pi / 2 is subtracted in pieces of 33 bits, of which n times each is exact for n < 2^20. Larger x,
// which are rare, go to the standard library one by one.
//
// atan2(y, x) is an angle below pi / 8, of either sign, and whole quarters of pi:
//
//   q = lo / hi for the smaller and the larger one of |y| and |x|, 0 <= q <= 1
//   atan q = pi / 4 + atan t,  t = (lo - hi) / (lo + hi),  where q is above tan(pi / 8)
//   where |y| is the larger one the angle is pi / 2 less that, and where x is below 0, pi less that
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <adafuse/kernels/base/vector_polynomials.hpp>
#include <cmath>
#include <limits>
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

/// sin(r + n pi / 2), of sin r and cos r.
[[gnu::always_inline]] inline Doubles in_quarter(Doubles::Words n, Doubles of_sin, Doubles of_cos) {
  const auto odd = Doubles::Mask{(n & 1) != 0};
  const Doubles y = select(odd, of_cos, of_sin);
  return Doubles::of_bits(y.bits() ^ ((n & 2) << 62));
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
  return in_quarter(a.n + quarters, of_sin, of_cos);
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

/// lo / hi for 0 <= lo <= hi, or where that is above tan(pi / 8) (lo - hi) / (lo + hi); both are in
/// [-tan(pi / 8), tan(pi / 8)]. For doubles `low` is what the quotient lost to rounding.
struct TangentOfEighth {
  Doubles t, low;
  Doubles::Mask is_above;
};

template <class T>
[[gnu::always_inline]] inline TangentOfEighth tangent_of_eighth(Doubles lo, Doubles hi) {
  const auto is_above = hi * polynomials::tan_eighth_pi < lo;
  if constexpr (std::is_same_v<T, float>) {
    const Doubles t = select(is_above, lo - hi, lo) / select(is_above, lo + hi, hi);
    return {t, Doubles::of(0), is_above};
  } else {
    const auto difference = exact_sum(lo, -hi), sum = exact_sum(hi, lo);
    const Doubles above = select(is_above, difference.high, lo);
    const Doubles below = select(is_above, sum.high, hi), t = above / below;
    // What t below lacks of the dividend. A small t has the digits that it needs.
    const auto back = exact_product(t, below);
    const Doubles lacks =
        ((above - back.high) - back.low) + select(is_above, difference.low - t * sum.low, 0.0);
    return {t, select(abs(t) > 0x1p-27, lacks / below, 0.0), is_above};
  }
}

/// The angle of the point (x, y), with the special cases of the standard library.
template <class T>
[[gnu::always_inline]] inline Doubles atan2(Doubles y, Doubles x) {
  Doubles a = abs(y), b = abs(x);
  const auto is_steep = b < a;
  const auto is_left = Doubles::Mask{x.bits() < 0};  // -0 too
  if constexpr (std::is_same_v<T, float>) {
    // An infinite number is as good as one that is far above all others, and 0 / 0 is 0.
    a = at_most(a, 0x1p400), b = at_most(b, 0x1p400);
    const auto q = tangent_of_eighth<T>(select(is_steep, b, a),
                                        bounded(select(is_steep, a, b), 0x1p-400, 0x1p400));
    const Doubles z = q.t * q.t, eighth = q.t + q.t * z * polynomial(z, polynomials::atan_float);
    const Doubles angle = select(q.is_above, eighth + polynomials::quarter_pi_high, eighth);
    const Doubles upper = select(is_steep, 2 * polynomials::quarter_pi_high - angle, angle);
    return with_sign(select(is_left, 4 * polynomials::quarter_pi_high - upper, upper), y);
  } else {
    // Two infinite numbers are alike. No product may overflow, nor lose its last digits.
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const auto both = (a == infinite) & (b == infinite), neither = (a == 0) & (b == 0);
    const Doubles larger = select(is_steep, a, b);
    const Doubles scale =
        select(larger > 0x1p900, 0x1p-200, select(larger < 0x1p-700, Doubles::of(0x1p300), 1.0));
    const Doubles hi = select(both | neither, 1.0, larger * scale);
    const Doubles lo = select(both, 1.0, select(is_steep, b, a) * scale);
    const auto q = tangent_of_eighth<T>(lo, hi);
    // The angle is `quarters` quarters of pi, and atan(t + low) added to them or taken from them.
    Doubles quarters = select(q.is_above, 1.0, 0.0);
    quarters = select(is_steep, 2 - quarters, quarters);
    quarters = select(is_left, 4 - quarters, quarters);
    const auto turned = Doubles::sign() & (is_steep.v ^ is_left.v);
    const auto signed_as = [turned](Doubles v) __attribute__((always_inline)) {
      return Doubles::of_bits(v.bits() ^ turned);
    };
    const Doubles z = q.t * q.t;
    // atan(t + low) = atan t + low / (1 + t^2)
    const Doubles rest = q.t * z * polynomial(z, polynomials::atan_double) + q.low * (1 - z);
    const auto sum = sum_of_larger(quarters * polynomials::quarter_pi_high, signed_as(q.t));
    const Doubles low = sum.low + (signed_as(rest) + quarters * polynomials::quarter_pi_low);
    return with_sign(sum.high + low, y);
  }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors
