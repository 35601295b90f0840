// Packed convolution: write what a tile of pixels reads as a dense panel, then multiply. Fits every
// geometry.
//
// Packing costs once per tile and is shared by all output channels. It makes loads aligned and
// contiguous, gathers strided pixels, and lets a tile take pixels of several frames: maps of 14 x
// 14 or 7 x 7 fill no vector on their own. Pixels then go row by row through all frames, so that
// the taps above the first and below the last row, which are zero for the whole tile, are left out.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/packed/pixel_packer.hpp>
#include <adafuse/kernels/conv2d/shared/tile_rows.hpp>
#include <adafuse/kernels/conv2d/shared/work.hpp>
#include <array>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace packed {

/// Row `row` of a finished tile, [vectors * width] at `sums`, to the pixels that its runs name.
inline void store_row(const Correlation& g, const std::vector<PixelRun>& runs,
                      const Conv2dEpilogue<float>& epilogue, Index channel, const float* sums,
                      float* y) {
  const Floats scale = Floats::broadcast(epilogue.scale ? epilogue.scale[channel] : 1);
  const Floats shift = Floats::broadcast(epilogue.shift ? epilogue.shift[channel] : 0);
  for (const PixelRun& run : runs) {
    const Mask lanes = lane_range(run.lane, run.lane + run.count);
    const Index at = (run.frame * g.out_channels + channel) * g.out_pixels() + run.i * g.out_width +
                     run.j - run.lane;
    Floats value = Floats::load(sums + run.vector * Floats::width);
    apply_epilogue(
        epilogue.parts(), [&](const auto& body) { body(value); }, [&] { return scale; },
        [&] { return shift; }, [&] { return Floats::load(epilogue.residual + at, lanes); });
    value.store(y + at, lanes);
  }
}

inline constexpr Index max_strip = 4;

/// How the work is cut. All of it follows from the sizes alone.
struct PackedPlan {
  Index frames_together;  // 1, or all
  bool by_rows;           // the order of pixels
  Index vectors, tiles;   // of one such set of frames
  Index strip, strips;    // tiles that share each block of weights while that is in L1
  Index channel_block;    // input channels per panel: strip * panel stays in L2
  Index chunks;           // of output channels; each packs for itself
};

inline PackedPlan make_plan(const Correlation& g, bool merge) {
  PackedPlan plan{};
  const Index frame_vectors = (g.out_pixels() + Floats::width - 1) / Floats::width;
  const bool wasteful = frame_vectors * Floats::width * 100 > g.out_pixels() * 102;
  plan.frames_together =
      merge && (wasteful || g.out_pixels() < 8 * tile_width) ? std::max<Index>(g.batch, 1) : 1;
  // Rows of many frames side by side all fall into the same cache sets when frames are 4 KiB apart.
  plan.by_rows =
      plan.frames_together > 1 && g.kernel_height > 1 && g.in_channels * g.in_pixels() % 1024 != 0;
  plan.vectors = (plan.frames_together * g.out_pixels() + Floats::width - 1) / Floats::width;
  plan.tiles = (plan.vectors + tile_vectors - 1) / tile_vectors;
  plan.channel_block = std::clamp<Index>(1024 / g.taps(), 1, g.ins());
  const Index sets = g.batch / plan.frames_together * g.groups;
  plan.strip = std::clamp<Index>(plan.tiles * sets / 16, 1, max_strip);
  plan.strips = (plan.tiles + plan.strip - 1) / plan.strip;
  plan.chunks = std::clamp<Index>(16 / (plan.strips * sets), 1, (g.outs() + 63) / 64);
  return plan;
}

/// One strip of tiles and one chunk of output channels: packs block by block of input channels, and
/// multiplies.
class PackedTask {
 public:
  PackedTask(const Correlation& g, const PackedPlan& plan, const float* x, const float* w, float* y,
             const Conv2dOptions<float>& options, Index task)
      : g_(g),
        w_(w),
        y_(y),
        epilogue_(options.epilogue),
        panel_size_(plan.channel_block * g.taps() * tile_width) {
    const Index chunk = task % plan.chunks, strip = task / plan.chunks % plan.strips;
    const Index group = task / (plan.chunks * plan.strips) % g.groups;
    frame_ = task / (plan.chunks * plan.strips * g.groups) * plan.frames_together;
    outs_ = ChannelList::of_group(options.out_of(frame_), group * g.outs(), g.outs());
    ins_ = ChannelList::of_group(options.in_of(frame_), group * g.ins(), g.ins());
    blocks_of_rows_ = part(RowBlocks{outs_.count}.count(), plan.chunks, chunk);
    if (blocks_of_rows_.size() == 0) return;
    rows_ = {rows(blocks_of_rows_.begin).begin, rows(blocks_of_rows_.end - 1).end};

    const Range tiles = part(plan.tiles, plan.strips, strip);
    const PixelOrder order{frame_, plan.frames_together, g.out_height, g.out_width, plan.by_rows};
    tiles_ = tiles.size();
    for (Index t = 0; t < tiles_; ++t) {
      const Range v = part(plan.vectors, plan.tiles, tiles.begin + t);
      packer(t).set_tile(g, x, order, v.begin * Floats::width,
                         std::min(v.end * Floats::width, order.size()));
    }
    blocks_ = std::max<Index>(1, (ins_.count + plan.channel_block - 1) / plan.channel_block);
    // A tile within one frame is contiguous in y, and needs no buffer unless its sums are resumed.
    direct_ = plan.frames_together == 1 && blocks_ == 1;
  }

