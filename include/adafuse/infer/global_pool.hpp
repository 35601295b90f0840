// One number for each map: its mean, or its largest pixel. Of a map that does not exist, zero.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/infer/live_lists.hpp>
#include <adafuse/kernels/pool_plane.hpp>

namespace adafuse::infer {
inline namespace ADAFUSE_SIMD {  // It calls what is compiled for a vector path.

/// v [frames, channels] = the mean, or the maximum, of each map of x [frames, channels, pixels].
template <class T>
void global_pool(bool maximum, Index frames, Index channels, Index pixels, const T* x,
                 ChannelLists live, T* v) {
  const Index grain = 1 + 32768 / pixels, blocks = (channels + grain - 1) / grain;
  parallel_for(frames * blocks, 1, [&](Index task, Index) {
    const Index frame = task / blocks, first = task % blocks * grain;
    const Index last = std::min(channels, first + grain);
    std::fill(v + frame * channels + first, v + frame * channels + last, T{0});
    const auto exist = channels_in(live, frame, first, last);
    for (Index i = 0; i < exist.count; ++i) {
      const Index at = frame * channels + exist[i];
      v[at] = maximum
                  ? kernels::plane::reduce<true>(x + at * pixels, pixels)
                  : kernels::plane::reduce<false>(x + at * pixels, pixels) / static_cast<T>(pixels);
    }
  });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::infer
