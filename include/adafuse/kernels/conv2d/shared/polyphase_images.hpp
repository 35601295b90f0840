// PolyphaseImages: what some rows of outputs read through a strided kernel, as images in which a
// step of one output pixel is a step of one pixel.
//
// With stride s, tap p of output i reads row i s + top + p d = (i + shift) s + phase: rows phase,
// phase + s, phase + 2 s, ... of the image, taken together, are read as with stride 1. So are
// columns. The images have rows as long as those of the output, and hold no padding: what lies
// outside is not written, and readers mask it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

class PolyphaseImages {
 public:
  /// Whether no phase of columns has longer rows than the output.
  static bool fits(const Correlation& g) {
    for (Index q = 0; q < g.kernel_width; ++q)
      if (length(g.in_width, phase_of(g.column(0, q), g.stride_width), g.stride_width) >
          g.out_width)
        return false;
    return true;
  }

  /// Whether two rows of the image fit in one vector of each phase.
  static bool copies_pairs(const Correlation& g) {
    return g.stride_width == 2 && g.in_width <= Floats::width;
  }

  /// Prepares the images that outputs of `rows` read.
  void set_rows(const Correlation& g, Range rows) {
    if (g == g_ && rows == of_outputs_) return;
    g_ = g, of_outputs_ = rows;
    vertical_.set_taps(g.kernel_height, g.stride_height, g.top, g.dilation_height);
    horizontal_.set_taps(g.kernel_width, g.stride_width, g.left, g.dilation_width);
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
    rows_inside_.clear();
    for (const Index a : vertical_.phases)
      rows_inside_.push_back(
          inside(a + rows_.begin * g.stride_height, g.stride_height, g.in_height, rows_.size()));
    if (g.stride_width == 2) find_lanes();
  }

  /// How many images a channel has, the size of each, and of all: the step to the next channel.
  Index images() const { return std::ssize(vertical_.phases) * std::ssize(horizontal_.phases); }
  Index image_size() const { return image_size_; }
  Index channel_size() const { return images() * image_size_; }
  /// From the first output pixel of the rows to what it reads in a channel, [taps].
  const std::vector<Index>& tap_offsets() const { return tap_offsets_; }

