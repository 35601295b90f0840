// PaddedImages: what a block of output pixels reads, channel by channel, as small images with their
// padding written out, so that through any tap a row of outputs reads neighbours.
//
// With stride s the image falls into phases: tap p of output i reads row i s + p, which is row
// i + p / s of phase p % s. Each phase is an image of its own; those that no tap reads are left
// out.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/correlation.hpp>
#include <adafuse/kernels/strided_lanes.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {

/// A box of output pixels.
struct OutputBlock {
  Range frames, rows, columns;
  Index size() const { return frames.size() * rows.size() * columns.size(); }
};

class PaddedImages {
 public:
  /// Prepares the images that `block` reads.
  void aim(const Correlation& g, const OutputBlock& block) {
    g_ = g, block_ = block;
    vertical_.aim(g.kernel_height, g.dilation_height, g.stride_height);
    horizontal_.aim(g.kernel_width, g.dilation_width, g.stride_width);
    pitch_ = block.columns.size() + horizontal_.reach;
    phases_.clear(), lanes_.clear();
    frame_size_ = 0;
    for (const Index a : vertical_.phases)
      for (const Index b : horizontal_.phases) {
        phases_.push_back({a, b, frame_size_});
        frame_size_ += (block.rows.size() + vertical_.reach) * pitch_;
      }
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
        const Index phase = vertical_.phase_number(p) * std::ssize(horizontal_.phases) +
                            horizontal_.phase_number(q);
        tap_offsets_.push_back(phases_[static_cast<std::size_t>(phase)].offset +
                               vertical_.shift(p) * pitch_ + horizontal_.shift(q));
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

    void aim(Index taps, Index tap_dilation, Index tap_stride) {
      dilation = tap_dilation, stride = tap_stride, reach = shift(taps - 1);
      phases.clear();
      for (Index p = 0; p < taps; ++p) phases.push_back(p * dilation % stride);
      std::ranges::sort(phases);
      phases.erase(std::unique(phases.begin(), phases.end()), phases.end());
    }
    Index shift(Index p) const { return p * dilation / stride; }
    Index phase_number(Index p) const {
      return std::ranges::lower_bound(phases, p * dilation % stride) - phases.begin();
    }
  };
  struct Phase {
    Index row, column, offset;
  };

  /// Of two registers side by side, what lies inside of the image.
  struct PairLanes {
    Mask low, high;
  };

  Index first_column(Index phase) const { return g_.column(block_.columns.begin, 0) + phase; }

  template <int Stride>
  void pack_strided(const float* x, Range channels, float* images) const {
    const Index rows = block_.rows.size() + vertical_.reach, vectors = count_vectors();
    const Index ahead = block_.rows.size() * g_.stride_height * g_.in_width;
    for (Index c = channels.begin; c < channels.end; ++c)
      for (Index n = block_.frames.begin; n < block_.frames.end; ++n)
        for (const Phase& phase : phases_) {
          const float* plane = x + (n * g_.in_channels + c) * g_.in_pixels();
          const StridedLanes* lanes =
              lanes_.data() + (&phase - phases_.data()) % std::ssize(horizontal_.phases) * vectors;
          Index row = g_.row(block_.rows.begin, 0) + phase.row;
          // Rows follow each other: what a store writes over the end is written again.
          for (Index k = 0; k < rows; ++k, row += g_.stride_height, images += pitch_) {
            const bool is_inside = 0 <= row && row < g_.in_height;
            const float* pixels = plane + row * g_.in_width + first_column(phase.column);
            for (Index v = 0; v < vectors; ++v) {
              const Index m = v * Floats::width;
              // The next block reads what follows: by then it has come from memory.
              for (Index line = 0; line < g_.stride_width; ++line)
                __builtin_prefetch(pixels + m * g_.stride_width + ahead + line * Floats::width, 0,
                                   2);
              const Floats value =
                  is_inside ? lanes[v].template load<Stride>(pixels + m * g_.stride_width)
                            : Floats::zero();
              value.store(images + m);
            }
          }
        }
  }

  /// Both phases of columns at stride 2 from one reading.
  void pack_pairs(const float* x, Range channels, float* images) const {
    constexpr Index width = Floats::width;
    const Index rows = block_.rows.size() + vertical_.reach, vectors = count_vectors();
    const Index image_size = rows * pitch_,
                ahead = block_.rows.size() * g_.stride_height * g_.in_width;
    const Mask last = first_lanes(pitch_ - (vectors - 1) * width);
    for (Index c = channels.begin; c < channels.end; ++c)
      for (Index n = block_.frames.begin; n < block_.frames.end; ++n)
        for (const Index a : vertical_.phases) {
          const float* plane = x + (n * g_.in_channels + c) * g_.in_pixels();
          Index row = g_.row(block_.rows.begin, 0) + a;
          for (Index k = 0; k < rows; ++k, row += g_.stride_height, images += pitch_) {
            const bool is_inside = 0 <= row && row < g_.in_height;
            const float* pixels = plane + row * g_.in_width + first_column(0);
            for (Index v = 0; v < vectors; ++v, pixels += 2 * width) {
              __builtin_prefetch(pixels + ahead, 0, 2);
              __builtin_prefetch(pixels + ahead + width, 0, 2);
              Floats even = Floats::zero(), odd = even;
              if (is_inside) {
                const PairLanes& lanes = pair_lanes_[static_cast<std::size_t>(v)];
                even = Floats::load(pixels, lanes.low),
                odd = Floats::load(pixels + width, lanes.high);
                unzip(even, odd);
              }
              float* to = images + v * width;
              if (v + 1 < vectors) {
                even.store(to), odd.store(to + image_size);
              } else {
                even.store(to, last), odd.store(to + image_size, last);
              }
            }
          }
          images += image_size;
        }
  }

  Index count_vectors() const { return (pitch_ + Floats::width - 1) / Floats::width; }

  Correlation g_{};
  OutputBlock block_;
  Axis vertical_, horizontal_;
  Index pitch_ = 0, frame_size_ = 0;
  std::vector<Phase> phases_;
  std::vector<StridedLanes> lanes_;    // [horizontal phases][vectors of a row]
  std::vector<PairLanes> pair_lanes_;  // [vectors of a row]
  std::vector<Index> tap_offsets_, row_starts_;
};

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
