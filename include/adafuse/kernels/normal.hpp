// Normal numbers in bulk: those of Key::normal, to the last bit.
//
// Logarithms and cosines come in vectors, and may end in other digits than the standard library's.
// A float is a double without its last 29 digits: nearly always both give the same one. Where a
// double lies so near to the middle between two floats that its last digits count, the number is
// drawn again, by Key::normal. Doubles all are.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/base/random_words.hpp>
#include <adafuse/kernels/base/vector_normal.hpp>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
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
    // y = mean + z is off by what z is, and by 2^-50 of itself at most, which is below |mean| +
    // |z|.
    constexpr double most = vectors::normal_error + 0x1p-50;
    const double mean_off = std::abs(mean) * 0x1p-50;
    constexpr Index lanes = 64;
    std::uint64_t bits[lanes];
    float low[lanes], high[lanes];
    for (Index i = 0; i < count; i += lanes) {
      detail::random_bits<lanes>(key, first + static_cast<std::uint64_t>(i), bits);
      for (Index k = 0; k < lanes; k += Doubles::width) {
        Doubles::Words words;
        std::memcpy(&words, bits + k, sizeof words);
        const Doubles z = vectors::normal_of_words(words) * stddev, y = z + mean;
        const Doubles off = abs(z) * most + mean_off;
        (y - off).store(low + k);
        (y + off).store(high + k);
      }
      const Index n = std::min(lanes, count - i);
      int doubtful = 0;
      for (Index k = 0; k < lanes; ++k) doubtful |= equals(low[k], high[k]) ? 0 : 1;
      std::copy_n(low, n, out + i);
      if (doubtful != 0)
        for (Index k = 0; k < n; ++k)
          if (!equals(low[k], high[k])) out[i + k] = alone(i + k);
    }
  }
#endif
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