  /// images [phases of rows][phases of columns][rows][out_width] of one channel of x. What lies
  /// `ahead` of it is fetched into the cache.
  void copy(const float* plane, Index ahead, float* images) const {
    const Index step = g_.stride_height * g_.in_width;
    for (std::size_t a = 0; a < vertical_.phases.size(); ++a) {
      const float* row = plane + rows_.begin * step + vertical_.phases[a] * g_.in_width;
      const Range rows = rows_inside_[a];
      if (g_.stride_width != 2)
        copy_columns(row, step, rows, images);
      else if (copies_pairs(g_))
        copy_pairs(row, step, rows, ahead, images);
      else
        copy_rows(row, step, rows, ahead, images);
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

    void set_taps(Index count, Index stride, Index start, Index dilation) {
      const auto phase = [&](Index p) { return phase_of(start + p * dilation, stride); };
      const auto shift = [&](Index p) { return (start + p * dilation - phase(p)) / stride; };
      phases.clear(), taps.clear();
      for (Index p = 0; p < count; ++p) phases.push_back(phase(p));
      std::sort(phases.begin(), phases.end());
      phases.erase(std::unique(phases.begin(), phases.end()), phases.end());
      for (Index p = 0; p < count; ++p)
        taps.push_back(
            {std::lower_bound(phases.begin(), phases.end(), phase(p)) - phases.begin(), shift(p)});
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

  /// Even or odd columns, at stride 2: where their image begins, and which lanes are stored.
  struct Columns {
    bool are_read = false;
    Index image = 0;
    Mask first{}, second{}, both{};  // of two short rows in one vector
    Mask last{};                     // of the last vector of a long row
  };

  void find_lanes() {
    constexpr Index width = Floats::width, half = width / 2;
    even_ = odd_ = {};
    const Index full_vectors = (g_.in_width - 1) / (2 * width);
    for (std::size_t k = 0; k < horizontal_.phases.size(); ++k) {
      const Index b = horizontal_.phases[k], count = length(g_.in_width, b, 2);
      Columns& columns = b == 0 ? even_ : odd_;
      columns.are_read = true;
      columns.image = static_cast<Index>(k) * image_size_;
      columns.first = lane_range(0, count);
      columns.second = lane_range(half, half + count);
      columns.both = Mask(lane_bits(0, count) | lane_bits(half, half + count));
      columns.last = lane_range(0, count - full_vectors * width);
    }
  }

  /// Rows of one phase that fit in a vector, two at a time.
  void copy_pairs(const float* row, Index step, Range rows, Index ahead, float* images) const {
    const Index pitch = g_.out_width;
    const Mask inside = first_lanes(g_.in_width);
    const Columns even = even_, odd = odd_;  // In registers, as far as there are any.
    const auto store = [pitch](Floats pixels, const Columns& columns, float* to) {
      constexpr Index half = Floats::width / 2;
      if (pitch == half) return pixels.store(to + columns.image, columns.both);
      pixels.store(to + columns.image, columns.first);
      pixels.store(to + columns.image + pitch - half, columns.second);
    };
    Index r = rows.begin;
    for (; r + 2 <= rows.end; r += 2) {
      const float *first = row + r * step, *second = first + step;
      __builtin_prefetch(first + ahead, 0, 2);
      __builtin_prefetch(second + ahead, 0, 2);
      Floats evens = Floats::load(first, inside), odds = Floats::load(second, inside);
      unzip(evens, odds);
      if (even.are_read) store(evens, even, images + r * pitch);
      if (odd.are_read) store(odds, odd, images + r * pitch);
    }
    copy_rows(row, step, {r, rows.end}, ahead, images);
  }

  void copy_rows(const float* row, Index step, Range rows, Index ahead, float* images) const {
    constexpr Index width = Floats::width;
    const Index full_vectors = (g_.in_width - 1) / (2 * width),
                rest = g_.in_width - full_vectors * 2 * width;
    const Mask low = lane_range(0, rest), high = lane_range(0, rest - width);
    const Columns even = even_, odd = odd_;
    for (Index r = rows.begin; r < rows.end; ++r) {
      const float* from = row + r * step;
      float *evens_to = images + r * g_.out_width + even.image,
            *odds_to = images + r * g_.out_width + odd.image;
      const auto fetch = [&] {
        __builtin_prefetch(from + ahead, 0, 2);
        __builtin_prefetch(from + width + ahead, 0, 2);
      };
      for (Index v = 0; v < full_vectors; ++v) {
        fetch();
        Floats evens = Floats::load(from), odds = Floats::load(from + width);
        unzip(evens, odds);
        if (even.are_read) evens.store(evens_to);
        if (odd.are_read) odds.store(odds_to);
        from += 2 * width, evens_to += width, odds_to += width;
      }
      fetch();
      Floats evens = Floats::load(from, low), odds = Floats::load(from + width, high);
      unzip(evens, odds);
      if (even.are_read) evens.store(evens_to, even.last);
      if (odd.are_read) odds.store(odds_to, odd.last);
    }
  }

  /// Any stride, pixel by pixel.
  void copy_columns(const float* row, Index step, Range rows, float* images) const {
    for (const Index b : horizontal_.phases) {
      const Index count = length(g_.in_width, b, g_.stride_width);
      for (Index r = rows.begin; r < rows.end; ++r)
        for (Index m = 0; m < count; ++m)
          images[r * g_.out_width + m] = row[r * step + b + m * g_.stride_width];
      images += image_size_;
    }
  }

  Correlation g_{};
  Range of_outputs_;
  Axis vertical_, horizontal_;
  Range rows_;  // of each image; 0 is its first row that lies inside
  Index image_size_ = 0;
  std::vector<Index> tap_offsets_;
  std::vector<Range> rows_inside_;  // of each phase of rows, counted from the first
  Columns even_, odd_;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
