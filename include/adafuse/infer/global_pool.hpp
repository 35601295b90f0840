// One number for each map: its mean, or its largest pixel. Of a map that does not exist, zero.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/infer/live_lists.hpp>

namespace adafuse::infer {
inline namespace ADAFUSE_SIMD {  // Its loops are compiled for the vector path.

namespace pooling {

/// The sum or the maximum of `count` numbers, in as many partial ones as a vector has lanes.
template <bool maximum, class T>
T reduce_plane(const T* x, Index count) {
  constexpr Index lanes = 16;
  const auto join = [](T a, T b) { return maximum ? std::max(a, b) : a + b; };
  T partial[lanes];
  std::fill_n(partial, lanes, maximum ? *x : T{0});
  Index i = 0;
  for (; i + lanes <= count; i += lanes)
    for (Index lane = 0; lane < lanes; ++lane) partial[lane] = join(partial[lane], x[i + lane]);
  for (; i < count; ++i) partial[0] = join(partial[0], x[i]);
  T total = partial[0];
  for (Index lane = 1; lane < lanes; ++lane) total = join(total, partial[lane]);
  return total;
}

}  // namespace pooling

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
                  ? pooling::reduce_plane<true>(x + at * pixels, pixels)
                  : pooling::reduce_plane<false>(x + at * pixels, pixels) / static_cast<T>(pixels);
    }
  });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::infer
