// Consensus: from the frames' logits to the clip's.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/reduce.hpp>
#include <adafuse/video/time_axis.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The mean over the frames of each clip: [N*T, k] -> [N, k] (TSN, Wang et al., 2016).
template <Operand X>
Variable<scalar_of<X>> average_consensus(const X& logits, Index frames) {
  return mean(unfold_time(logits, frames), {1});
}

/// The last frame of each clip: [N*T, k] -> [N, k]. For logits that follow a recurrent network.
template <Operand X>
Variable<scalar_of<X>> last_frame(const X& logits, Index frames) {
  const auto clips = unfold_time(logits, frames);
  return reshape(slice(clips, 1, frames - 1, frames), {clips.size(0), clips.size(2)});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
