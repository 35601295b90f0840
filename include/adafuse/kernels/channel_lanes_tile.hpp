// The tile of channel lanes: some rows of a few pixels times one or two units of 16 output
// channels, kept in registers. Weights are loaded as vectors, pixels are broadcast.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/conv2d_options.hpp>
#include <algorithm>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {
namespace channel_lanes {

/// Output channels that lie side by side in turned weights. All vector paths share it: one file may
/// turn weights and another, with other flags, multiply.
inline constexpr int unit = 16;
inline constexpr int unit_vectors = unit / Floats::width;

/// The accumulators fill the registers but leave room for weights and a pixel.
inline constexpr int accumulators = simd_registers == 32 ? 24 : 12;
/// Pixels of a row of a tile, and units of a tile: of short rows more, so that enough sums are made
/// at a time to hide how long a multiply-add takes.
inline constexpr int tile_pixels =
    simd_registers == 32 ? 8 : std::min(8, accumulators / unit_vectors);
constexpr int tile_units(Index pixels) {
  return simd_registers < 32 ? 1 : pixels <= tile_pixels / 2 ? 4 : 2;
}
/// Rows of a tile: several only where one unit would leave most registers idle.
inline constexpr int most_rows = 4;
constexpr int tile_rows(Index pixels, int units) {
  return units > 1 ? 1
                   : static_cast<int>(
                         std::clamp<Index>(accumulators / (pixels * unit_vectors), 1, most_rows));
}

/// Which pixels of a row a tap finds inside of the image.
enum class Finds : std::uint8_t { all, all_but_first, all_but_last, all_but_both, none };

/// One tap of a tile.
struct TapStep {
  std::int32_t weights;    // from those of the channel to those of the tap
  std::int32_t pixels;     // from the channel to what the tap reads for the first pixel
  Finds finds[most_rows];  // of each row
};

struct Tile {
  const float* x;  // the first channel of the frame
  Index plane;     // from a channel to the next
  ChannelList channels;
  const TapStep* steps;
  Index step_count;
  Index row_step;        // from what a row reads to what the next one does
  const float* weights;  // of the first channel, [units][channels][taps][16]
  Index unit_step, channel_step;
  float* sums;  // [pixels][units][16], of the first pixel
  Index sums_row_step;
  bool resume;  // add to what `sums` holds
};

/// sums += weights * pixels.
template <int Pixels, int Units, int Stride>
[[gnu::noinline]] void add_channels(const Tile& tile, int rows) {
  constexpr int rows_at_most = tile_rows(Pixels, Units), vectors = Units * unit_vectors;
  Floats sums[rows_at_most][Pixels][vectors];
  const auto for_sums = [&](const auto& body) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int r = 0; r < rows_at_most; ++r) {
      if (r >= rows) break;
      float* at = tile.sums + r * tile.sums_row_step;
#pragma GCC unroll 8
      for (int i = 0; i < Pixels; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v)
          body(sums[r][i][v], at + (i * vectors + v) * Floats::width);
    }
  };
#pragma GCC unroll 4
  for (auto& row : sums)
#pragma GCC unroll 8
    for (auto& pixel : row)
#pragma GCC unroll 4
      for (auto& sum : pixel) sum = Floats::zero();
  if (tile.resume) for_sums([](Floats& sum, const float* at) { sum = Floats::load(at); });

  const TapStep *const first = tile.steps, *const last = first + tile.step_count;
  for (Index n = 0; n < tile.channels.count; ++n) {
    const Index channel = tile.channels[n];
    const float* const plane = tile.x + channel * tile.plane;
    const float* const of_channel = tile.weights + channel * tile.channel_step;
    for (const TapStep* step = first; step != last; ++step) {
      Floats weights[vectors];
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        weights[v] = Floats::load(of_channel + step->weights + v / unit_vectors * tile.unit_step +
                                  v % unit_vectors * Floats::width);
        keep_in_register(weights[v]);
      }
      const float* pixels = plane + step->pixels;
      const auto add = [&](int r, int begin, int end) __attribute__((always_inline)) {
#pragma GCC unroll 8
        for (int i = begin; i < end; ++i) {
          Floats pixel = Floats::broadcast(pixels[i * Stride]);
          if constexpr (vectors > 1) keep_in_register(pixel);
#pragma GCC unroll 4
          for (int v = 0; v < vectors; ++v) sums[r][i][v] = fma(weights[v], pixel, sums[r][i][v]);
        }
      };
#pragma GCC unroll 4
      for (int r = 0; r < rows_at_most; ++r, pixels += tile.row_step) {
        const Finds finds = step->finds[r];
        if (finds == Finds::all)
          add(r, 0, Pixels);
        else if (finds == Finds::all_but_first)
          add(r, 1, Pixels);
        else if (finds == Finds::all_but_last)
          add(r, 0, Pixels - 1);
        else if (finds == Finds::all_but_both)
          add(r, 1, Pixels - 1);
      }
    }
  }
  for_sums([](Floats& sum, float* at) { sum.store(at); });
}

/// For 1 .. tile_pixels pixels, as many units as such a tile has, and strides 1 and 2.
template <int Pixels = tile_pixels, int Units = tile_units(Pixels)>
void add_channels(const Tile& tile, int rows, int pixels, int units, Index stride) {
  if constexpr (Pixels > 1)
    if (pixels < Pixels) return add_channels<Pixels - 1>(tile, rows, pixels, units, stride);
  if constexpr (Units > 1)
    if (units < Units) return add_channels<Pixels, Units - 1>(tile, rows, pixels, units, stride);
  stride == 1 ? add_channels<Pixels, Units, 1>(tile, rows)
              : add_channels<Pixels, Units, 2>(tile, rows);
}

}  // namespace channel_lanes
}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
