// Standard normal numbers for vectors, by Box and Muller: sqrt(-2 ln u) cos(2 pi v).
//
// u and v are words of 32 bits, so that ln u and the cosine have no special case. Polynomials are
// short: floats need no more digits, if who draws looks where the next one counts.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/doubles.hpp>
#include <adafuse/kernels/base/vector_angles.hpp>
#include <adafuse/kernels/base/vector_log.hpp>
#include <numbers>

namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors {

/// How far normal_of_words() is from Key::normal, at most, relative to it. The cosine's polynomial
/// is farthest off: by 2.3e-12 r^4 of cos r, 2^-39.5 at pi / 4. The worst of 10^8 draws was as far
/// off.
inline constexpr double normal_error = 0x1p-38;

/// Key::normal of a position whose words are the lower half of each lane and the upper one.
[[gnu::always_inline]] inline Doubles normal_of_words(Doubles::Words words) {
  // word + 1/2: put into the last bits of 2^52, a whole number is added to it.
  const auto middle = [](Doubles::Words word) __attribute__((always_inline)) {
    return Doubles::of_bits(word | Doubles::of(0x1p52).bits()) - (0x1p52 - 0.5);
  };
  const Doubles u = middle(words & 0xffffffff) * 0x1p-32;
  const Doubles angle =
      middle(Doubles::shifted_right(words, 32)) * (2 * std::numbers::pi * 0x1p-32);
  const auto [k, m] = mantissa_of(u);
  const Doubles logarithm = log_of_parts<float>(k, m - 1);
  // cos x = sin(x + pi / 2)
  const auto a = reduce_angle<float>(angle);
  const Doubles z = a.r * a.r;
  const Doubles of_sin = a.r + a.r * z * polynomial(z, polynomials::sin_normal);
  const Doubles of_cos = 1 - z * (0.5 - z * polynomial(z, polynomials::cos_normal));
  return sqrt(logarithm * -2.0) * in_quarter(a.n + 1, of_sin, of_cos);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::vectors
