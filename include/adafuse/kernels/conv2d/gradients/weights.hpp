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

/// One call: rows (the side that is read through taps, or where it lies) times lanes (the side that
/// is transposed into panels), summed over blocks of pixels.
class WeightGradient {
 public:
  /// `x_maps` may read every other pixel of an image; then `g` is that of the pixels it reads.
  WeightGradient(const Correlation& g, const float* x, Maps x_maps, const float* dy, float* dw)
      : g_(g), x_(x), dw_(dw), straight_(g.pointwise()) {
    if (straight_ && x_maps.step == 1) {
      x_maps.pitch = g_.in_width = g_.out_width = g_.in_pixels();
      g_.in_height = g_.out_height = 1;
    }
    exchanged_ = straight_ && exchanges(g_);
    row_maps_ = x_maps, lane_maps_ = {dy, g_.out_channels, g_.out_pixels(), g_.out_width};
    if (exchanged_) std::swap(row_maps_, lane_maps_);
    row_channels_ = row_maps_.channels / g_.groups, rows_ = row_channels_ * g_.taps();
    lanes_ = lane_maps_.channels / g_.groups;
    plan_ = make_plan(g_, row_channels_, lanes_);
    constexpr Index width = Floats::width;
    step_ = (lanes_ + width - 1) / width * width, part_size_ = g_.groups * rows_ * step_;
  }

  void run() {
    const bool in_place = exchanged_ && plan_.parts == 1 && step_ == lanes_;  // They are dw.
    const Storage<float> memory(static_cast<std::size_t>(in_place ? 0 : plan_.parts * part_size_));
    sums_ = in_place ? dw_ : memory.data();
    const Index tasks = g_.groups * plan_.row_chunks * plan_.lane_chunks;
    parallel_for(tasks * plan_.parts, 1, Work::multiply_adds(g_.macs()) / (tasks * plan_.parts),
                 [&](Index task, Index) {
                   const FlushDenormals scope;
                   add_products(task % tasks, task / tasks);
                 });
    if (!in_place) add_parts();
  }

 private:
  /// What a task takes of a group: some channels of the rows, and some lanes.
  struct Chunk {
    Index group;
    Range channels, lanes;

    Index vectors() const { return (lanes.size() + Floats::width - 1) / Floats::width; }
    Index tiles() const { return (vectors() + tile_vectors - 1) / tile_vectors; }
    /// Vectors of a tile.
    Range tile(Index t) const { return part(vectors(), tiles(), t); }
  };

  /// The products of one chunk, over the blocks of one part.
  void add_products(Index number, Index part_number) const {
    thread_local Scratch<float> panel_memory;
    const Chunk chunk{
        number / (plan_.row_chunks * plan_.lane_chunks),
        part(row_channels_, plan_.row_chunks, number / plan_.lane_chunks % plan_.row_chunks),
        part_in_steps(lanes_, Floats::width, plan_.lane_chunks, number % plan_.lane_chunks)};
    const Range blocks = part(plan_.blocks(), plan_.parts, part_number);
    float* const sums = sums_ + part_number * part_size_ +
                        (chunk.group * rows_ + chunk.channels.begin * g_.taps()) * step_ +
                        chunk.lanes.begin;
    for (Index b = blocks.begin; b < blocks.end; ++b) {
      const OutputBlock block = plan_.block(g_, b);
      float* const panel =
          panel_memory((block.size() + Floats::width) * chunk.vectors() * Floats::width);
      pack_lanes(chunk, block, panel);
      const auto multiply = [&](const BlockRows& block_rows, Range some) {
        for (Index t = 0; t < chunk.tiles(); ++t) {
          const Range v = chunk.tile(t);
          multiply_block(block_rows, some.size() * g_.taps(),
                         panel + block.size() * v.begin * Floats::width, v.size(), b > blocks.begin,
                         sums + (some.begin - chunk.channels.begin) * g_.taps() * step_ +
                             v.begin * Floats::width,
                         step_);
        }
      };
      straight_ ? multiply_in_place(chunk, block, multiply)
                : multiply_copies(chunk, block, multiply);
    }
  }

  /// panel [tiles][pixels of the block][vectors * width] of the lanes.
  void pack_lanes(const Chunk& chunk, const OutputBlock& block, float* panel) const {
    for (Index t = 0; t < chunk.tiles(); ++t) {
      const Range v = chunk.tile(t);
      const Index first = chunk.lanes.begin + v.begin * Floats::width;
      const auto transpose_lanes = lane_maps_.step == 2 ? transpose_block<2> : transpose_block<1>;
      transpose_lanes(lane_maps_, block, chunk.group * lanes_ + first, chunk.lanes.end - first,
                      v.size(), panel + block.size() * v.begin * Floats::width);
    }
  }

