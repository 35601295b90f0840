// The naive twin of gumbel.hpp: one number of the key after the other.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/core/shape.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// out[i] = key.gumbel(first + i), for i in [0, count).
template <class T>
void gumbel(Key key, std::uint64_t first, Index count, T* out) {
  for (Index i = 0; i < count; ++i)
    out[i] = static_cast<T>(key.gumbel(first + static_cast<std::uint64_t>(i)));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
