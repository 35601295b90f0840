// Masked direct convolution: for stride 1, read the unpadded image where it lies.
//
// When output and input rows have the same length, tap (p, q) of a run of pixels is the same run at
// a fixed offset; lanes that fall outside of the image are masked. No padded copy, no columns, and
// time follows the number of live channels almost exactly.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d_options.hpp>
#include <adafuse/kernels/conv2d_rows.hpp>
#include <adafuse/kernels/conv2d_spare_pixels.hpp>
#include <adafuse/kernels/correlation.hpp>
#include <vector>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {
namespace masked_direct {

/// The taps of one tile: where each reads, and which lanes of it lie inside of the image.
struct Taps {
  Index count;
  const Index* offsets;  // [count], from the pixel to what the tap reads
  const Mask* lanes;     // [count][tile_vectors]
};

/// The channels that one tile reads.
struct Source {
  const float* pixels;  // the first channel of the group at the first pixel of the tile
  Index plane;          // from a channel to the next
  ChannelList channels;
};

/// `Count` taps, or any number when it is 0: the counts that matter are unrolled.
template <int Rows, int Vectors, int Count>
[[gnu::noinline]] void correlate(const TileRows& tile, int first, const Source& source,
                                 const Taps& taps) {
  Accumulators<Rows, Vectors> sums(tile, first);
  const Index count = Count ? Count : taps.count;
  const auto add_channel = [&](Index channel) __attribute__((always_inline)) {
    const float* pixels = source.pixels + channel * source.plane;
    const Mask* lanes = taps.lanes;
    const Index k = channel * count;
#pragma GCC unroll 9
    for (Index t = 0; t < count; ++t, lanes += tile_vectors) {
      const float* p = pixels + taps.offsets[t];
      Floats loaded[Vectors];
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        loaded[v] = Floats::load(p + v * Floats::width, lanes[v]);
        keep_in_register(loaded[v]);
      }
      sums.add(k + t, loaded);
    }
  };
  if (source.channels.list)
    for (Index i = 0; i < source.channels.count; ++i)
      add_channel(source.channels.list[i] - source.channels.first);
  else
    for (Index i = 0; i < source.channels.count; ++i) add_channel(i);
  sums.finish(tile, first);
}

/// Which lanes of each tile each tap finds inside of the image: [tiles][taps][tile_vectors].
inline void make_lane_masks(const Correlation& g, Index tiles, Index vectors,
                            std::vector<Mask>& masks) {
  masks.clear();
  thread_local std::vector<std::uint32_t> rows_inside, columns_inside;
  for (Index t = 0; t < tiles; ++t) {
    const Range tile = part(vectors, tiles, t);
    const auto bits_of = [&](Index taps, const auto& is_inside, std::vector<std::uint32_t>& bits) {
      bits.assign(static_cast<std::size_t>(taps * tile_vectors), 0);
      for (Index k = 0; k < taps; ++k)
        for (Index v = tile.begin; v < tile.end; ++v) {
          Index i = v * Floats::width / g.out_width, j = v * Floats::width % g.out_width;
          for (int lane = 0; lane < Floats::width && i < g.out_height; ++lane) {
            if (is_inside(i, j, k))
              bits[static_cast<std::size_t>(k * tile_vectors + v - tile.begin)] |= 1u << lane;
            if (++j == g.out_width) ++i, j = 0;
          }
        }
    };
    bits_of(
        g.kernel_height,
        [&](Index i, Index, Index p) { return g.row(i, p) >= 0 && g.row(i, p) < g.in_height; },
        rows_inside);
    bits_of(
        g.kernel_width,
        [&](Index, Index j, Index q) { return g.column(j, q) >= 0 && g.column(j, q) < g.in_width; },
        columns_inside);
    for (Index p = 0; p < g.kernel_height; ++p)
      for (Index q = 0; q < g.kernel_width; ++q)
        for (Index v = 0; v < tile_vectors; ++v)
          masks.emplace_back(rows_inside[static_cast<std::size_t>(p * tile_vectors + v)] &
                             columns_inside[static_cast<std::size_t>(q * tile_vectors + v)]);
  }
}

