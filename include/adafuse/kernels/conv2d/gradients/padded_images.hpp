// PaddedImages: what a block of output pixels reads, channel by channel, as small images with their
// padding written out, so that through any tap a row of outputs reads neighbours.
//
// With stride s the image falls into phases: tap p of output i reads row i s + p, which is row
// i + p / s of phase p % s. Each phase is an image of its own; those that no tap reads are left
// out.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/strided_lanes.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// A box of output pixels.
struct OutputBlock {
  Range frames, rows, columns;
  Index size() const { return frames.size() * rows.size() * columns.size(); }
};

class PaddedImages {
 public:
  /// Prepares the images that `block` reads.
  void set_block(const Correlation& g, const OutputBlock& block) {
    g_ = g, block_ = block;
    vertical_.set_taps(g.kernel_height, g.dilation_height, g.stride_height);
    horizontal_.set_taps(g.kernel_width, g.dilation_width, g.stride_width);
    pitch_ = block.columns.size() + horizontal_.reach;
    lanes_.clear(), rows_inside_.clear();
    const Index rows = block.rows.size() + vertical_.reach;
    for (const Index a : vertical_.phases) {
      const Range in = inside(g.row(block.rows.begin, 0) + a, g.stride_height, g.in_height, rows);
      const Index begin = std::min(in.begin, rows);
      rows_inside_.push_back({begin, std::max(begin, in.end)});
    }
    const Index image_size = rows * pitch_, columns = std::ssize(horizontal_.phases);
    frame_size_ = std::ssize(vertical_.phases) * columns * image_size;
    for (const Index b : horizontal_.phases)
      for (Index m = 0; m < pitch_; m += Floats::width) {
        const Range in = inside(first_column(b), g.stride_width, g.in_width, pitch_);
        lanes_.emplace_back(lane_bits(in.begin - m, in.end - m), g.stride_width);
      }
    pair_lanes_.clear();
    for (Index m = 0; m < 2 * pitch_; m += 2 * Floats::width) {
      const Index begin = -first_column(0) - m, end = begin + g.in_width;
      pair_lanes_.push_back(
          {lane_range(begin, end), lane_range(begin - Floats::width, end - Floats::width)});
    }
    tap_offsets_.clear();
    for (Index p = 0; p < g.kernel_height; ++p)
      for (Index q = 0; q < g.kernel_width; ++q) {
        const Index phase = vertical_.phase_number(p) * columns + horizontal_.phase_number(q);
        tap_offsets_.push_back(phase * image_size + vertical_.shift(p) * pitch_ +
                               horizontal_.shift(q));
      }
    row_starts_.clear();
    for (Index n = 0; n < block.frames.size(); ++n)
      for (Index i = 0; i < block.rows.size(); ++i)
        row_starts_.push_back(n * frame_size_ + i * pitch_);
  }

  /// From one channel to the next.
  Index channel_size() const { return block_.frames.size() * frame_size_; }
  /// Where each tap begins to read in a channel, [taps].
  const std::vector<Index>& tap_offsets() const { return tap_offsets_; }
  /// What each row of the block adds to that, [frames][rows].
  const std::vector<Index>& row_starts() const { return row_starts_; }
  /// Room for so many channels: the last store may reach over the end.
  Index room(Index channels) const { return channels * channel_size() + Floats::width; }

  /// images [channels][frames][phases][rows][pitch] of the channels [begin, end) of x.
  void pack(const float* x, Range channels, float* images) const {
    if (g_.stride_width == 1)
      pack_strided<1>(x, channels, images);
    else if (g_.stride_width == 2 && std::ssize(horizontal_.phases) == 2)
      pack_pairs(x, channels, images);
    else if (g_.stride_width == 2)
      pack_strided<2>(x, channels, images);
    else
      pack_strided<0>(x, channels, images);
  }

 private:
  /// The taps of one axis.
  struct Axis {
    Index dilation = 1, stride = 1, reach = 0;  // reach: the largest shift
    std::vector<Index> phases;                  // that any tap reads, rising

    void set_taps(Index taps, Index tap_dilation, Index tap_stride) {
      dilation = tap_dilation, stride = tap_stride, reach = shift(taps - 1);
      phases.clear();
      for (Index p = 0; p < taps; ++p) phases.push_back(p * dilation % stride);
      std::sort(phases.begin(), phases.end());
      phases.erase(std::unique(phases.begin(), phases.end()), phases.end());
    }
    Index shift(Index p) const { return p * dilation / stride; }
    Index phase_number(Index p) const {
      const Index phase = p * dilation % stride;
      return std::lower_bound(phases.begin(), phases.end(), phase) - phases.begin();
    }
  };
  /// Of two registers side by side, what lies inside of the image.
  struct PairLanes {
    Mask low, high;
  };

  Index first_column(Index phase) const { return g_.column(block_.columns.begin, 0) + phase; }

  // Not inlined: where they are called, too few registers would be left for what they walk with.
  // For the same reason rows of one vector are a loop of their own, in which the masks stay: 5 to 8
  // per cent of the backward weights of 32 and 64 channels.

