// Pooling of the channels that exist, without allocation.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/infer/fold/live_lists.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/pool_plane.hpp>
#include <vector>

namespace adafuse::infer::inline ADAFUSE_SIMD {

template <class T>
struct FoldedPool {
  kernels::Pool2dGeometry geometry;  // of one plane
  bool maximum = true;               // else the mean
  std::vector<T> divisors;           // of each window, [out_height, out_width]; empty for a maximum
  bool fill = false;  // Dead channels are written too, as zeros: a concat reads them.
};

/// A pooling as plans know it.
template <class T>
FoldedPool<T> fold_pool(const kernels::Pool2dGeometry& g, bool maximum) {
  FoldedPool<T> pool{g, maximum, {}};
  if (!maximum)
    for (Index i = 0; i < g.height.out(); ++i)
      for (Index j = 0; j < g.width.out(); ++j)
        pool.divisors.push_back(static_cast<T>(g.counted(g.height, i) * g.counted(g.width, j)));
  return pool;
}

/// Pools the channels of each frame that exist in x [frames, channels, in_pixels]; where `fill`,
/// those of `wanted`, and those that do not exist become zero.
template <class T>
void pool_live(const FoldedPool<T>& pool, Index frames, Index channels, const T* x,
               ChannelLists live, ChannelLists wanted, T* y) {
  const auto& g = pool.geometry;
  const Index grain = 1 + 16384 / (g.out_pixels() * g.height.kernel);  // planes
  const Index blocks = (channels + grain - 1) / grain;
  const Index taps = g.out_pixels() * g.height.kernel * g.width.kernel;
  const Work work = Work::elements(channels * (g.in_pixels() + taps)) / blocks;
  parallel_for(frames * blocks, 1, work, [&](Index task, Index) {
    thread_local kernels::Scratch<T> memory;
    T* row = memory(kernels::plane::room(g));
    const Index frame = task / blocks, first = task % blocks * grain;
    const Index last = std::min(channels, first + grain);
    const auto plane = [&](Index channel) {
      const T* const from = x + (frame * channels + channel) * g.in_pixels();
      T* const to = y + (frame * channels + channel) * g.out_pixels();
      if (pool.maximum)
        kernels::plane::pool<true>(g, pool.divisors.data(), from, to, row);
      else
        kernels::plane::pool<false>(g, pool.divisors.data(), from, to, row);
    };
    const auto exist = channels_in(live, frame, first, last);
    if (!pool.fill) {
      for (Index i = 0; i < exist.count; ++i) plane(exist[i]);
      return;
    }
    Index next = 0;  // Both lists increase: walk them side by side.
    const auto asked = channels_in(wanted, frame, first, last);
    for (Index i = 0; i < asked.count; ++i) {
      while (next < exist.count && exist[next] < asked[i]) ++next;
      if (next < exist.count && exist[next] == asked[i])
        plane(asked[i]);
      else
        std::fill_n(y + (frame * channels + asked[i]) * g.out_pixels(), g.out_pixels(), T{0});
    }
  });
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
