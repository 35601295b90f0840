// Winograd convolution: which tiles are left to a direct convolution, because of outliers.
//
// An output of a tile is put together from all of its 36 pixels, of which those that it does not
// read cancel. What is left of them is rounding: about 5e-6 of the largest one (F(4x4, 3x3), 64
// channels of normal numbers). So one large pixel spoils outputs that do not read it, and one NaN
// or infinity makes all 16 NaN.
//
// The size of a tile is measured in quarters, of 3 x 3 pixels, which is what the outputs in its
// four corners read: the sum of the squares of a quarter over all channels, that is of all numbers
// behind one output. A tile is left out when the root of the largest of its quarters is above 32
// times that of an ordinary one, so that the rounding of what is computed here stays below 32 times
// 5e-6 of ordinary outputs. Ordinary is the upper quartile of the frame's quarters in the same
// group of tiles, without those of zeros and without the four largest: a pixel lies in at most four
// tiles, and in one quarter of each. A single quarter tells nothing of what is ordinary, and its
// tile is left out. Other frames do not count: gradients of two clips may be of any two sizes.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/packed/packed.hpp>
#include <adafuse/kernels/conv2d/winograd/tiles.hpp>
#include <algorithm>
#include <span>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

/// How many times as large as ordinary the root of a quarter may be.
inline constexpr float ordinary_ratio = 32;
/// No sum of squares may be above these: pixels of 2^50 and weights of 2^30 still have room to grow
/// by 100 in the transforms and by all channels in the sums, while a direct convolution overflows
/// at 2^128 alone.
inline constexpr float most_pixel_squares = 0x1p100f, most_weight_squares = 0x1p60f;

/// Tiles side by side in a row that are left out.
struct LeftOut {
  Index frame, row, column, count;
};

/// The largest sum of squares that a tile of this frame may have in a quarter; `quarters` come in
/// any order, and leave in another.
inline float most_squares(std::vector<float>& quarters) {
  float largest = 0, smallest = most_pixel_squares;
  Index positive = 0;
  for (const float q : quarters) {
    if (q > largest) largest = q;  // A NaN is above no limit, but not below it either.
    if (q > 0 && q < smallest) smallest = q;
    positive += q > 0;
  }
  if (positive == 1) return 0;
  constexpr float factor = ordinary_ratio * ordinary_ratio;
  if (largest <= factor * smallest) return most_pixel_squares;  // Nearly always.
  std::erase_if(quarters, [](float q) { return !(q > 0 && q <= most_pixel_squares); });
  if (quarters.empty()) return most_pixel_squares;
  const Index count = std::ssize(quarters);
  const auto ordinary =
      quarters.begin() + std::max<Index>(0, std::min((3 * count - 1) / 4, count - 1 - 4));
  std::nth_element(quarters.begin(), ordinary, quarters.end());
  return std::min(factor * *ordinary, most_pixel_squares);
}

/// Takes out of a group the tiles with outliers: their outputs will not be stored. `squares`
/// [vectors][4][width]: of the quarters of each tile.
inline void leave_out_outliers(TileGroup& tiles, const float* squares,
                               std::vector<LeftOut>& left_out) {
  const auto quarter = [&](const TileRun& run, Index tile, Index k) {
    return squares[(run.vector * 4 + k) * Floats::width + run.lane + tile];
  };
  thread_local std::vector<float> memory;
  std::vector<float>& quarters = memory;
  for (std::size_t first = 0, last; first < tiles.runs.size(); first = last) {
    quarters.clear();
    for (last = first;
         last < tiles.runs.size() && tiles.runs[last].frame == tiles.runs[first].frame; ++last)
      for (Index t = 0; t < tiles.runs[last].count; ++t)
        for (Index k = 0; k < 4; ++k) quarters.push_back(quarter(tiles.runs[last], t, k));
    const float most = most_squares(quarters);
    for (std::size_t r = first; r < last; ++r) {
      TileRun& run = tiles.runs[r];
      for (Index t = 0; t < run.count; ++t) {
        bool ordinary = true;
        for (Index k = 0; k < 4; ++k) ordinary &= quarter(run, t, k) <= most;
        if (ordinary) continue;
        run.leave_out(t);
        const Index column = run.column + t * outputs;
        if (LeftOut* const before = left_out.empty() ? nullptr : &left_out.back();
            before && before->frame == run.frame && before->row == run.row &&
            before->column + before->count * outputs == column)
          ++before->count;
        else
          left_out.push_back({run.frame, run.row, column, 1});
      }
    }
  }
}

/// y = epilogue(correlation of x and w), for the outputs of tiles that were left out.
inline void convolve_directly(const Correlation& g, const LeftOut& tiles, const float* x,
                              const float* w, float* y, const Conv2dOptions<float>& options) {
  const Index n = tiles.frame;
  Correlation part = g;
  part.batch = 1;
  part.out_height = std::min(outputs, g.out_height - tiles.row);
  part.out_width = std::min(tiles.count * outputs, g.out_width - tiles.column);
  part.top = g.row(tiles.row, 0), part.left = g.column(tiles.column, 0);
  const LiveChannels in = options.in_of(n), out = options.out_of(n);
  Conv2dOptions<float> sums_only;
  sums_only.live_in = {&in, 1}, sums_only.live_out = {&out, 1};
  thread_local Scratch<float> memory;
  float* const sums = memory(g.out_channels * part.out_pixels());
  packed::correlate(part, x + n * g.in_channels * g.in_pixels(), w, sums, sums_only);
  const auto outs = ChannelList::of_group(out, 0, g.out_channels);
  for (Index o = 0; o < outs.count; ++o)
    for (Index i = 0; i < part.out_height; ++i) {
      const Index at =
          ((n * g.out_channels + outs[o]) * g.out_height + tiles.row + i) * g.out_width +
          tiles.column;
      finish_run(options.epilogue, sums + outs[o] * part.out_pixels() + i * part.out_width,
                 part.out_width, outs[o], at, y + at);
    }
}

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
