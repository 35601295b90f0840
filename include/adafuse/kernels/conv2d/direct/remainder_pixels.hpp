// Remainder pixels: the last few pixels of a map, which would leave most lanes of a vector idle:
// the 49th of 7 x 7, the last four of 14 x 14. Those of all frames are taken together, so that each
// row of weights is read once for all of them.
//
// What a pixel reads is gathered into a column. Many columns, side by side, are panels for the
// micro-kernel. Of a few columns, each sum is a dot product with a row of weights, whose lanes are
// input channels and taps.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/caches.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/dot_products.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/shared/tile_rows.hpp>
#include <adafuse/kernels/conv2d/shared/united_channels.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// How many pixels of a map of `pixels` are remainder: up to a quarter of a vector after full ones.
constexpr Index remainder_pixels(Index pixels) {
  const Index rest = pixels % Floats::width;
  return pixels > Floats::width && rest <= Floats::width / 4 ? rest : 0;
}

/// The remainder pixels of all frames of one call.
class RemainderPixels {
 public:
  /// So many pixels at most are dot products: they would leave half of a panel idle.
  static constexpr Index few = Floats::width / 2;

  /// Gathers what they read: all of this, and the lists of the options, are to stay until the last
  /// finish().
  void gather(const Correlation& g, const Conv2dOptions<float>& options, const float* x) {
    g_ = g, options_ = &options;
    count_ = remainder_pixels(g.out_pixels()), pixels_ = g.batch * count_;
    if (pixels_ == 0) return;
    ins_.set_lists(options.live_in, g.batch, g.in_channels);
    outs_.set_lists(options.live_out, g.batch, g.out_channels);
    cut_panels();
    columns_ = memory_(g.groups * lanes_ * g.depth());
    constexpr Index channels_at_once = 32;  // Their columns, of a few frames, stay in L1.
    const Index pieces = (g.ins() + channels_at_once - 1) / channels_at_once,
                numbers = std::min(channels_at_once, g.ins()) * g.taps() * lanes_;
    parallel_for(g.groups * pieces, 1 + 16384 / numbers, Work::elements(numbers),
                 [&](Index begin, Index end) {
                   for (Index task = begin; task < end; ++task) {
                     const Index group = task / pieces;
                     gather(x, group, part(ins_of(group).count, pieces, task % pieces));
                   }
                 });
  }

  /// y = epilogue(the sums) for output channels [first, first + size) of a group.
  void finish(const float* w, float* y, Index group, Index first, Index size) const {
    thread_local Scratch<float> memory;
    first += group * g_.outs();
    const auto rows = outs_.of_any(first, size);
    float* const sums = memory(rows.count * lanes_);
    if (pixels_ > few)
      multiply_panels(w, group, rows, sums);
    else if (pixels_ == 1)
      multiply_columns<1>(w, group, rows, sums);
    else if (pixels_ == 2)
      multiply_columns<2>(w, group, rows, sums);
    else
      multiply_columns<4>(w, group, rows, sums);

    for (Index n = 0; n < g_.batch; ++n) {
      const auto outs = ChannelList::of_group(options_->out_of(n), first, size);
      Index row = 0;
      for (Index i = 0; i < outs.count; ++i) {
        const Index channel = outs[i];
        while (rows[row] != channel) ++row;
        const Index at = (n * g_.out_channels + channel + 1) * g_.out_pixels() - count_;
        finish_run(options_->epilogue, sums + row * lanes_ + n * count_, count_, channel, at,
                   y + at);
      }
    }
  }

 private:
  /// Of dot products, each column is a panel of one lane.
  void cut_panels() {
    const Index taps = g_.taps();
    const auto any = ins_.of_any();
    starts_.clear();
    if (pixels_ <= few) {
      lanes_ = panels_ = pixels_, grain_ = 1;
      // Rows of weights are multiplied whole unless what lives is few enough vectors.
      const Index vectors_of_channel = (taps + Floats::width - 1) / Floats::width;
      whole_rows_ = any.count * vectors_of_channel * Floats::width >= g_.in_channels * taps;
    } else {
      grain_ = Floats::width;
      lanes_ = (pixels_ + grain_ - 1) / grain_ * grain_;
      panels_ = (lanes_ + tile_width - 1) / tile_width;
      whole_rows_ = any.count == g_.in_channels;
    }
    if (!whole_rows_)
      for (Index i = 0; i < any.count; ++i) starts_.push_back(any[i] % g_.ins() * taps);
  }

  Range lanes_of(Index panel) const { return part_in_steps(lanes_, grain_, panels_, panel); }
  /// [lanes][depth] of a group, panel after panel.
  Index panel_at(Index group, Range lanes) const {
    return (group * lanes_ + lanes.begin) * g_.depth();
  }
  /// The input channels that the columns of a group hold.
  ChannelList ins_of(Index group) const {
    const Index first = group * g_.ins();
    return whole_rows_ ? ChannelList{nullptr, first, g_.ins()} : ins_.of_any(first, g_.ins());
  }
  /// Their weights in a row.
  WeightRuns weights_of(Index group) const {
    static constexpr Index zero = 0;
    if (whole_rows_) return {&zero, 1, g_.depth()};
    const auto ins = ins_of(group);
    return {starts_.data() + (ins.list - ins_.of_any().list), ins.count, g_.taps()};
  }

