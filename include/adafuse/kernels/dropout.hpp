// Dropout's mask: which elements stay, and by how much they grow so that the mean stays.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/bits_as.hpp>
#include <adafuse/kernels/base/random_words.hpp>
#include <algorithm>
#include <cmath>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// mask[i] = 1 / (1 - p) where key.uniform(first + i) >= p, else 0, for i in [0, count).
template <class T>
void dropout_mask(std::uint64_t first, Index count, double p, Key key, T* mask) {
#ifdef ADAFUSE_COMPILED
  compiled::kernels_of<T>().dropout_mask(first, count, p, key, mask);
#else
  // (m + 1/2) / 2^52 >= p for the upper 52 bits m: all bits are at least those of the least such m.
  // What is subtracted from p 2^52 is exact there, or leaves something below 0.
  const auto least = static_cast<std::uint64_t>(std::max(std::ceil(p * 0x1p52 - 0.5), 0.0)) << 12;
  const double scale = p < 1 ? static_cast<double>(static_cast<T>(1 / (1 - p))) : 0;
  const auto kept = bits_as<std::uint64_t>(scale);
  parallel_for(count, 4096, Work::functions(1), [=](Index begin, Index end) {
    constexpr Index lanes = 64;
    std::uint64_t bits[lanes];
    T values[lanes];
    for (Index i = begin; i < end; i += lanes) {
      detail::random_bits<lanes>(key, first + static_cast<std::uint64_t>(i), bits);
      // Whole numbers are compared and masked without a jump, which would be guessed wrong.
      const std::uint64_t from = least, value = kept;
      for (Index k = 0; k < lanes; ++k)
        values[k] =
            static_cast<T>(bits_as<double>((bits[k] >= from ? ~std::uint64_t{0} : 0) & value));
      std::copy_n(values, std::min(lanes, end - i), mask + i);
    }
  });
#endif
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
