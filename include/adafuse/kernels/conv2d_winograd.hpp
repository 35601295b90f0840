// Winograd convolution: 3x3 at stride 1 with a quarter of the products.
//
// A group of tiles goes through three steps: input transform, 36 matrix products over the channels,
// output transform with the epilogue. Lanes are tiles, so the products run on the micro-kernel with
// weight rows by pointer, and live-channel lists work as elsewhere. The rounding error is about
// 1e-5 of the largest output.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/kernels/conv2d_rows.hpp>
#include <adafuse/kernels/scratch.hpp>
#include <adafuse/kernels/winograd_transforms.hpp>
#include <span>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {
namespace winograd {

inline bool fits(const Correlation& g) {
  return g.kernel_height == 3 && g.kernel_width == 3 && g.stride_one() && g.groups == 1;
}

/// Tiles of one row of tiles that lie side by side in one vector.
struct TileRun {
  Index frame, row, column, count;  // first output pixel of the first tile
  int vector, lane;
  Range inside_rows;  // of the six rows of pixels, those inside of the image
  Range registers;    // of four side by side that hold 4 pixels of each tile, those with its lanes
  Mask columns[8];    // their lanes of pixels 4 * tile + 0, 1, 2, 3, then + 4, ..., in the image
  Mask out_columns[4];
};

/// A group of up to tile_vectors vectors of tiles.
struct TileGroup {
  std::vector<TileRun> runs;
  int vectors = 0;

  /// Tiles [begin, end), counted frame by frame, row by row.
  void aim(const Correlation& g, Index first_frame, Index begin, Index end) {
    constexpr Index width = Floats::width;
    const Index across = (g.out_width + outputs - 1) / outputs,
                down = (g.out_height + outputs - 1) / outputs;
    vectors = static_cast<int>((end - begin + width - 1) / width);
    runs.clear();
    for (Index at = begin; at < end;) {
      const Index lane = (at - begin) % width;
      TileRun run{};
      run.frame = first_frame + at / (across * down);
      run.row = at / across % down * outputs;
      run.column = at % across * outputs;
      run.count = std::min({across - at % across, width - lane, end - at});
      run.vector = static_cast<int>((at - begin) / width);
      run.lane = static_cast<int>(lane);
      run.inside_rows = inside(g.row(run.row, 0), 1, g.in_height, inputs);
      for (Index k = 0; k < 8; ++k) {
        // Element e of register k % 4 is pixel first + k % 4 * width + e of the row.
        const Index shift = k % 4 * width, first = g.column(run.column, 0) - 4 * lane + k / 4 * 4;
        const Index low = std::max(4 * lane, -first),
                    high = std::min(4 * (lane + run.count), g.in_width - first);
        run.columns[k] = lane_range(low - shift, high - shift);
      }
      run.registers = {4 * lane / width, (4 * (lane + run.count) - 1) / width + 1};
      for (Index k = 0; k < 4; ++k)
        run.out_columns[k] =
            lane_range(4 * lane - k * width,
                       4 * lane + std::min(4 * run.count, g.out_width - run.column) - k * width);
      runs.push_back(run);
      at += run.count;
    }
  }
};

/// The 6 x 6 pixels of each tile of one vector, from one channel of x; `frame_step` leads from a
/// frame to the next.
inline void gather(const Correlation& g, std::span<const TileRun> runs, const float* x,
                   Index frame_step, Floats (&d)[6][6]) {
#pragma GCC unroll 6
  for (Index i = 0; i < inputs; ++i) {
    // Pixels 4 tile, 4 tile + 1, ... in four registers side by side; then those of 4 tile + 4.
    Floats r[8];
#pragma GCC unroll 8
    for (Floats& pixels : r) pixels = Floats::zero();
    for (const TileRun& run : runs) {
      if (i < run.inside_rows.begin || i >= run.inside_rows.end) continue;
      const float* row = x + run.frame * frame_step + g.row(run.row + i, 0) * g.in_width +
                         g.column(run.column, 0) - 4 * run.lane;
      for (Index k = run.registers.begin; k < run.registers.end; ++k) {
        r[k] = r[k].load_over(row + k * Floats::width, run.columns[k]);
        r[4 + k] = r[4 + k].load_over(row + 4 + k * Floats::width, run.columns[4 + k]);
      }
    }
    unzip(r[0], r[1]), unzip(r[2], r[3]);  // Even pixels in r[0], r[2]; odd ones in r[1], r[3].
    unzip(r[0], r[2]), unzip(r[1], r[3]);  // Now pixel k of each tile in r[k].
    unzip(r[4], r[5]), unzip(r[6], r[7]);  // And of the second four the first two.
    unzip(r[4], r[6]), unzip(r[5], r[7]);
#pragma GCC unroll 6
    for (int k = 0; k < 6; ++k) d[i][k] = r[k];
  }
}

/// From one of the 36 products to the next: never a multiple of 4 KiB, where all would meet in the
/// same few places of the cache.
inline Index product_step(Index channels, Index step) { return channels * step + Floats::width; }

/// v [36][channels][vectors * width] of the live channels [begin, end).
inline void transform_inputs(const Correlation& g, const TileGroup& tiles, const float* x,
                             const ChannelList& channels, Range range, float* v) {
  const Index step = tiles.vectors * Floats::width, next = product_step(channels.count, step);
  for (Index c = range.begin; c < range.end; ++c)
    for (std::size_t first = 0, last; first < tiles.runs.size(); first = last) {
      const int vector = tiles.runs[first].vector;
      for (last = first + 1; last < tiles.runs.size() && tiles.runs[last].vector == vector;) ++last;
      Floats d[6][6], transformed[6][6];
      gather(g, {tiles.runs.data() + first, last - first}, x + channels[c] * g.in_pixels(),
             g.in_channels * g.in_pixels(), d);
      transform_square<6, 6>(d, transformed, transform_line_in);
      float* out = v + c * step + vector * Floats::width;
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i)
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) transformed[i][j].store(out + (i * 6 + j) * next);
    }
}

