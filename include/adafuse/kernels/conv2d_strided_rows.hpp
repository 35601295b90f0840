// Strided rows: convolutions of stride 2 that unzip rows of the image in registers.
//
// The even and the odd places of two vectors of a row are what taps 1 and 2 of a kernel read; the
// odd ones, a lane further, are what tap 0 reads. An output row of 16 fills a vector of 16, and so
// do two of 8 or four of 4. Nothing is copied beforehand, which matters when few output channels
// are wanted; many unzip the same rows again for each tile of them, and go by other algorithms.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d_rows.hpp>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {
namespace strided_rows {

/// Vectors of pixels of a tile: each has three taps of a row in registers, beside its sums.
inline constexpr int most_vectors = 2;

/// 3x3 kernels with padding 1 and 1x1 kernels, of stride 2 and one group, for images with an even
/// number of rows and columns, whose output rows fill vectors: one, two or four in each.
inline bool fits(const Correlation& g) {
  const Index side = g.kernel_width;
  return g.groups == 1 && g.stride_height == 2 && g.stride_width == 2 && g.kernel_height == side &&
         (side == 1 || (side == 3 && g.dilation_height == 1 && g.dilation_width == 1)) &&
         g.top == -(side / 2) && g.left == -(side / 2) && g.in_height == 2 * g.out_height &&
         g.in_width == 2 * g.out_width && Floats::width % g.out_width == 0 &&
         4 * g.out_width >= Floats::width && g.out_pixels() % Floats::width == 0;
}

/// What one tile reads.
struct Source {
  const float* pixels;  // the first channel, at the row that tap row 1 of the tile begins with
  Index plane;          // from a channel to the next
  ChannelList channels;
  Index ahead;  // from these pixels to those of the next frame, which are fetched meanwhile; or 0
  Mask above;   // of the vector that begins one row higher: lanes that lie inside of the image
  Mask left;    // lanes whose pixel has a neighbour on its left
};

/// Two vectors of pixels: those of every other row from `p` on, for one vector of outputs. The
/// first of them has the lanes of the mask, others become 0.
template <int Width>
[[gnu::always_inline]] inline void load_rows(const float* p, Mask first, Floats& a, Floats& b) {
  constexpr int width = Floats::width, half = width / 2, step = 4 * Width;
  if constexpr (Width == width) {
    a = Floats::load(p, first), b = Floats::load(p + width, first);
  } else if constexpr (Width == half) {
    a = Floats::load(p, first), b = Floats::load(p + step);
  } else {  // Two rows fit in each.
    const Mask upper = lane_range(half, width);
    a = Floats::load(p, first).load_over(p + step - half, upper);
    b = Floats::load(p + 2 * step, first_lanes(half)).load_over(p + 3 * step - half, upper);
  }
}
/// How many lanes of the first of them are one row.
template <int Width>
constexpr int lanes_of_row = std::min(2 * Width, Floats::width);

/// Rows of `Width` outputs; kernels of `Side` x `Side` taps.
template <int Rows, int Vectors, int Width, int Side>
[[gnu::noinline]] void correlate(const TileRows& tile, const Source& source) {
  constexpr int row = 2 * Width, next = 4 * Floats::width;  // row; rows of the next vector
  Accumulators<Rows, Vectors> sums(tile);
  const Index ahead = source.ahead;
  const Mask above = source.above, left = source.left, all = first_lanes(lanes_of_row<Width>);
  const auto add_channel = [&](Index channel) __attribute__((always_inline)) {
    Floats even[Vectors], odd[Vectors], before[Vectors];
    const auto load = [&](const float* p, Mask first) __attribute__((always_inline)) {
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) {
        load_rows<Width>(p + v * next, v == 0 ? first : all, even[v], odd[v]);
        unzip(even[v], odd[v]);
        keep_in_register(even[v]);
        if constexpr (Side == 1) continue;
        keep_in_register(odd[v]);
        before[v] = move_up(odd[v], left);
        keep_in_register(before[v]);
      }
    };
    const auto add_row = [&](Index k) __attribute__((always_inline)) {
      sums.add(k + 1, even);
      sums.add(k + 2, odd);
      sums.add(k, before);
    };
    const float* const p = source.pixels + channel * source.plane;
    if constexpr (Side == 1) {
      load(p, all);
      sums.add(channel, even);
    } else {
      if (ahead != 0)
#pragma GCC unroll 8
        for (int v = 0; v < 4 * Vectors; ++v)
          __builtin_prefetch(p + ahead + v * Floats::width, 0, 2);
      load(p - row, above);
      add_row(channel * 9);
      load(p, all);
      add_row(channel * 9 + 3);
      load(p + row, all);
      add_row(channel * 9 + 6);
    }
  };
  if (source.channels.list)
    for (Index i = 0; i < source.channels.count; ++i) add_channel(source.channels.list[i]);
  else
    for (Index i = 0; i < source.channels.count; ++i) add_channel(i);
  sums.finish(tile);
}