  /// Some channels of all columns: one that does not live, and what lies outside of the image, is
  /// zero. In panels channels follow each other; in single columns each lies where its weights do
  /// in their row, and what is between them is never read.
  void gather(const float* x, Index group, Range channels) const {
    thread_local std::vector<Index> reads;
    const auto ins = ins_of(group);
    for (Index p = 0; p < panels_; ++p) {
      const Range lanes = lanes_of(p);
      for (Index pixel = lanes.begin; pixel < lanes.end; ++pixel) {
        const bool exists = pixel < pixels_;
        const Index frame = exists ? pixel / count_ : 0;
        find_reads(g_.out_pixels() - count_ + pixel % count_, reads);
        float* const column = columns_ + panel_at(group, lanes) + pixel - lanes.begin;
        for (Index i = channels.begin; i < channels.end; ++i) {
          const bool is_live = exists && ins_.is_live(frame, ins[i]);
          const float* image = x + (frame * g_.in_channels + ins[i]) * g_.in_pixels();
          const Index place = pixels_ > few ? i : ins[i] - ins.first;
          float* to = column + place * g_.taps() * lanes.size();
          for (const Index read : reads) {
            *to = is_live && read >= 0 ? image[read] : 0;
            to += lanes.size();
          }
        }
      }
    }
  }

  /// What each tap of an output pixel reads: its place in the image, or -1.
  void find_reads(Index pixel, std::vector<Index>& reads) const {
    reads.clear();
    for (Index p = 0; p < g_.kernel_height; ++p)
      for (Index q = 0; q < g_.kernel_width; ++q) {
        const Index i = g_.row(pixel / g_.out_width, p), j = g_.column(pixel % g_.out_width, q);
        const bool is_inside = i >= 0 && i < g_.in_height && j >= 0 && j < g_.in_width;
        reads.push_back(is_inside ? i * g_.in_width + j : -1);
      }
  }

  /// sums [rows][lanes] of panels, each with as many rows at a time as stay in L2.
  void multiply_panels(const float* w, Index group, const ChannelList& rows, float* sums) const {
    const Index rows_at_once = panels_ == 1 ? rows.count : rows_in_l2(tile_rows);
    for (Index first = 0; first < rows.count; first += rows_at_once)
      for (Index p = 0; p < panels_; ++p) {
        const Range lanes = lanes_of(p);
        const RowBlocks blocks{std::min(rows_at_once, rows.count - first)};
        for (Index b = 0; b < blocks.count(); ++b) {
          const Range block = blocks[b];
          TileRows tile;
          tile.offset = lanes.begin;
          tile.last_lanes = first_lanes(Floats::width);
          for (Index r = block.begin; r < block.end; ++r) {
            const auto row = static_cast<std::size_t>(r - block.begin);
            tile.weights[row] = w + rows[first + r] * g_.depth();
            tile.out[row] = sums + (first + r) * lanes_;
          }
          multiply_panel(tile, static_cast<int>(block.size()),
                         static_cast<int>(lanes.size() / Floats::width), weights_of(group),
                         columns_ + panel_at(group, lanes));
        }
      }
  }

  /// A multiple of `step`, at least one.
  Index rows_in_l2(Index step) const {
    return std::max<Index>(1, Caches::here().l2 * 3 / 8 / (g_.depth() * step)) * step;
  }

  /// sums [rows][lanes] of columns, `Columns` of them at a time with as many rows as stay in L2.
  template <int Columns>
  void multiply_columns(const float* w, Index group, const ChannelList& rows, float* sums) const {
    constexpr Index at_once = DotProducts<Columns>::rows;
    const Index rows_at_once = rows_in_l2(at_once);
    for (Index block = 0; block < rows.count; block += rows_at_once)
      for (Index pixel = 0; pixel < pixels_; pixel += Columns)
        for (Index row = block; row < std::min(block + rows_at_once, rows.count); row += at_once)
          multiply_columns<Columns>(w, group, rows, row, pixel, sums);
  }

  /// Rows and columns from `row` and `pixel` on. The last stand in for those that are missing.
  template <int Columns>
  void multiply_columns(const float* w, Index group, const ChannelList& rows, Index row,
                        Index pixel, float* sums) const {
    constexpr Index at_once = DotProducts<Columns>::rows;
    const float *weights[Bound{at_once}], *columns[Bound{Columns}];
    for (Index r = 0; r < at_once; ++r)
      weights[r] = w + rows[std::min(row + r, rows.count - 1)] * g_.depth();
    for (Index c = 0; c < Columns; ++c)
      columns[c] = columns_ + panel_at(group, lanes_of(std::min(pixel + c, pixels_ - 1)));
    DotProducts<Columns> products(weights, columns);
    if (whole_rows_) {
      products.add(0, g_.depth());
    } else {
      const WeightRuns runs = weights_of(group);
      for (Index run = 0; run < runs.count; ++run)
        products.add(runs.starts[run], runs.starts[run] + runs.length);
    }
    float lanes[Floats::width];
    products.finish().store(lanes);
    for (Index r = 0; r < std::min(at_once, rows.count - row); ++r)
      for (Index c = 0; c < std::min<Index>(Columns, pixels_ - pixel); ++c)
        sums[(row + r) * lanes_ + pixel + c] = lanes[r * Columns + c];
  }

  Correlation g_{};
  const Conv2dOptions<float>* options_ = nullptr;
  Index count_ = 0, pixels_ = 0;              // of a frame, of all
  Index lanes_ = 0, panels_ = 0, grain_ = 1;  // of a group; panels are cut at multiples of a grain
  bool whole_rows_ = true;
  UnitedChannels ins_, outs_;
  std::vector<Index> starts_;  // of the weights of each input channel, if there is a list
  Scratch<float> memory_;
  float* columns_ = nullptr;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