/// m [36][rows][vectors * width] = u v, for products [begin, end).
inline void multiply(const Correlation& g, const TileGroup& tiles, const float* u, Index u_step,
                     const ChannelList& outs, const ChannelList& ins, Range range, const float* v,
                     float* m) {
  thread_local Scratch<Index> starts_memory;
  const Index step = tiles.vectors * Floats::width;
  Index* starts = starts_memory(ins.count + 1);
  for (Index c = 0; c < ins.count; ++c) starts[c] = ins[c];
  const WeightRuns runs =
      ins.list ? WeightRuns{starts, ins.count, 1} : WeightRuns{starts, 1, ins.count};
  const RowBlocks rows{outs.count};
  TileRows tile;
  tile.last_lanes = first_lanes(Floats::width);
  for (Index e = range.begin; e < range.end; ++e)
    for (Index block = 0; block < rows.count(); ++block) {
      const Index row = rows[block].begin, count = rows[block].size();
      for (Index r = 0; r < count; ++r) {
        tile.weights[static_cast<std::size_t>(r)] = u + e * u_step + outs[row + r] * g.in_channels;
        tile.out[static_cast<std::size_t>(r)] =
            m + e * product_step(outs.count, step) + (row + r) * step;
      }
      multiply_panel(tile, static_cast<int>(count), tiles.vectors, runs,
                     v + e * product_step(ins.count, step));
    }
}

