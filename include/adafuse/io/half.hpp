// 16-bit floating point, as weight files hold it, widened to float. Nothing is rounded: every half
// and every bfloat16 is a float.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/bits_as.hpp>
#include <adafuse/core/machine.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction.
inline float half_to_float(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  float magnitude = 0;
  if (exponent == 0x1f)
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::quiet_NaN();
  else if (exponent == 0)  // subnormal: fraction * 2^-24
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  else
    magnitude = std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  return (bits & 0x8000) ? -magnitude : magnitude;
}

/// bfloat16: the upper half of a float.
inline float bfloat16_to_float(std::uint16_t bits) {
  return bits_as<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
