// The naive twin of dropout.hpp: the definition.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/core/shape.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// mask[i] = 1 / (1 - p) where key.uniform(first + i) >= p, else 0.
template <class T>
void dropout_mask(std::uint64_t first, Index count, double p, Key key, T* mask) {
  for (Index i = 0; i < count; ++i)
    mask[i] =
        key.uniform(first + static_cast<std::uint64_t>(i)) < p ? T{0} : static_cast<T>(1 / (1 - p));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