  template <int Stride>
  [[gnu::noinline]] void pack_strided(const float* x, Range channels, float* images) const {
    const Index rows = block_.rows.size() + vertical_.reach, pitch = pitch_;
    const Index vectors = count_vectors(), columns = std::ssize(horizontal_.phases);
    const Index stride = g_.stride_width, step = g_.stride_height * g_.in_width,
                ahead = block_.rows.size() * step;
    // Rows follow each other: what a store writes over the end is written again.
    const auto copy = [&](const float* pixels, const StridedLanes& lanes, float* to) {
      // The next block reads what follows: by then it has come from memory.
      for (Index line = 0; line < stride; ++line)
        __builtin_prefetch(pixels + ahead + line * Floats::width, 0, 2);
      lanes.template load<Stride>(pixels).store(to);
    };
    for_phases_of_rows(x, channels, [&](const float* first_row, Range inside) {
      for (Index b = 0; b < columns; ++b) {
        const StridedLanes* lanes = lanes_.data() + b * vectors;
        const float* pixels = first_row + horizontal_.phases[static_cast<std::size_t>(b)];
        clear(images, inside.begin * pitch);
        if (const StridedLanes only = lanes[0]; vectors == 1)
          for (Index k = inside.begin; k < inside.end; ++k)
            copy(pixels + k * step, only, images + k * pitch);
        else
          for (Index k = inside.begin; k < inside.end; ++k)
            for (Index v = 0; v < vectors; ++v)
              copy(pixels + k * step + v * stride * Floats::width, lanes[v],
                   images + k * pitch + v * Floats::width);
        clear(images + inside.end * pitch, (rows - inside.end) * pitch);
        images += rows * pitch;
      }
    });
  }

  /// Both phases of columns at stride 2 from one reading.
  [[gnu::noinline]] void pack_pairs(const float* x, Range channels, float* images) const {
    constexpr Index width = Floats::width;
    const Index rows = block_.rows.size() + vertical_.reach, pitch = pitch_,
                vectors = count_vectors(), image_size = rows * pitch;
    const Index step = g_.stride_height * g_.in_width, ahead = block_.rows.size() * step;
    const Mask last = first_lanes(pitch - (vectors - 1) * width);
    const auto copy = [&](const float* pixels, PairLanes lanes, Mask stored, float* to) {
      __builtin_prefetch(pixels + ahead, 0, 2);
      __builtin_prefetch(pixels + ahead + width, 0, 2);
      Floats even = Floats::load(pixels, lanes.low), odd = Floats::load(pixels + width, lanes.high);
      unzip(even, odd);
      even.store(to, stored), odd.store(to + image_size, stored);
    };
    for_phases_of_rows(x, channels, [&](const float* first_row, Range inside) {
      clear(images, inside.begin * pitch);
      clear(images + image_size, inside.begin * pitch);
      const PairLanes only = pair_lanes_[0];
      Index k = inside.begin;
      if (vectors == 1)
        for (; k < inside.end; ++k) copy(first_row + k * step, only, last, images + k * pitch);
      else
        for (; k < inside.end; ++k)
          for (Index v = 0; v < vectors; ++v)
            copy(first_row + k * step + 2 * v * width, pair_lanes_[static_cast<std::size_t>(v)],
                 v + 1 < vectors ? first_lanes(width) : last, images + k * pitch + v * width);
      clear(images + k * pitch, (rows - k) * pitch);
      clear(images + image_size + k * pitch, (rows - k) * pitch);
      images += 2 * image_size;
    });
  }

  /// A row or two: a call of memset would cost more.
  static void clear(float* to, Index count) {
    for (Index m = 0; m < count; m += Floats::width)
      Floats::zero().store(to + m, first_lanes(count - m));
  }

  /// Calls pack(first_row, inside) for each channel, frame and phase of rows: which rows of its
  /// images lie inside of the image, and where the first would begin with what column phase 0
  /// reads.
  template <class Pack>
  void for_phases_of_rows(const float* x, Range channels, const Pack& pack) const {
    const Index top = g_.row(block_.rows.begin, 0);
    for (Index c = channels.begin; c < channels.end; ++c)
      for (Index n = block_.frames.begin; n < block_.frames.end; ++n) {
        const float* plane = x + (n * g_.in_channels + c) * g_.in_pixels() + first_column(0);
        for (std::size_t a = 0; a < rows_inside_.size(); ++a)
          pack(plane + (top + vertical_.phases[a]) * g_.in_width, rows_inside_[a]);
      }
  }

  Index count_vectors() const { return (pitch_ + Floats::width - 1) / Floats::width; }

  Correlation g_{};
  OutputBlock block_;
  Axis vertical_, horizontal_;
  Index pitch_ = 0, frame_size_ = 0;
  std::vector<StridedLanes> lanes_;    // [horizontal phases][vectors of a row]
  std::vector<PairLanes> pair_lanes_;  // [vectors of a row]
  std::vector<Range> rows_inside_;     // [vertical phases], of the rows of an image
  std::vector<Index> tap_offsets_, row_starts_;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
