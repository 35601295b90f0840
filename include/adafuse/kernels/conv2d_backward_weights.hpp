// Backward weights: dw(o, l) = sum over pixels of dy(o, pixel) x(l, pixel), where l = (c, p, q) is
// an input channel seen through a tap.
//
// The micro-kernel again, with pixels as its depth: rows are the l, packed once per block of
// pixels, and lanes are output channels, for which the block of dy is transposed. Both costs are
// shared by all products of the block; the sums come out as dw transposed and are turned once at
// the end.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/kernels/correlation.hpp>
#include <adafuse/kernels/microkernel.hpp>
#include <adafuse/kernels/pixel_packer.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <adafuse/kernels/turn.hpp>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {
namespace backward_weights {

/// How the work is cut, from the sizes alone. Each part of the pixels makes sums of its own, which
/// are added in order at the end.
struct Plan {
  Index blocks, parts;           // of pixels
  Index row_chunks, out_chunks;  // of input channels, of output channels
};

inline constexpr Index pixel_block = 240;
/// Rows that are packed at a time, and lanes that a task takes: both blocks then stay in L2.
inline constexpr Index rows_at_once = 160, lanes_at_once = 192;

inline Plan make_plan(const Correlation& g) {
  constexpr Index enough_tasks = 16, sums_limit = Index{1} << 20;
  Plan plan{};
  plan.blocks = (g.batch * g.out_pixels() + pixel_block - 1) / pixel_block;
  plan.out_chunks = (g.outs() + lanes_at_once - 1) / lanes_at_once;
  const Index sums = g.out_channels * g.depth(), tasks = g.groups * plan.out_chunks;
  plan.parts = std::clamp<Index>(std::min(enough_tasks / tasks, sums_limit / sums), 1, plan.blocks);
  plan.row_chunks = std::clamp<Index>(enough_tasks / (tasks * plan.parts), 1, g.ins());
  return plan;
}

/// panel [pixels][vectors * width] = the transpose of rows [vectors * width][pixels].
inline void turn(const float* rows, Index vectors, Index pixels, float* panel) {
  constexpr Index width = Floats::width;
  for (Index v = 0; v < vectors; ++v)
    for (Index k = 0; k < pixels; k += width) {
      Floats square[Floats::width];
      for (Index l = 0; l < width; ++l)
        square[l] = Floats::load(rows + (v * width + l) * pixels + k);
      transpose(square);
      for (Index l = 0; l < width; ++l) square[l].store(panel + ((k + l) * vectors + v) * width);
    }
}

/// sums [rows][vectors * width], row stride `step`, += or = rows [rows][depth] * panel.
inline void multiply_block(const float* rows, Index count, const float* panel, Index vectors,
                           Index depth, bool add, float* sums, Index step) {
  const Index start = 0, tiles = (vectors + tile_vectors - 1) / tile_vectors;
  TileRows tile;
  tile.accumulate = add;
  tile.last_lanes = first_lanes(Floats::width);
  for (Index row = 0; row < count; row += tile_rows)
    for (Index t = 0; t < tiles; ++t) {
      const Range v = part(vectors, tiles, t);
      const Index block = std::min<Index>(tile_rows, count - row);
      for (Index r = 0; r < block; ++r) {
        tile.weights[static_cast<std::size_t>(r)] = rows + (row + r) * depth;
        tile.out[static_cast<std::size_t>(r)] = sums + (row + r) * step + v.begin * Floats::width;
      }
      multiply_panel(tile, static_cast<int>(block), static_cast<int>(v.size()), {&start, 1, depth},
                     panel + v.begin * Floats::width * depth);
    }
}

/// dw of the forward correlation `g`.
inline void conv2d(Correlation g, const float* x, const float* dy, float* dw) {
  constexpr Index width = Floats::width;
  if (g.pointwise()) {
    g.in_width = g.out_width = g.in_pixels();
    g.in_height = g.out_height = 1;
  }
  const Plan plan = make_plan(g);
  const Correlation identity{.batch = g.batch,
                             .groups = g.groups,
                             .in_channels = g.out_channels,
                             .in_height = g.out_height,
                             .in_width = g.out_width,
                             .out_channels = g.out_channels,
                             .out_height = g.out_height,
                             .out_width = g.out_width,
                             .kernel_height = 1,
                             .kernel_width = 1,
                             .stride_height = 1,
                             .stride_width = 1,
                             .dilation_height = 1,
                             .dilation_width = 1,
                             .top = 0,
                             .left = 0};
  const Index depth = g.depth(), outs_step = (g.outs() + width - 1) / width * width;
  const Index part_size = g.groups * depth * outs_step;
  const Storage<float> sums_memory(static_cast<std::size_t>(plan.parts * part_size));
  float* all_sums = sums_memory.data();  // [parts][groups][depth][outs_step]
  const Index tasks = g.groups * plan.row_chunks * plan.out_chunks;

  parallel_for(tasks * plan.parts, 1, [&](Index task, Index) {
    const FlushDenormals scope;
    thread_local Scratch<float> rows_memory, lanes_memory, panel_memory;
    const Index chunk = task % tasks, group = chunk / (plan.row_chunks * plan.out_chunks);
    const Range ins = part(g.ins(), plan.row_chunks, chunk / plan.out_chunks % plan.row_chunks);
    const Range outs = part_in_steps(g.outs(), width, plan.out_chunks, chunk % plan.out_chunks);
    const Range blocks = part(plan.blocks, plan.parts, task / tasks);
    const ChannelList in_channels{nullptr, group * g.ins(), g.ins()};
    const ChannelList out_channels{nullptr, group * g.outs(), g.outs()};
    const Index ins_at_once = std::max<Index>(1, rows_at_once / g.taps());
    const Index vectors = (outs.size() + width - 1) / width;
    const Index tiles = (vectors + tile_vectors - 1) / tile_vectors;
    float* x_rows = rows_memory(std::min(ins_at_once, ins.size()) * g.taps() * pixel_block);
    float* dy_rows = lanes_memory(vectors * width * pixel_block);
    float* panel = panel_memory(vectors * width * pixel_block);
    float* sums = all_sums + task / tasks * part_size +
                  (group * depth + ins.begin * g.taps()) * outs_step + outs.begin;

    thread_local PixelPacker x_packer, dy_packer;
    const PixelOrder order{0, g.batch, g.out_height, g.out_width};
    for (Index b = blocks.begin; b < blocks.end; ++b) {
      const Range pixels = part_in_steps(order.size(), width, plan.blocks, b);
      const Index depth_of_block = (pixels.size() + width - 1) / width * width;
      x_packer.aim(g, x, order, pixels.begin, pixels.end, true);
      dy_packer.aim(identity, dy, order, pixels.begin, pixels.end);
      dy_packer.pack(out_channels, outs, dy_rows, depth_of_block);
      std::fill(dy_rows + outs.size() * depth_of_block, dy_rows + vectors * width * depth_of_block,
                0.f);
      for (Index t = 0; t < tiles; ++t) {
        const Range v = part(vectors, tiles, t);
        turn(dy_rows + v.begin * width * depth_of_block, v.size(), depth_of_block,
             panel + v.begin * width * depth_of_block);
      }
      for (Index c = ins.begin; c < ins.end; c += ins_at_once) {
        const Range channels{c, std::min(c + ins_at_once, ins.end)};
        x_packer.pack(in_channels, channels, x_rows, depth_of_block);
        multiply_block(x_rows, channels.size() * g.taps(), panel, vectors, depth_of_block,
                       b > blocks.begin, sums + (c - ins.begin) * g.taps() * outs_step, outs_step);
      }
    }
  });

  const Index row_blocks = (g.outs() + 63) / 64;
  parallel_for(g.groups * row_blocks, 1, [&](Index task, Index) {
    const Index group = task / row_blocks;
    const Range outs = part_in_steps(g.outs(), width, row_blocks, task % row_blocks);
    for (Index p = 0; p < plan.parts; ++p)
      turn_into(all_sums + p * part_size + group * depth * outs_step + outs.begin, outs_step,
                outs.size(), depth, p > 0, dw + (group * g.outs() + outs.begin) * depth, depth);
  });
}

}  // namespace backward_weights
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
