// The naive twin of adaptive_pool.hpp: each window is looked through in order.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/adaptive_pool.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

template <class T>
void adaptive_max_pool(const PoolWindows& p, Index planes, const T* x, T* y,
                       std::int32_t* positions) {
  for (Index plane = 0; plane < planes; ++plane)
    for (const auto& depth : p.windows[0])
      for (const auto& height : p.windows[1])
        for (const auto& width : p.windows[2]) {
          const T* const volume = x + plane * p.in_size();
          Index best = -1;
          for (Index d = depth.start; d < depth.stop; ++d)
            for (Index h = height.start; h < height.stop; ++h)
              for (Index w = width.start; w < width.stop; ++w) {
                const Index at = (d * p.in[1] + h) * p.in[2] + w;
                const bool no_number = is_nan(volume[at]);
                if (best < 0 || volume[at] > volume[best] || (no_number && !is_nan(volume[best])))
                  best = at;
              }
          *y++ = volume[best];
          *positions++ = static_cast<std::int32_t>(best);
        }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
