// Packing: what a tile of output pixels reads, tap by tap, as rows of a dense panel.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/strided_lanes.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Pixels of one output row that lie side by side in one vector of a tile.
struct PixelRun {
  Index frame, i, j, count;  // output row, first column
  int vector, lane;          // where they begin in the tile
};

/// The order in which tiles take the pixels of some frames: frame by frame, or the first row of all
/// frames, then the second, ...
struct PixelOrder {
  Index first_frame, frames, height, width;
  bool by_rows = false;

  Index size() const { return frames * height * width; }

  /// Pixels [begin, end) as runs.
  void runs(Index begin, Index end, std::vector<PixelRun>& result) const {
    result.clear();
    for (Index at = begin; at < end;) {
      const Index row = at / width, j = at % width, lane = (at - begin) % Floats::width;
      const Index i = by_rows ? row / frames : row % height,
                  f = by_rows ? row % frames : row / height;
      const Index count = std::min({width - j, Floats::width - lane, end - at});
      result.push_back({first_frame + f, i, j, count,
                        static_cast<int>((at - begin) / Floats::width), static_cast<int>(lane)});
      at += count;
    }
  }
};

/// Packs panels for one tile of pixels.
///
/// What a vector reads through a tap is one or more pieces: masked loads from where the image lies.
/// They are the same for all channels, so they are found once per tile.
class PixelPacker {
 public:
  /// Prepares the tile of pixels [begin, end) of `x`. With `all_rows`, kernel rows that find
  /// nothing inside of the image are packed too, as zeros.
  void set_tile(const Correlation& g, const float* x, const PixelOrder& order, Index begin,
                Index end, bool all_rows = false) {
    g_ = g, x_ = x;
    order.runs(begin, end, runs_);
    vectors_ = static_cast<int>((end - begin + Floats::width - 1) / Floats::width);
    sources_.clear();
    rows_ = {g_.kernel_height, 0};
    for (const PixelRun& run : runs_) {
      const Range p = inside(g_.row(run.i, 0), g_.dilation_height, g_.in_height, g_.kernel_height);
      if (p.size() > 0) rows_ = {std::min(rows_.begin, p.begin), std::max(rows_.end, p.end)};
      sources_.push_back({x_ + run.frame * g_.in_channels * g_.in_pixels() +
                              g_.row(run.i, 0) * g_.in_width + g_.column(run.j, 0) -
                              run.lane * g_.stride_width,
                          p});
    }
    const Index ahead = order.by_rows ? 0 : (end - begin) * g_.stride_width * g_.stride_height;
    following_ = sources_.empty() ? x : sources_.front().pixel + ahead;
    if (all_rows || rows_.size() == 0) rows_ = {0, all_rows ? g_.kernel_height : 0};
    find_pieces();
  }

  const std::vector<PixelRun>& runs() const { return runs_; }
  int vectors() const { return vectors_; }
  /// The kernel rows that find any pixel of the tile inside of the image.
  Range kernel_rows() const { return rows_; }
  Index steps_per_channel() const { return rows_.size() * g_.kernel_width; }

  /// panel [channels][kernel_rows][kernel_width][step], of which the first vectors() * width are
  /// written; channels counted over all groups.
  void pack(const ChannelList& channels, Range of_list, float* panel, Index step) const {
    if (g_.stride_width == 1)
      pack_strided<1>(channels, of_list, panel, step);
    else if (g_.stride_width == 2)
      pack_strided<2>(channels, of_list, panel, step);
    else
      pack_strided<0>(channels, of_list, panel, step);
  }

 private:
  /// Where a run reads through tap (0, 0) in channel 0, for lane 0 of its vector.
  struct RunSource {
    const float* pixel;
    Range kernel_rows;  // that lie inside of the image
  };
  struct MaskedLoad {
    const float* pixel;  // in channel 0
    StridedLanes lanes;
  };

  /// The pieces of each step and vector, in the order of the panel. Runs that follow each other in
  /// memory too (the end of a row and the begin of the next) are one piece.
  void find_pieces() {
    pieces_.clear(), counts_.clear();
    for (Index p = rows_.begin; p < rows_.end; ++p)
      for (Index q = 0; q < g_.kernel_width; ++q)
        for (std::size_t run = 0; run < runs_.size();) {
          const int vector = runs_[run].vector;
          const Index tap = p * g_.dilation_height * g_.in_width + q * g_.dilation_width;
          const float* pixel = nullptr;
          std::uint32_t bits = 0;
          const std::size_t before = pieces_.size();
          for (; run < runs_.size() && runs_[run].vector == vector; ++run) {
            if (p < sources_[run].kernel_rows.begin || p >= sources_[run].kernel_rows.end) continue;
            const Range j =
                inside(g_.column(runs_[run].j, q), g_.stride_width, g_.in_width, runs_[run].count);
            if (bits && pixel != sources_[run].pixel)
              pieces_.push_back({pixel + tap, {bits, g_.stride_width}}), bits = 0;
            pixel = sources_[run].pixel;
            bits |= lane_bits(runs_[run].lane + j.begin, runs_[run].lane + j.end);
          }
          if (bits || pieces_.size() == before)  // At least one piece, if with no lanes.
            pieces_.push_back({bits ? pixel + tap : x_, {bits, g_.stride_width}});
          counts_.push_back(static_cast<int>(pieces_.size() - before));
        }
  }

  template <int Stride>
  void pack_strided(const ChannelList& channels, Range of_list, float* panel, Index step) const {
    const Index steps = steps_per_channel();
    const bool single = pieces_.size() == counts_.size();  // Each vector is one piece.
    for (Index c = of_list.begin; c < of_list.end; ++c) {
      const Index plane = channels[c] * g_.in_pixels();
      if (steps > 0)  // The next tile reads what follows: by then it has come from memory.
        for (int v = 0; v < vectors_; ++v)
          __builtin_prefetch(following_ + plane + v * Floats::width * g_.stride_width, 0, 2);
      const MaskedLoad* piece = pieces_.data();
      if (single) {
        for (Index s = 0; s < steps; ++s, panel += step)
          for (int v = 0; v < vectors_; ++v, ++piece)
            piece->lanes.template load<Stride>(piece->pixel + plane)
                .store(panel + v * Floats::width);
        continue;
      }
      const int* count = counts_.data();
      for (Index s = 0; s < steps; ++s, panel += step)
        for (int v = 0; v < vectors_; ++v) {
          Floats pixels = piece->lanes.template load<Stride>(piece->pixel + plane);
          for (int more = *count++; --more > 0;) {
            ++piece;
            pixels = piece->lanes.template load<Stride>(piece->pixel + plane, pixels);
          }
          ++piece;
          pixels.store(panel + v * Floats::width);
        }
    }
  }

  Correlation g_{};
  const float* x_ = nullptr;
  std::vector<PixelRun> runs_;
  std::vector<RunSource> sources_;  // [runs]
  std::vector<MaskedLoad> pieces_;  // [kernel rows][kernel_width][vectors][counts]
  std::vector<int> counts_;         // [kernel rows][kernel_width][vectors]
  int vectors_ = 0;
  Range rows_;
  const float* following_ = nullptr;  // what a tile after this one reads in channel 0
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
