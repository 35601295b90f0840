// The three steps of a Winograd convolution: input transform, 36 matrix products over the channels,
// output transform with the epilogue. Each takes a group of tiles, and the channels that live
// there.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/conv2d/shared/tile_rows.hpp>
#include <adafuse/kernels/conv2d/winograd/tiles.hpp>
#include <span>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

/// The 6 x 6 pixels of each tile of one vector, from one channel of x; `frame_step` leads from a
/// frame to the next. Of frames in which it does not live: zeros. Adds to `squares` those of the
/// pixels of each quarter of a tile, 3 x 3.
inline void gather(const Correlation& g, std::span<const TileRun> runs, const float* x,
                   Index frame_step, const std::uint8_t* lives, Index ahead, Floats (&d)[6][6],
                   Floats (&squares)[4]) {
  Floats sums[4] = {squares[0], squares[1], squares[2], squares[3]};  // In registers.
#pragma GCC unroll 6
  for (Index i = 0; i < inputs; ++i) {
    // Pixels 4 tile, 4 tile + 1, ... in four registers side by side; then those of 4 tile + 4.
    Floats r[8];
#pragma GCC unroll 8
    for (Floats& pixels : r) pixels = Floats::zero();
    for (const TileRun& run : runs) {
      if (i < run.inside_rows.begin || i >= run.inside_rows.end) continue;
      if (lives && !lives[run.frame * g.in_channels]) continue;
      const float* row = x + run.frame * frame_step + g.row(run.row + i, 0) * g.in_width +
                         g.column(run.column, 0) - 4 * run.lane;
      for (Index k = run.registers.begin; k < run.registers.end; ++k) {
        if (i < outputs) __builtin_prefetch(row + ahead + k * Floats::width, 0, 2);
        r[k] = r[k].load_over(row + k * Floats::width, run.columns[k]);
        r[4 + k] = r[4 + k].load_over(row + 4 + k * Floats::width, run.columns[4 + k]);
      }
    }
    unzip(r[0], r[1]), unzip(r[2], r[3]);  // Even pixels in r[0], r[2]; odd ones in r[1], r[3].
    unzip(r[0], r[2]), unzip(r[1], r[3]);  // Now pixel k of each tile in r[k].
    unzip(r[4], r[5]), unzip(r[6], r[7]);  // And of the second four the first two.
    unzip(r[4], r[6]), unzip(r[5], r[7]);
#pragma GCC unroll 6
    for (int k = 0; k < 6; ++k) {
      d[i][k] = r[k];
      Floats& sum = sums[i / 3 * 2 + k / 3];
      sum = fma(r[k], r[k], sum);
    }
  }
  for (int k = 0; k < 4; ++k) squares[k] = sums[k];
}

/// From one of the 36 products to the next: never a multiple of 4 KiB, where all would meet in the
/// same few places of the cache.
inline Index product_step(Index channels, Index step) { return channels * step + Floats::width; }

/// v [36][channels][vectors * width] of the live channels [begin, end), and the sums of their
/// squares over each quarter of a tile, [vectors][4][width].
inline void transform_inputs(const Correlation& g, const TileGroup& tiles, const float* x,
                             Range range, float* v, float* squares) {
  Floats sums[tile_vectors][4];
  for (auto& of_vector : sums)
    for (Floats& sum : of_vector) sum = Floats::zero();
  const ChannelList& channels = tiles.set->ins;
  const std::uint8_t* lives = tiles.set->in_lives;
  const Index step = tiles.vectors * Floats::width, next = product_step(channels.count, step);
  for (Index c = range.begin; c < range.end; ++c) {
    const Index ahead =
        (channels[std::min(c + 1, channels.count - 1)] - channels[c]) * g.in_pixels();
    for (std::size_t first = 0, last; first < tiles.runs.size(); first = last) {
      const int vector = tiles.runs[first].vector;
      for (last = first + 1; last < tiles.runs.size() && tiles.runs[last].vector == vector;) ++last;
      Floats d[6][6], transformed[6][6];
      gather(g, {tiles.runs.data() + first, last - first}, x + channels[c] * g.in_pixels(),
             g.in_channels * g.in_pixels(), lives ? lives + channels[c] : nullptr, ahead, d,
             sums[vector]);
      transform_square<6, 6>(d, transformed, transform_line_in);
      float* out = v + c * step + vector * Floats::width;
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i)
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) transformed[i][j].store(out + (i * 6 + j) * next);
    }
  }
  for (int k = 0; k < 4 * tiles.vectors; ++k) sums[k / 4][k % 4].store(squares + k * Floats::width);
}

/// m [rows][vectors * width] = u v, one of the 36 products.
inline void multiply(const Correlation& g, const TileGroup& tiles, const float* u, const float* v,
                     float* m) {
  const ChannelList &ins = tiles.set->ins, &outs = tiles.set->outs;
  thread_local Scratch<Index> starts_memory;
  const Index step = tiles.vectors * Floats::width;
  Index* starts = starts_memory(ins.count + 1);
  for (Index c = 0; c < ins.count; ++c) starts[c] = ins[c];
  const WeightRuns runs =
      ins.list ? WeightRuns{starts, ins.count, 1} : WeightRuns{starts, 1, ins.count};
  const RowBlocks rows{outs.count};
  TileRows tile;
  tile.last_lanes = first_lanes(Floats::width);
  for (Index block = 0; block < rows.count(); ++block) {
    const Index row = rows[block].begin, count = rows[block].size();
    for (Index r = 0; r < count; ++r) {
      tile.weights[static_cast<std::size_t>(r)] = u + outs[row + r] * g.in_channels;
      tile.out[static_cast<std::size_t>(r)] = m + (row + r) * step;
    }
    multiply_panel(tile, static_cast<int>(count), tiles.vectors, runs, v);
  }
}

/// y = epilogue(A' m A), for the live output channels [begin, end).
inline void transform_outputs(const Correlation& g, const TileGroup& tiles, Range range,
                              const float* m, const Conv2dEpilogue<float>& epilogue, float* y) {
  const ChannelList& outs = tiles.set->outs;
  const std::uint8_t* lives = tiles.set->out_lives;
  const Index step = tiles.vectors * Floats::width, next = product_step(outs.count, step);
  for (Index o = range.begin; o < range.end; ++o) {
    const Index channel = outs[o];
    const Floats scale = Floats::broadcast(epilogue.scale ? epilogue.scale[channel] : 1);
    const Floats shift = Floats::broadcast(epilogue.shift ? epilogue.shift[channel] : 0);
    EpilogueParts parts = epilogue.parts();
    parts.affine = false;  // Scale and shift come before the rows are taken apart.
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
        if (lives && !lives[t.frame * g.out_channels + channel]) continue;
        for (Index i = 0; i < std::min<Index>(4, g.out_height - t.row); ++i) {
          const Index at =
              ((t.frame * g.out_channels + channel) * g.out_height + t.row + i) * g.out_width +
              t.column - 4 * t.lane;
          for (Index k = t.registers.begin; k < t.registers.end; ++k) {
            const Mask lanes = t.out_columns[k];
            const Index place = at + k * Floats::width;
            Floats value = Floats::load(rows[i] + k * Floats::width);
            apply_epilogue(
                parts, [&](const auto& body) { body(value); }, [] { return Floats::zero(); },
                [] { return Floats::zero(); },
                [&] { return Floats::load(epilogue.residual + place, lanes); });
            value.store(y + place, lanes);
          }
        }
      }
    }
  }
}

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
