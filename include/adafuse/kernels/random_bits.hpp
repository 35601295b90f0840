// Random bits in bulk: those of Key::bits.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/vector_path.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/base/random_words.hpp>
#include <algorithm>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// bits[i] = key.bits(first + i) for i in [0, count).
inline void random_bits(Key key, std::uint64_t first, Index count, std::uint64_t* bits) {
#ifdef ADAFUSE_COMPILED
  compiled::vector_path().numbers.random_bits(key, first, count, bits);
#else
  constexpr Index lanes = 64;
  Index i = 0;
  for (; i + lanes <= count; i += lanes)
    detail::random_bits<lanes>(key, first + static_cast<std::uint64_t>(i), bits + i);
  if (i == count) return;
  std::uint64_t rest[lanes];
  detail::random_bits<lanes>(key, first + static_cast<std::uint64_t>(i), rest);
  std::copy_n(rest, count - i, bits + i);
#endif
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
