// How much work a convolution is, when it computes only the live channels of each frame.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// The multiply-adds of all frames: of each pair of a live input and a live output channel.
template <class T>
Work conv2d_work(const Correlation& g, const Conv2dOptions<T>& options) {
  if (options.live_in.empty() && options.live_out.empty()) return Work::multiply_adds(g.macs());
  Index pairs = 0;
  for (Index n = 0; n < g.batch; ++n)
    pairs += options.in_of(n).count(g.in_channels) * options.out_of(n).count(g.out_channels);
  return Work::multiply_adds(pairs / g.groups * g.taps() * g.out_pixels());
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
