// PhaseImages: what some rows of outputs read through a strided kernel, as images in which a step
// of one output pixel is a step of one pixel.
//
// With stride s, tap p of output i reads row i s + top + p d = (i + shift) s + phase: rows phase,
// phase + s, phase + 2 s, ... of the image, taken together, are read as with stride 1. So are
// columns. The images have rows as long as those of the output, and hold no padding: what lies
// outside is not written, and readers mask it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/correlation.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {

class PhaseImages {
 public:
  /// Whether no phase of columns has longer rows than the output.
  static bool fits(const Correlation& g) {
    for (Index q = 0; q < g.kernel_width; ++q)
      if (length(g.in_width, phase_of(g.column(0, q), g.stride_width), g.stride_width) >
          g.out_width)
        return false;
    return true;
  }

  /// Prepares the images that outputs of `rows` read.
  void aim(const Correlation& g, Range rows) {
    g_ = g;
    vertical_.aim(g.kernel_height, g.stride_height, g.top, g.dilation_height);
    horizontal_.aim(g.kernel_width, g.stride_width, g.left, g.dilation_width);
    rows_ = {rows.begin + vertical_.least_shift, rows.end + vertical_.largest_shift};
    image_size_ = rows_.size() * g.out_width;
    tap_offsets_.clear();
    for (Index p = 0; p < g.kernel_height; ++p)
      for (Index q = 0; q < g.kernel_width; ++q) {
        const auto row = vertical_.taps[static_cast<std::size_t>(p)],
                   column = horizontal_.taps[static_cast<std::size_t>(q)];
        const Index image = row.phase * std::ssize(horizontal_.phases) + column.phase;
        tap_offsets_.push_back(image * image_size_ +
                               (row.shift - vertical_.least_shift) * g.out_width + column.shift);
      }
  }

  /// From one channel to the next.
  Index channel_size() const {
    return std::ssize(vertical_.phases) * std::ssize(horizontal_.phases) * image_size_;
  }
  /// From the first output pixel of the rows to what it reads in a channel, [taps].
  const std::vector<Index>& tap_offsets() const { return tap_offsets_; }

  /// images [phases of rows][phases of columns][rows][out_width] of one channel of x. What lies
  /// `ahead` of it is fetched into the cache.
  void copy(const float* plane, Index ahead, float* images) const {
    for (const Index a : vertical_.phases) {
      for (Index r = rows_.begin; r < rows_.end; ++r) {
        const Index row = r * g_.stride_height + a;
        if (0 <= row && row < g_.in_height)
          copy_row(plane + row * g_.in_width, ahead, images + (r - rows_.begin) * g_.out_width);
      }
      images += std::ssize(horizontal_.phases) * image_size_;
    }
  }

 private:
  /// The taps of one axis.
  struct Axis {
    struct Tap {
      Index phase, shift;  // `phase` is a place in `phases`
    };
    std::vector<Index> phases;  // that any tap reads, rising
    std::vector<Tap> taps;
    Index least_shift = 0, largest_shift = 0;

    void aim(Index count, Index stride, Index start, Index dilation) {
      const auto phase = [&](Index p) { return phase_of(start + p * dilation, stride); };
      const auto shift = [&](Index p) { return (start + p * dilation - phase(p)) / stride; };
      phases.clear(), taps.clear();
      for (Index p = 0; p < count; ++p) phases.push_back(phase(p));
      std::ranges::sort(phases);
      phases.erase(std::unique(phases.begin(), phases.end()), phases.end());
      for (Index p = 0; p < count; ++p)
        taps.push_back({std::ranges::lower_bound(phases, phase(p)) - phases.begin(), shift(p)});
      least_shift = shift(0), largest_shift = shift(count - 1);
    }
  };

  static Index phase_of(Index position, Index stride) {
    return (position % stride + stride) % stride;
  }
  /// How many of `size` positions are phase, phase + stride, ...
  static Index length(Index size, Index phase, Index stride) {
    return (size - phase + stride - 1) / stride;
  }

  void copy_row(const float* row, Index ahead, float* target) const {
    const auto& phases = horizontal_.phases;
    if (g_.stride_width == 2) {
      constexpr Index width = Floats::width;
      for (Index m = 0; 2 * m < g_.in_width; m += width) {
        const Index rest = g_.in_width - 2 * m;
        __builtin_prefetch(row + 2 * m + ahead, 0, 2);
        __builtin_prefetch(row + 2 * m + width + ahead, 0, 2);
        Floats even = Floats::load(row + 2 * m, first_lanes(rest)), odd = Floats::zero();
        if (rest > width) odd = Floats::load(row + 2 * m + width, first_lanes(rest - width));
        unzip(even, odd);
        for (std::size_t k = 0; k < phases.size(); ++k)
          (phases[k] == 0 ? even : odd)
              .store(target + static_cast<Index>(k) * image_size_ + m,
                     first_lanes(length(g_.in_width, phases[k], 2) - m));
      }
      return;
    }
    for (const Index b : phases) {
      for (Index m = 0; m < length(g_.in_width, b, g_.stride_width); ++m)
        target[m] = row[b + m * g_.stride_width];
      target += image_size_;
    }
  }

  Correlation g_{};
  Axis vertical_, horizontal_;
  Range rows_;  // of each image; 0 is its first row that lies inside
  Index image_size_ = 0;
  std::vector<Index> tap_offsets_;
};

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
