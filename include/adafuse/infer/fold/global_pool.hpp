// One number for each map: its mean, or its largest pixel. Of a map that does not exist, zero.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/infer/fold/live_lists.hpp>
#include <adafuse/kernels/pool_plane.hpp>
#include <adafuse/kernels/reduce.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void global_pool(bool maximum, Index frames, Index channels, Index pixels, const T* x,
                 ChannelLists live, T* v) {
  compiled::kernels_of<T>().global_pool(maximum, frames, channels, pixels, x, live, v);
}
#else

/// Pixels of a map that floats may add up. A larger one comes from memory, and double adds it up as
/// fast.
inline constexpr Index most_for_float_sums = 16384;

/// v[channel] = the mean of each map of the list.
template <class T>
void average_large_maps(const kernels::ChannelList& list, Index pixels, const T* maps, T* v) {
  for (Index i = 0; i < list.count; ++i)
    v[list[i]] = static_cast<T>(kernels::sum_elements(maps + list[i] * pixels, pixels) /
                                static_cast<double>(pixels));
}

/// v[channel] = the mean, or the maximum, of each map of the list; `maps` [channels, pixels].
template <bool maximum, class T>
void pool_maps(const kernels::ChannelList& list, Index pixels, const T* maps, T* v) {
  for (Index i = 0; i < list.count; ++i) {
    const T all = kernels::plane::reduce<maximum>(maps + list[i] * pixels, pixels);
    v[list[i]] = maximum ? all : all / static_cast<T>(pixels);
  }
}
/// Of floats, as many maps together as a vector has lanes; the last stands in for those that are
/// missing.
template <bool maximum>
void pool_maps(const kernels::ChannelList& list, Index pixels, const float* maps, float* v) {
  for (Index first = 0; first < list.count; first += Floats::width) {
    const Index count = std::min<Index>(Floats::width, list.count - first);
    const float* planes[Floats::width];
    for (Index l = 0; l < Floats::width; ++l)
      planes[l] = maps + list[first + std::min(l, count - 1)] * pixels;
    Floats all = kernels::plane::reduce<maximum>(planes, pixels);
    if constexpr (!maximum) all = all / Floats::broadcast(static_cast<float>(pixels));
    if (list.list) {
      float lanes[Floats::width];
      all.store(lanes);
      for (Index l = 0; l < count; ++l) v[list[first + l]] = lanes[l];
    } else {
      all.store(v + list[first], first_lanes(count));
    }
  }
}

/// v [frames, channels] = the mean, or the maximum, of each map of x [frames, channels, pixels].
template <class T>
void global_pool(bool maximum, Index frames, Index channels, Index pixels, const T* x,
                 ChannelLists live, T* v) {
  // A task takes whole vectors of maps.
  const Index grain = (1 + 2048 / pixels) * 16, blocks = (channels + grain - 1) / grain;
  const auto pool = [&](Index begin, Index end) {
    for (Index task = end - 1; task >= begin; --task) {
      const Index frame = task / blocks, first = task % blocks * grain;
      const Index last = std::min(channels, first + grain);
      T* const of_frame = v + frame * channels;
      const auto exist = channels_in(live, frame, first, last);
      if (exist.count < last - first) std::fill(of_frame + first, of_frame + last, T{0});
      const T* const maps = x + frame * channels * pixels;
      if (maximum)
        pool_maps<true>(exist, pixels, maps, of_frame);
      else if (pixels > most_for_float_sums)
        average_large_maps(exist, pixels, maps, of_frame);
      else
        pool_maps<false>(exist, pixels, maps, of_frame);
    }
  };
  // The last frames first: they are nearest, and the next step wants the first ones nearest.
  parallel_for(frames * blocks, std::max<Index>(1, 65536 / (grain * pixels)),
               Work::elements(channels * pixels) / blocks, pool, ChunkOrder::backward);
}

#endif

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
