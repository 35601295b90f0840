// Normal numbers in bulk: those of Key::normal, to the last bit.
//
// Logarithms and cosines come in vectors, and may end in another digit than the standard library's.
// A float is a double without its last 29 digits: nearly always both give the same one. Where a
// double lies so near to the middle between two floats that its last digits count, the number is
// drawn again, by Key::normal. Doubles all are.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/function.hpp>
#include <cmath>
#include <numbers>
#include <type_traits>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

namespace detail {

/// The first two of Key::words at the positions from `first` on. Each word of Philox's counter is a
/// row of its own here, so that compilers make vectors of it.
template <Index lanes>
void first_words(Key key, std::uint64_t first, std::uint32_t* __restrict w0,
                 std::uint32_t* __restrict w1) {
  std::uint32_t w2[Bound{lanes}] = {}, w3[Bound{lanes}] = {};
  for (Index k = 0; k < lanes; ++k) {
    const std::uint64_t position = first + static_cast<std::uint64_t>(k);
    w0[k] = static_cast<std::uint32_t>(position);
    w1[k] = static_cast<std::uint32_t>(position >> 32);
  }
  auto k0 = static_cast<std::uint32_t>(key.philox_key());
  auto k1 = static_cast<std::uint32_t>(key.philox_key() >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
    for (Index k = 0; k < lanes; ++k) {
      const std::uint64_t a = std::uint64_t{0xD2511F53u} * w0[k];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * w2[k];
      w0[k] = static_cast<std::uint32_t>(b >> 32) ^ w1[k] ^ k0;
      w1[k] = static_cast<std::uint32_t>(b);
      w2[k] = static_cast<std::uint32_t>(a >> 32) ^ w3[k] ^ k1;
      w3[k] = static_cast<std::uint32_t>(a);
    }
}

}  // namespace detail

/// out[i] = mean + stddev key.normal(first + i), rounded to T, for i in [0, count).
template <class T>
void normal(Key key, std::uint64_t first, Index count, double mean, double stddev, T* out) {
  const auto alone = [=](Index i) {
    const double z = key.normal(first + static_cast<std::uint64_t>(i));
    return static_cast<T>(mean + rounded(stddev * z));
  };
  if constexpr (!std::is_same_v<T, float>) {
    for (Index i = 0; i < count; ++i) out[i] = alone(i);
  } else {
    constexpr Index lanes = 64;
    std::uint32_t w0[lanes], w1[lanes];
    double logarithm[lanes], cosine[lanes];
    float low[lanes];
    for (Index i = 0; i < count; i += lanes) {
      detail::first_words<lanes>(key, first + static_cast<std::uint64_t>(i), w0, w1);
      for (Index k = 0; k < lanes; ++k) {
        logarithm[k] = (static_cast<double>(w0[k]) + 0.5) * 0x1p-32;
        cosine[k] = 2 * std::numbers::pi * ((static_cast<double>(w1[k]) + 0.5) * 0x1p-32);
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
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