using Kernel = void (*)(const TileRows&, const Source&);

template <int Width, int Side>
Kernel kernel_for(int rows, int vectors) {
  Kernel kernel{};
  for_tile_size<tile_rows, most_vectors>(rows, vectors, [&]<int Rows, int Vectors>() {
    kernel = correlate<Rows, Vectors, Width, Side>;
  });
  return kernel;
}
/// The kernel for tiles of so many output channels and vectors.
inline Kernel kernel_for(const Correlation& g, int rows, int vectors) {
  constexpr int full = Floats::width;
  const auto of_width = [&]<int Width>() {
    return g.taps() == 1 ? kernel_for<Width, 1>(rows, vectors)
                         : kernel_for<Width, 3>(rows, vectors);
  };
  return g.out_width == full       ? of_width.template operator()<full>()
         : g.out_width == full / 2 ? of_width.template operator()<full / 2>()
                                   : of_width.template operator()<full / 4>();
}

/// y = epilogue(correlation of x and w).
inline void conv2d(const Correlation& g, const float* x, const float* w, float* y,
                   const Conv2dOptions<float>& options) {
  constexpr Index width = Floats::width;
  const Index vectors = g.out_pixels() / width, tiles = (vectors + most_vectors - 1) / most_vectors;
  const Index row_lanes = std::min(2 * g.out_width, width);
  std::uint32_t left = 0;
  for (Index lane = 0; lane < width; lane += g.out_width)
    left |= lane_bits(lane + 1, lane + g.out_width);
  // Few frames are cut, so that there is work for a few threads.
  const Index strips = std::clamp<Index>(6 / g.batch, 1, tiles);
  parallel_for(g.batch * strips, 1, [&](Index task, Index) {
    const FlushDenormals scope;
    const Index n = task / strips;
    const Range some = part(tiles, strips, task % strips);
    const auto outs = ChannelList::of_group(options.out_of(n), 0, g.out_channels);
    Source source{};
    source.plane = g.in_pixels();
    source.channels = ChannelList::of_group(options.in_of(n), 0, g.in_channels);
    source.left = Mask(left);
    const RowBlocks blocks{outs.count};
    for (Index b = 0; b < blocks.count(); ++b) {
      const Range block = blocks[b];
      const int rows = static_cast<int>(block.size());
      TileRows tile = rows_of_frame(g, options.epilogue, w, y, n, outs, block.begin, rows);
      tile.last_lanes = first_lanes(width);
      const Kernel full = kernel_for(g, rows, most_vectors), rest = kernel_for(g, rows, 1);
      source.ahead = b == 0 && n + 1 < g.batch ? g.in_channels * g.in_pixels() : 0;
      for (Index t = some.begin; t < some.end; ++t) {
        const Range of_tile = part(vectors, tiles, t);
        tile.offset = of_tile.begin * width;
        source.pixels = x + n * g.in_channels * g.in_pixels() + 4 * tile.offset;
        source.above = of_tile.begin == 0 ? Mask() : first_lanes(row_lanes);
        (of_tile.size() == most_vectors ? full : rest)(tile, source);
      }
    }
  });
}

}  // namespace strided_rows
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
