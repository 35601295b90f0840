// Backward weights: dw(o, l) = sum over pixels of dy(o, pixel) x(l, pixel), where l = (c, p, q) is
// an input channel seen through a tap.
//
// The micro-kernel again, with pixels as its depth. Its rows are the l: they are read where a copy
// of the image with written-out padding has them, so nine taps cost one copy, and a 1x1 kernel
// none. Its lanes are output channels, for which a block of dy is transposed. The sums come out as
// dw transposed and are transposed once at the end. A 1x1 kernel may exchange the two roles: x is
// transposed, and the sums are dw as it is.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/kernels/base/microkernel.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/transpose.hpp>
#include <adafuse/kernels/conv2d/gradients/padded_images.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/polyphase_images.hpp>
#include <array>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace backward_weights {

/// Copies of the image (in floats) that are made at a time.
inline constexpr Index images_at_once = 32768;

/// Lanes that a task takes. Short of tasks, the blocks are cut into parts instead, each with all
/// sums once more. A pointwise kernel copies nothing for a task, and can have many where the sums
/// are many too.
inline Index lanes_at_once(const Correlation& g, Index lanes) {
  const Index sums = g.outs() * g.depth();
  if (!g.pointwise() || sums < (Index{1} << 16)) return 192;
  return sums >= (Index{1} << 18) && lanes <= 256 ? 48 : 96;
}

/// Pixels of the box that is multiplied at a time: its transposed lanes stay in L1 or L2, and it is
/// deep enough to pay for taking up the sums again, which come from L3 if a task has many.
inline Index block_pixels(Index sums_of_task) { return sums_of_task > 150000 ? 400 : 256; }

/// How the work is cut, from the sizes alone. Each part of the blocks makes sums of its own, which
/// are added in order at the end.
struct WeightsPlan {
  Index frame_parts, row_parts, column_parts;  // of the output: blocks of pixels
  Index parts;  // of the blocks: for more tasks, and so that no sum has too many terms
  Index row_chunks, lane_chunks;  // of the channels on either side

  Index blocks() const { return frame_parts * row_parts * column_parts; }

  OutputBlock block(const Correlation& g, Index b) const {
    return {part(g.batch, frame_parts, b / (row_parts * column_parts)),
            part(g.out_height, row_parts, b / column_parts % row_parts),
            part(g.out_width, column_parts, b % column_parts)};
  }
};

inline WeightsPlan make_plan(const Correlation& g, Index rows, Index lanes) {
  constexpr Index enough_tasks = 16, sums_limit = Index{1} << 20;
  constexpr Index longest_part = 512;  // blocks whose sums floats may add up
  const auto pieces = [](Index count, Index most) { return (count + most - 1) / most; };
  WeightsPlan plan{};
  plan.lane_chunks = pieces(lanes, lanes_at_once(g, lanes));
  const Index pixels = block_pixels(rows * g.taps() * lanes / plan.lane_chunks);
  plan.column_parts = pieces(g.out_width, pixels);
  const Index columns = pieces(g.out_width, plan.column_parts);
  plan.row_parts = pieces(g.out_height, std::max<Index>(1, pixels / columns));
  plan.frame_parts = plan.row_parts * plan.column_parts > 1
                         ? g.batch
                         : pieces(g.batch, std::max<Index>(1, pixels / g.out_pixels()));
  const Index sums = g.out_channels * g.depth(), tasks = g.groups * plan.lane_chunks;
  plan.parts =
      std::clamp<Index>(std::min(enough_tasks / tasks, sums_limit / sums), 1, plan.blocks());
  if (plan.parts > 1) plan.parts -= plan.parts % 2;  // An even number suits two threads.
  plan.parts = std::max(plan.parts, pieces(plan.blocks(), longest_part));
  plan.row_chunks = std::clamp<Index>(enough_tasks / (tasks * plan.parts), 1, rows);
  return plan;
}

