// The tiles of a Winograd convolution: which of them lie side by side in vectors, and how the
// pixels of a vector of them are found.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/conv2d/shared/correlation.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <adafuse/kernels/conv2d/winograd/transforms.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace winograd {

inline Index tiles_across(const Correlation& g) { return (g.out_width + outputs - 1) / outputs; }
inline Index tiles_of_frame(const Correlation& g) {
  return tiles_across(g) * ((g.out_height + outputs - 1) / outputs);
}
inline Index vectors_of(Index tiles) { return (tiles + Floats::width - 1) / Floats::width; }

/// Tiles that share lists of channels and so may share vectors: of each of `frames` frames those
/// numbered `first`, `first + 1`, ..., row by row.
struct TileSet {
  Index frame, frames, first, count;
  ChannelList ins, outs;
  /// [batch, channels]: whether a channel of the list lives in a frame. Null: in all of them.
  const std::uint8_t *in_lives, *out_lives;

  Index vectors() const { return vectors_of(frames * count); }
};

/// Tiles of one row of tiles that lie side by side in one vector.
struct TileRun {
  Index frame, row, column, count;  // first output pixel of the first tile
  int vector, lane;
  Range inside_rows;  // of the six rows of pixels, those inside of the image
  Range registers;    // of four side by side that hold 4 pixels of each tile, those with its lanes
  Mask columns[8];    // their lanes of pixels 4 * tile + 0, 1, 2, 3, then + 4, ..., in the image
  std::uint32_t out_bits[4];  // and those of their outputs, as far as they are to be stored
  Mask out_columns[4];        // the same

  /// The outputs of tile `t` of the run are not to be stored.
  void leave_out(Index t) {
    for (Index k = 0; k < 4; ++k) {
      const Index first = 4 * (lane + t) - k * Floats::width;
      out_bits[k] &= ~lane_bits(first, first + 4);
      out_columns[k] = Mask(out_bits[k]);
    }
  }
};

/// A group of up to tile_vectors vectors of tiles.
struct TileGroup {
  const TileSet* set = nullptr;
  std::vector<TileRun> runs;
  int vectors = 0;

  /// Vectors [begin, end) of a set.
  void set_tiles(const Correlation& g, const TileSet& tiles, Range range) {
    constexpr Index width = Floats::width;
    const Index across = tiles_across(g);
    set = &tiles;
    vectors = static_cast<int>(range.size());
    runs.clear();
    const Index begin = range.begin * width,
                end = std::min(range.end * width, tiles.frames * tiles.count);
    for (Index at = begin; at < end;) {
      const Index lane = (at - begin) % width, number = tiles.first + at % tiles.count;
      TileRun run{};
      run.frame = tiles.frame + at / tiles.count;
      run.row = number / across * outputs;
      run.column = number % across * outputs;
      run.count = std::min(
          {across - number % across, width - lane, end - at, tiles.count - at % tiles.count});
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
      for (Index k = 0; k < 4; ++k) {
        run.out_bits[k] =
            lane_bits(4 * lane - k * width,
                      4 * lane + std::min(4 * run.count, g.out_width - run.column) - k * width);
        run.out_columns[k] = Mask(run.out_bits[k]);
      }
      runs.push_back(run);
      at += run.count;
    }
  }
};

}  // namespace winograd
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