  void run() {
    if (rows_.size() == 0) return;
    thread_local Scratch<float> panel_memory, sums_memory;
    float* panels = panel_memory(tiles_ * panel_size_);
    float* sums = sums_memory(tiles_ * rows_.size() * tile_width);  // Idle when `direct_`.
    for (Index block = 0; block < blocks_; ++block) {
      const Index* starts = pack(part(ins_.count, blocks_, block), panels);
      // A block of weights stays in L1 for all tiles of the strip.
      for (Index b = blocks_of_rows_.begin; b < blocks_of_rows_.end; ++b)
        for (Index t = 0; t < tiles_; ++t)
          multiply(block, rows(b), t, starts, panels + t * panel_size_,
                   sums + (t * rows_.size() + rows(b).begin - rows_.begin) * tile_width);
    }
  }

 private:
  /// The packers of this thread keep their memory from task to task.
  static PixelPacker& packer(Index t) {
    thread_local std::array<PixelPacker, max_strip> packers;
    return packers[static_cast<std::size_t>(t)];
  }

  /// Packs all tiles of the strip; returns where each channel's run of weights starts,
  /// [tiles][channels].
  const Index* pack(Range channels, float* panels) const {
    thread_local Scratch<Index> starts_memory;
    Index* starts = starts_memory(tiles_ * channels.size() + 1);
    for (Index t = 0; t < tiles_; ++t) {
      packer(t).pack(ins_, channels, panels + t * panel_size_, packer(t).vectors() * Floats::width);
      for (Index c = 0; c < channels.size(); ++c)
        starts[t * channels.size() + c] = (ins_[channels.begin + c] - ins_.first) * g_.taps() +
                                          packer(t).kernel_rows().begin * g_.kernel_width;
    }
    return starts;
  }

  Range rows(Index block_of_rows) const { return RowBlocks{outs_.count}[block_of_rows]; }

  /// Rows `rows` of tile `t`: one micro-kernel, and the epilogue after the last block.
  void multiply(Index block, Range rows, Index t, const Index* starts, const float* panel,
                float* sums) const {
    const PixelPacker& tile_packer = packer(t);
    const int count = static_cast<int>(rows.size());
    const Index channels = part(ins_.count, blocks_, block).size(),
                steps = tile_packer.steps_per_channel();
    WeightRuns runs{starts + t * channels, channels, steps};
    if (!ins_.list && steps == g_.taps())  // Each run begins where the one before it ends.
      runs = {runs.starts, std::min<Index>(1, channels), channels * steps};
    const PixelRun &first = tile_packer.runs().front(), &last = tile_packer.runs().back();
    TileRows tile = rows_of_frame(g_, epilogue_, w_, y_, frame_, outs_, rows.begin, count);
    tile.offset = direct_ ? first.i * g_.out_width + first.j : 0;
    tile.last_lanes = first_lanes(last.lane + last.count);
    if (direct_) return multiply_panel(tile, count, tile_packer.vectors(), runs, panel);

    tile.last_lanes = first_lanes(Floats::width);
    tile.accumulate = block > 0;
    tile.epilogue = {};
    tile.start = {};
    for (int r = 0; r < count; ++r) tile.out[static_cast<std::size_t>(r)] = sums + r * tile_width;
    multiply_panel(tile, count, tile_packer.vectors(), runs, panel);
    if (block + 1 == blocks_)
      for (int r = 0; r < count; ++r)
        store_row(g_, tile_packer.runs(), epilogue_, outs_[rows.begin + r], sums + r * tile_width,
                  y_);
  }

  const Correlation& g_;
  const float* w_;
  float* y_;
  const Conv2dEpilogue<float>& epilogue_;
  Index panel_size_, frame_ = 0, tiles_ = 0, blocks_ = 1;
  ChannelList outs_{}, ins_{};
  Range blocks_of_rows_, rows_;
  bool direct_ = true;
};

/// y = epilogue(correlation of x and w).
inline void correlate(const Correlation& whole, const float* x, const float* w, float* y,
                      const Conv2dOptions<float>& options) {
  Correlation g = whole;
  if (g.pointwise()) {  // One long row: runs then reach over the ends of rows.
    g.in_width = g.out_width = g.in_pixels();
    g.in_height = g.out_height = 1;
  }
  const PackedPlan plan = make_plan(g, all_live(options));
  const Index sets = g.batch / plan.frames_together;
  const Index tasks = sets * g.groups * plan.strips * plan.chunks;
  parallel_for(tasks, 1, conv2d_work(g, options) / tasks, [&](Index task, Index) {
    const FlushDenormals scope;
    PackedTask(g, plan, x, w, y, options, task).run();
  });
}

}  // namespace packed
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