inline bool fits(const Correlation& g) { return g.same_pitch(); }

/// y = epilogue(correlation of x and w).
inline void conv2d(const Correlation& g, const float* x, const float* w, float* y,
                   const Conv2dOptions<float>& options) {
  const Index pixels = g.out_pixels(), taps = g.taps();
  const Index spare = spare_pixels(pixels);
  const Index vectors = (pixels - spare + Floats::width - 1) / Floats::width;
  const Index tiles = (vectors + tile_vectors - 1) / tile_vectors;
  thread_local std::vector<Mask> masks;
  thread_local std::vector<Index> offsets;
  make_lane_masks(g, tiles, vectors, masks);
  offsets.clear();
  for (Index p = 0; p < g.kernel_height; ++p)
    for (Index q = 0; q < g.kernel_width; ++q)
      offsets.push_back(g.row(0, p) * g.in_width + g.column(0, q));

  // A strip of tiles shares each block of weights while that is in L1; what the strip reads of x
  // stays in L2. Short of work for many threads, the output channels are cut too; and where a frame
  // is one strip, so that each piece of the weights comes from memory once for all frames.
  const Index tile_bytes = g.ins() * tile_width * 4 * (taps > 1 ? 2 : 1);
  const Index strip = std::clamp<Index>(280000 / tile_bytes, 1, tiles);
  const Index strips = (tiles + strip - 1) / strip;
  const Index pieces = strips == 1 && g.batch > 1 ? g.outs() * g.depth() / 100000 : 1;
  const Index chunks = std::clamp<Index>(std::max(16 / (g.batch * g.groups * strips), pieces), 1,
                                         (g.outs() + 31) / 32);
  const Index sets = g.batch * g.groups * strips;

  const Mask* all_masks = masks.data();
  const Index* all_offsets = offsets.data();
  parallel_for(sets * chunks, 1, [&](Index task, Index) {
    const FlushDenormals scope;
    const Index chunk = task / sets, s = task % strips;
    const Index group = task / strips % g.groups, n = task % sets / (strips * g.groups);
    const auto outs = ChannelList::of_group(options.out_of(n), group * g.outs(), g.outs());
    const auto ins = ChannelList::of_group(options.in_of(n), group * g.ins(), g.ins());
    const auto [row_begin, row_end] = part_in_steps(outs.count, tile_rows, chunks, chunk);
    SparePixels left_over;
    if (spare > 0 && s == strips - 1 && row_begin < row_end)
      left_over.gather(g, x + n * g.in_channels * g.in_pixels(), group, ins, pixels - spare);
    for (Index block = row_begin; block < row_end; block += tile_rows) {
      for (Index t = part(tiles, strips, s).begin; t < part(tiles, strips, s).end; ++t) {
        const auto [begin, end] = part(vectors, tiles, t);
        const Index position = begin * Floats::width;
        const int rows = static_cast<int>(std::min<Index>(tile_rows, row_end - block));
        TileRows tile = rows_of_frame(g, options.epilogue, w, y, n, outs, block, rows, position);
        tile.last_lanes = first_lanes(pixels - spare - (end - 1) * Floats::width);
        const Source source{x + (n * g.in_channels + group * g.ins()) * g.in_pixels() + position,
                            g.in_pixels(), ins};
        const Taps tile_taps{taps, all_offsets, all_masks + t * taps * tile_vectors};
        for_tile_blocks(rows, static_cast<int>(end - begin), [&]<int Rows, int Vectors>(int first) {
          if (taps == 9)
            correlate<Rows, Vectors, 9>(tile, first, source, tile_taps);
          else if (taps == 1)
            correlate<Rows, Vectors, 1>(tile, first, source, tile_taps);
          else
            correlate<Rows, Vectors, 0>(tile, first, source, tile_taps);
        });
      }
      left_over.finish(g, options.epilogue, w, y, n, outs, block,
                       std::min(block + tile_rows, row_end));
    }
  });
}

}  // namespace masked_direct
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