/// Maps [batch, channels, pixels] of which a product reads a group of channels. A pixel of the
/// output is read at row * pitch + column * step: a strided 1x1 kernel reads some pixels of x.
struct Maps {
  const float* data;
  Index channels, pixels;
  Index pitch, step = 1;
  const float* plane(Index n, Index c) const { return data + (n * channels + c) * pixels; }
};

/// target [columns][step] = the transpose of `rows` rows that `load` loads; rows beyond them are 0.
template <class Load>
[[gnu::always_inline]] inline void transpose_square(Index rows, const Load& load, float* target,
                                                    Index step, Index columns) {
  Floats square[Floats::width];
  if (rows >= Floats::width) {
#pragma GCC unroll 16
    for (Index l = 0; l < Floats::width; ++l) square[l] = load(l);
  } else {
    for (Index l = 0; l < Floats::width; ++l) square[l] = l < rows ? load(l) : Floats::zero();
  }
  transpose(square);
  if (columns >= Floats::width) {
#pragma GCC unroll 16
    for (Index l = 0; l < Floats::width; ++l) square[l].store(target + l * step);
  } else {
    for (Index l = 0; l < columns; ++l) square[l].store(target + l * step);
  }
}

/// panel [pixels of the block][vectors * width] = the channels [first, first + count) of `maps`,
/// transposed; lanes beyond them are 0. `Step` is that of the maps.
template <int Step>
[[gnu::noinline]] void transpose_block(const Maps& maps, const OutputBlock& block, Index first,
                                       Index count, Index vectors, float* panel) {
  constexpr Index square_size = Floats::width;
  // Pixels of whole rows follow each other over the ends of rows.
  const bool whole = block.columns.size() * Step == maps.pitch;
  const Index lines = whole ? 1 : block.rows.size(),
              length = whole ? block.rows.size() * maps.pitch / Step : block.columns.size();
  // The next block follows: by then it has come from memory.
  const Index ahead = Step == 1 ? length : block.rows.size() * maps.pitch;
  const Index step = vectors * square_size;
  for (Index n = block.frames.begin; n < block.frames.end; ++n)
    for (Index line = 0; line < lines; ++line) {
      const Index at = (block.rows.begin + line) * maps.pitch + block.columns.begin * Step;
      for (Index k = 0; k < length; k += square_size, panel += square_size * step) {
        const Index columns = std::min(square_size, length - k), reach = (columns - 1) * Step + 1;
        [[maybe_unused]] const Mask low = first_lanes(reach),
                                    high = first_lanes(std::max<Index>(reach - square_size, 0));
        for (Index v = 0; v < vectors; ++v) {
          const float* from = maps.plane(n, first + v * square_size) + at + k * Step;
          const auto load = [&](Index l) __attribute__((always_inline)) {
            const float* pixels = from + l * maps.pixels;
            Floats result = Floats::load(pixels, low);
            if constexpr (Step == 2) {
              Floats rest = Floats::load(pixels + square_size, high);
              unzip(result, rest);
            }
            return result;
          };
          transpose_square(std::min(square_size, count - v * square_size), load,
                           panel + v * square_size, step, columns);
          for (Index l = 0; l < square_size; ++l)
            for (Index s = 0; s < Step; ++s)
              __builtin_prefetch(from + l * maps.pixels + ahead + s * square_size, 0, 2);
        }
      }
      panel -= ((length + square_size - 1) / square_size * square_size - length) * step;
    }
}

/// What the micro-kernel's rows read of one block: row (c, tap) begins at `first + c * channel_step
/// + tap_offsets[tap]`, and continues at the runs.
struct BlockRows {
  const float* first;
  Index channel_step;
  const Index* tap_offsets;
  Index taps;
  WeightRuns runs;
};

