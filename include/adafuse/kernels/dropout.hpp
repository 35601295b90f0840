// Dropout's mask: which elements stay, and by how much they grow so that the mean stays.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/base/vector_path.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// mask[i] = 1 / (1 - p) where key.uniform(first + i) >= p, else 0, for i in [0, count).
template <class T>
void dropout_mask(std::uint64_t first, Index count, double p, Key key, T* mask) {
#ifdef ADAFUSE_COMPILED
  compiled::kernels_of<T>().dropout_mask(first, count, p, key, mask);
#else
  const T kept = static_cast<T>(1 / (1 - p));
  parallel_for(count, 4096, Work::functions(1), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      mask[i] = key.uniform(first + static_cast<std::uint64_t>(i)) >= p ? kept : T{0};
  });
#endif
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
