// Lanes inside: of a vector of output pixels, which lanes find what a tap reads inside of the
// image.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// For one vector at a time: bits of lanes, by rows and by columns of the kernel.
class LanesInside {
 public:
  /// The output pixels vector * width, ..., counted over the ends of rows; those beyond the last
  /// are outside.
  void set_vector(const Correlation& g, Index vector) {
    rows_.assign(static_cast<std::size_t>(g.kernel_height), 0);
    columns_.assign(static_cast<std::size_t>(g.kernel_width), 0);
    Index i = vector * Floats::width / g.out_width, j = vector * Floats::width % g.out_width;
    for (Index lane = 0; lane < Floats::width && i < g.out_height; ++i, j = 0) {
      const Index count = std::min(g.out_width - j, Floats::width - lane);
      const std::uint32_t run = lane_bits(lane, lane + count);
      for (Index p = 0; p < g.kernel_height; ++p)
        if (g.row(i, p) >= 0 && g.row(i, p) < g.in_height)
          rows_[static_cast<std::size_t>(p)] |= run;
      for (Index q = 0; q < g.kernel_width; ++q) {
        const Index first = g.column(j, q), last = g.column(j + count - 1, q);
        if (first >= 0 && last < g.in_width) {
          columns_[static_cast<std::size_t>(q)] |= run;
          continue;
        }
        const Range in = inside(first, g.stride_width, g.in_width, count);
        columns_[static_cast<std::size_t>(q)] |= lane_bits(lane + in.begin, lane + in.end);
      }
      lane += count;
    }
  }

  Mask operator()(Index p, Index q) const {
    return Mask(rows_[static_cast<std::size_t>(p)] & columns_[static_cast<std::size_t>(q)]);
  }

 private:
  std::vector<std::uint32_t> rows_, columns_;  // [kernel_height], [kernel_width]
};

/// From an output pixel to what each tap reads, [taps], where output and input rows are equally
/// long and the stride is 1.
inline void find_tap_offsets(const Correlation& g, std::vector<Index>& offsets) {
  offsets.clear();
  for (Index p = 0; p < g.kernel_height; ++p)
    for (Index q = 0; q < g.kernel_width; ++q)
      offsets.push_back(g.row(0, p) * g.in_width + g.column(0, q));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