/// sums [count][step], of which a tile's lanes are written, += or = rows [0, count) times panel.
inline void multiply_block(const BlockRows& rows, Index count, const float* panel, Index vectors,
                           bool add, float* sums, Index step) {
  TileRows tile;
  tile.accumulate = add;
  tile.last_lanes = first_lanes(Floats::width);
  Index channel = 0, tap = 0;
  for (Index row = 0; row < count; row += tile_rows) {
    const Index block = std::min<Index>(tile_rows, count - row);
    for (Index r = 0; r < block; ++r) {
      tile.weights[static_cast<std::size_t>(r)] =
          rows.first + channel * rows.channel_step + rows.tap_offsets[tap];
      tile.out[static_cast<std::size_t>(r)] = sums + (row + r) * step;
      if (++tap == rows.taps) tap = 0, ++channel;
    }
    multiply_panel(tile, static_cast<int>(block), static_cast<int>(vectors), rows.runs, panel);
  }
}

/// The pixels that a strided 1x1 kernel without padding reads, [batch, in_channels, out_pixels].
inline void pick_pixels(const Correlation& g, const float* x, float* picked) {
  PolyphaseImages images;
  images.set_rows(g, {0, g.out_height});
  parallel_for(g.batch * g.in_channels, 1 + 16384 / g.out_pixels(), Work::elements(g.out_pixels()),
               [&](Index begin, Index end) {
                 const FlushDenormals scope;
                 for (Index plane = begin; plane < end; ++plane)
                   images.copy(x + plane * g.in_pixels(), 2 * g.in_pixels(),
                               picked + plane * g.out_pixels());
               });
}

/// Whether a pointwise kernel exchanges the roles. What is transposed are the lanes, and the sums
/// unless it does.
inline bool exchanges(const Correlation& g) {
  const Index pixels = g.batch * g.out_pixels();
  return g.ins() * pixels < g.outs() * (pixels + g.ins());
}