  /// Rows of a pointwise kernel are read where they lie.
  template <class Multiply>
  void multiply_in_place(const Chunk& chunk, const OutputBlock& block,
                         const Multiply& multiply) const {
    thread_local std::vector<Index> frame_starts;
    const Index no_offset = 0;
    frame_starts.clear();
    for (Index n = 0; n < block.frames.size(); ++n)
      frame_starts.push_back(n * row_maps_.channels * row_maps_.pixels);
    multiply(
        {row_maps_.plane(block.frames.begin, chunk.group * row_channels_ + chunk.channels.begin) +
             block.rows.begin * g_.out_width + block.columns.begin,
         row_maps_.pixels, &no_offset, 1,
         WeightRuns{frame_starts.data(), block.frames.size(),
                    block.rows.size() * block.columns.size()}},
        chunk.channels);
  }

  /// Those of other kernels from padded copies, of some channels at a time.
  template <class Multiply>
  void multiply_copies(const Chunk& chunk, const OutputBlock& block,
                       const Multiply& multiply) const {
    thread_local Scratch<float> memory;
    thread_local PaddedImages images;
    images.set_block(g_, block);
    const Index at_once = std::max<Index>(1, images_at_once / images.channel_size());
    float* const copies = memory(images.room(std::min(at_once, chunk.channels.size())));
    for (Index c = chunk.channels.begin; c < chunk.channels.end; c += at_once) {
      const Range some{c, std::min(c + at_once, chunk.channels.end)};
      const Index first = chunk.group * row_channels_;
      images.pack(x_, {first + some.begin, first + some.end}, copies);
      multiply({copies, images.channel_size(), images.tap_offsets().data(), g_.taps(),
                WeightRuns{images.row_starts().data(), std::ssize(images.row_starts()),
                           block.columns.size()}},
               some);
    }
  }

  /// dw [groups][outs][depth] from the sums of the parts, in order.
  void add_parts() const {
    const Index row_blocks = (g_.outs() + 63) / 64;
    const Work adding = Work::elements(plan_.parts * part_size_) / (g_.groups * row_blocks);
    parallel_for(g_.groups * row_blocks, 1, adding, [&](Index task, Index) {
      const Index group = task / row_blocks;
      const Range outs = part_in_steps(g_.outs(), Floats::width, row_blocks, task % row_blocks);
      float* to = dw_ + (group * g_.outs() + outs.begin) * g_.depth();
      const float* sums = sums_ + group * rows_ * step_;
      const Parts parts{plan_.parts, part_size_};
      if (exchanged_)
        copy_into(sums + outs.begin * step_, step_, outs.size(), g_.depth(), parts, to, g_.depth());
      else
        transpose_into(sums + outs.begin, step_, outs.size(), g_.depth(), parts, to, g_.depth());
    });
  }

  Correlation g_;
  const float* x_;
  float* dw_;
  bool straight_, exchanged_ = false;
  Maps row_maps_{}, lane_maps_{};
  Index row_channels_ = 0, rows_ = 0, lanes_ = 0;  // of a group
  WeightsPlan plan_{};
  Index step_ = 0, part_size_ = 0;
  float* sums_ = nullptr;  // [parts][groups][rows][step]
};

/// dw of the forward correlation `g`.
inline void weight_gradient(const Correlation& g, const float* x, const float* dy, float* dw) {
  const bool picks = g.taps() == 1 && !g.pointwise() && g.top == 0 && g.left == 0;
  Correlation pointwise = g;  // of the pixels that a strided 1x1 kernel reads
  pointwise.in_height = g.out_height, pointwise.in_width = g.out_width;
  pointwise.stride_height = pointwise.stride_width = 1;
  const Maps strided{x, g.in_channels, g.in_pixels(), g.stride_height * g.in_width, g.stride_width};
  if (picks && exchanges(g) && g.stride_width == 2)  // Transposing finds every other pixel.
    return WeightGradient(pointwise, x, strided, dy, dw).run();
  if (!picks || !PolyphaseImages::fits(g)) return WeightGradient(g, x, strided, dy, dw).run();
  const Storage<float> picked(static_cast<std::size_t>(g.batch * g.in_channels * g.out_pixels()));
  pick_pixels(g, x, picked.data());
  weight_gradient(pointwise, picked.data(), dy, dw);
}

}  // namespace backward_weights
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
