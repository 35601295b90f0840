// Normal numbers in bulk: those of Key::normal, to the last bit.
//
// Logarithms and cosines come in vectors, and may end in another digit than the standard library's.
// A float is a double without its last 29 digits: nearly always both give the same one. Where a
// double lies so near to the middle between two floats that its last digits count, the number is
// drawn again, by Key::normal. Doubles all are.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/vector_path.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/base/random_words.hpp>
#include <adafuse/kernels/function.hpp>
#include <algorithm>
#include <cmath>
#include <numbers>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// out[i] = mean + stddev key.normal(first + i), rounded to T, for i in [0, count).
template <class T>
void normal(Key key, std::uint64_t first, Index count, double mean, double stddev, T* out) {
#ifdef ADAFUSE_COMPILED
  compiled::kernels_of<T>().normal(key, first, count, mean, stddev, out);
#else
  const auto alone = [=](Index i) {
    const double z = key.normal(first + static_cast<std::uint64_t>(i));
    return static_cast<T>(mean + rounded(stddev * z));
  };
  if constexpr (!std::is_same_v<T, float>) {
    for (Index i = 0; i < count; ++i) out[i] = alone(i);
  } else {
    constexpr Index lanes = 64;
    std::uint64_t bits[lanes];
    double logarithm[lanes], cosine[lanes];
    float low[lanes];
    for (Index i = 0; i < count; i += lanes) {
      detail::random_bits<lanes>(key, first + static_cast<std::uint64_t>(i), bits);
      for (Index k = 0; k < lanes; ++k) {
        const auto w0 = static_cast<std::uint32_t>(bits[k]);
        const auto w1 = static_cast<std::uint32_t>(bits[k] >> 32);
        logarithm[k] = (static_cast<double>(w0) + 0.5) * 0x1p-32;
        cosine[k] = 2 * std::numbers::pi * ((static_cast<double>(w1) + 0.5) * 0x1p-32);
      }
      apply<Function::log>(lanes, logarithm, logarithm);
      apply<Function::cos>(lanes, cosine, cosine);
      int doubtful = 0;
      for (Index k = 0; k < lanes; ++k) {
        const double z = rounded(stddev * (std::sqrt(-2 * logarithm[k]) * cosine[k]));
        const double y = mean + z, off = std::abs(z) * 0x1p-48 + std::abs(y) * 0x1p-50;
        low[k] = static_cast<float>(y - off);
        doubtful |= equals(static_cast<float>(y + off), low[k]) ? 0 : 1;
      }
      const Index n = std::min(lanes, count - i);
      std::copy_n(low, n, out + i);
      if (doubtful != 0)
        for (Index k = 0; k < n; ++k) out[i + k] = alone(i + k);
    }
  }
#endif
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