/// dw of the forward correlation `g`.
inline void weight_gradient(Correlation g, const float* x, const float* dy, float* dw) {
  const bool picks = g.taps() == 1 && !g.pointwise() && g.top == 0 && g.left == 0;
  Maps x_maps{x, g.in_channels, g.in_pixels(), g.stride_height * g.in_width, g.stride_width};
  if (picks && exchanges(g) && g.stride_width == 2) {  // Turning finds every other pixel.
    g.in_height = g.out_height, g.in_width = g.out_width;
    g.stride_height = g.stride_width = 1;
  } else if (picks && PolyphaseImages::fits(g)) {
    const Storage<float> picked(static_cast<std::size_t>(g.batch * g.in_channels * g.out_pixels()));
    pick_pixels(g, x, picked.data());
    g.in_height = g.out_height, g.in_width = g.out_width;
    g.stride_height = g.stride_width = 1;
    return weight_gradient(g, picked.data(), dy, dw);
  }
  constexpr Index width = Floats::width;
  const bool straight = g.pointwise();  // Rows are read where they lie.
  if (straight && x_maps.step == 1) {
    x_maps.pitch = g.in_width = g.out_width = g.in_pixels();
    g.in_height = g.out_height = 1;
  }
  const bool exchanged = straight && exchanges(g);
  Maps row_maps = x_maps, lane_maps{dy, g.out_channels, g.out_pixels(), g.out_width};
  if (exchanged) std::swap(row_maps, lane_maps);
  const Index row_channels = row_maps.channels / g.groups, rows = row_channels * g.taps(),
              lanes = lane_maps.channels / g.groups;
  const WeightsPlan plan = make_plan(g, row_channels, lanes);
  const Index step = (lanes + width - 1) / width * width, part_size = g.groups * rows * step;
  const bool in_place = exchanged && plan.parts == 1 && step == lanes;  // They are dw.
  const Storage<float> sums_memory(static_cast<std::size_t>(in_place ? 0 : plan.parts * part_size));
  float* all_sums = in_place ? dw : sums_memory.data();  // [parts][groups][rows][step]
  const Index tasks = g.groups * plan.row_chunks * plan.lane_chunks;

  parallel_for(
      tasks * plan.parts, 1, Work::multiply_adds(g.macs()) / (tasks * plan.parts),
      [&](Index task, Index) {
        const FlushDenormals scope;
        thread_local Scratch<float> images_memory, panel_memory;
        thread_local PaddedImages images;
        thread_local std::vector<Index> frame_starts;
        const Index chunk = task % tasks, group = chunk / (plan.row_chunks * plan.lane_chunks);
        const Range channels =
            part(row_channels, plan.row_chunks, chunk / plan.lane_chunks % plan.row_chunks);
        const Range lane_range =
            part_in_steps(lanes, width, plan.lane_chunks, chunk % plan.lane_chunks);
        const Index vectors = (lane_range.size() + width - 1) / width,
                    tiles = (vectors + tile_vectors - 1) / tile_vectors;
        const Range blocks = part(plan.blocks(), plan.parts, task / tasks);
        float* sums = all_sums + task / tasks * part_size +
                      (group * rows + channels.begin * g.taps()) * step + lane_range.begin;
        for (Index b = blocks.begin; b < blocks.end; ++b) {
          const OutputBlock block = plan.block(g, b);
          float* panel = panel_memory((block.size() + width) * vectors * width);
          for (Index t = 0; t < tiles; ++t) {
            const Range v = part(vectors, tiles, t);
            const Index first = lane_range.begin + v.begin * width;
            const auto transpose_rows =
                lane_maps.step == 2 ? transpose_block<2> : transpose_block<1>;
            transpose_rows(lane_maps, block, group * lanes + first, lane_range.end - first,
                           v.size(), panel + block.size() * v.begin * width);
          }
          const auto multiply = [&](const BlockRows& block_rows, Range some) {
            for (Index t = 0; t < tiles; ++t) {
              const Range v = part(vectors, tiles, t);
              multiply_block(
                  block_rows, some.size() * g.taps(), panel + block.size() * v.begin * width,
                  v.size(), b > blocks.begin,
                  sums + (some.begin - channels.begin) * g.taps() * step + v.begin * width, step);
            }
          };
          if (straight) {
            const Index no_offset = 0;
            frame_starts.clear();
            for (Index n = 0; n < block.frames.size(); ++n)
              frame_starts.push_back(n * row_maps.channels * row_maps.pixels);
            multiply({row_maps.plane(block.frames.begin, group * row_channels + channels.begin) +
                          block.rows.begin * g.out_width + block.columns.begin,
                      row_maps.pixels, &no_offset, 1,
                      WeightRuns{frame_starts.data(), block.frames.size(),
                                 block.rows.size() * block.columns.size()}},
                     channels);
            continue;
          }
          images.set_block(g, block);
          const Index at_once = std::max<Index>(1, images_at_once / images.channel_size());
          float* copies = images_memory(images.room(std::min(at_once, channels.size())));
          for (Index c = channels.begin; c < channels.end; c += at_once) {
            const Range some{c, std::min(c + at_once, channels.end)};
            images.pack(x, {group * row_channels + some.begin, group * row_channels + some.end},
                        copies);
            multiply({copies, images.channel_size(), images.tap_offsets().data(), g.taps(),
                      WeightRuns{images.row_starts().data(), std::ssize(images.row_starts()),
                                 block.columns.size()}},
                     some);
          }
        }
      });

  if (in_place) return;
  // dw [groups][outs][depth] from the sums of the parts, in order.
  const Index row_blocks = (g.outs() + 63) / 64;
  const Work adding = Work::elements(plan.parts * part_size) / (g.groups * row_blocks);
  parallel_for(g.groups * row_blocks, 1, adding, [&](Index task, Index) {
    const Index group = task / row_blocks;
    const Range outs = part_in_steps(g.outs(), width, row_blocks, task % row_blocks);
    float* to = dw + (group * g.outs() + outs.begin) * g.depth();
    const float* sums = all_sums + group * rows * step;
    const Parts parts{plan.parts, part_size};
    if (exchanged)
      copy_into(sums + outs.begin * step, step, outs.size(), g.depth(), parts, to, g.depth());
    else
      transpose_into(sums + outs.begin, step, outs.size(), g.depth(), parts, to, g.depth());
  });
}

}  // namespace backward_weights
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