/// y = epilogue(A' m A), for the live output channels [begin, end).
inline void transform_outputs(const Correlation& g, const TileGroup& tiles, const ChannelList& outs,
                              Range range, const float* m, const Conv2dEpilogue<float>& epilogue,
                              float* y) {
  const Index step = tiles.vectors * Floats::width, next = product_step(outs.count, step);
  for (Index o = range.begin; o < range.end; ++o) {
    const Index channel = outs[o];
    const Floats scale = Floats::broadcast(epilogue.scale ? epilogue.scale[channel] : 1);
    const Floats shift = Floats::broadcast(epilogue.shift ? epilogue.shift[channel] : 0);
    for (std::size_t run = 0; run < tiles.runs.size();) {
      const int vector = tiles.runs[run].vector;
      Floats products_of[6][6], result[4][4];
      const float* from = m + o * step + vector * Floats::width;
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i)
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) products_of[i][j] = Floats::load(from + (i * 6 + j) * next);
      transform_square<6, 4>(products_of, result, transform_line_out);
      float rows[4][4 * Floats::width];  // Row i of the tiles, side by side.
      for (int i = 0; i < 4; ++i) {
        auto& r = result[i];
        zip(r[0], r[2]), zip(r[1], r[3]);
        zip(r[0], r[1]), zip(r[2], r[3]);
        for (int k = 0; k < 4; ++k) fma(r[k], scale, shift).store(rows[i] + k * Floats::width);
      }
      for (; run < tiles.runs.size() && tiles.runs[run].vector == vector; ++run) {
        const TileRun& t = tiles.runs[run];
        for (Index i = 0; i < std::min<Index>(4, g.out_height - t.row); ++i) {
          const Index at =
              ((t.frame * g.out_channels + channel) * g.out_height + t.row + i) * g.out_width +
              t.column - 4 * t.lane;
          for (Index k = t.registers.begin; k < t.registers.end; ++k) {
            const Mask lanes = t.out_columns[k];
            const Index place = at + k * Floats::width;
            Floats value = Floats::load(rows[i] + k * Floats::width);
            if (epilogue.residual) value = value + Floats::load(epilogue.residual + place, lanes);
            if (epilogue.relu) value = max(value, Floats::zero());
            value.store(y + place, lanes);
          }
        }
      }
    }
  }
}

/// u [36][out_channels][in_channels] of w [out_channels, in_channels, 3, 3]; `u_step` leads from a
/// product to the next.
inline void transform_weights(const Correlation& g, const float* w, float* u, Index u_step) {
  parallel_for(g.out_channels, 8, [&](Index begin, Index end) {
    const FlushDenormals scope;
    transform_weight_rows(g.in_channels, begin, end, w, u, u_step);
  });
}

/// y = epilogue(correlation of x and w).
inline void conv2d(const Correlation& g, const float* x, const float* w, float* y,
                   const Conv2dOptions<float>& options) {
  Storage<float> made;  // From the pool, and back to it: it may be large.
  const float* u = options.winograd_weights;
  Index u_step = g.out_channels * g.in_channels;
  if (!u) {
    u_step = product_step(g.out_channels, g.in_channels);
    made = Storage<float>(static_cast<std::size_t>(products * u_step));
    transform_weights(g, w, made.data(), u_step);
    u = made.data();
  }
  const Index frames = all_live(options) ? std::max<Index>(g.batch, 1) : 1;
  const Index tiles = frames * ((g.out_width + 3) / 4) * ((g.out_height + 3) / 4);
  const Index vectors = (tiles + Floats::width - 1) / Floats::width;
  const bool weights_stay = products * g.out_channels * g.in_channels < 250000;  // in L2
  Index groups = (vectors + tile_vectors - 1) / tile_vectors;
  if (weights_stay && groups > 1) groups += groups % 2;  // An even number suits two threads.
  const Index tasks = g.batch / frames * groups;

  // Many groups: each is a task. Few: one after the other, and each step is shared out.
  parallel_for(tasks, tasks >= (weights_stay ? 4 : 8) ? 1 : tasks, [&](Index begin, Index end) {
    thread_local Scratch<float> input_memory, product_memory;
    thread_local TileGroup tiles_of_task;
    TileGroup& group = tiles_of_task;
    for (Index task = begin; task < end; ++task) {
      const Index n = task / groups * frames;
      const Range range = part(vectors, groups, task % groups);
      group.aim(g, n, range.begin * Floats::width, std::min(range.end * Floats::width, tiles));
      const auto outs = ChannelList::of_group(options.out_of(n), 0, g.out_channels);
      const auto ins = ChannelList::of_group(options.in_of(n), 0, g.in_channels);
      const Index step = group.vectors * Floats::width;
      float* v = input_memory(products * product_step(ins.count, step));
      float* m = product_memory(products * product_step(outs.count, step));
      parallel_for(ins.count, 16, [&](Index first, Index last) {
        const FlushDenormals scope;
        transform_inputs(g, group, x, ins, {first, last}, v);
      });
      parallel_for(products, 1, [&](Index first, Index last) {
        const FlushDenormals scope;
        multiply(g, group, u, u_step, outs, ins, {first, last}, v, m);
      });
      parallel_for(outs.count, 16, [&](Index first, Index last) {
        const FlushDenormals scope;
        transform_outputs(g, group, outs, {first, last}, m, options.epilogue, y);
      });
    }
  });
}

}  // namespace winograd
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
