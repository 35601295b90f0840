// The tile of blocked channels: some rows of a few pixels times one or two units of 16 output
// channels, kept in registers. Weights are loaded as vectors, pixels are broadcast.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/prefetch_queue.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <algorithm>
#include <array>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace blocked {

/// Output channels that lie side by side in packed weights. All vector paths share it: one file may
/// pack weights and another, with other flags, multiply.
inline constexpr int unit = 16;
inline constexpr int unit_vectors = unit / Floats::width;

/// The accumulators fill the registers but leave room for weights and a pixel.
inline constexpr int accumulators = simd_registers * 3 / 4;
/// Pixels of a row of a tile, and units of a tile: of short rows more, so that enough sums are made
/// at a time to hide how long a multiply-add takes.
inline constexpr int tile_pixels = std::min(8, accumulators / unit_vectors);
constexpr int tile_units(Index pixels) {
  return unit_vectors > 1 ? 1 : pixels <= tile_pixels / 2 ? 4 : 2;
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

/// What one convolution adds to a tile.
struct Products {
  const float* x;  // the first channel of the frame
  Index plane;     // from a channel to the next
  ChannelList channels;
  const TapStep* steps;
  Index step_count;
  Index stride, row_step;  // from what a pixel reads, or a row, to what the next one does
  const float* weights;    // of the first channel, [units][channels][taps][16]
  Index unit_step, channel_step;
  PrefetchQueue::Share ahead;  // fetched meanwhile
  bool in_threes;  // three taps that follow each other read neighbours, over the whole row
};

struct BlockedTile {
  std::array<Products, 2> products;  // the second: of a shortcut, if there is one
  int product_count;
  float* sums;  // [pixels][units][16], of the first pixel
  Index sums_row_step;
  bool resume;  // add to what `sums` holds
};

/// The sums of a tile, in registers.
template <int Pixels, int Units>
class LaneSums {
 public:
  static constexpr int most = tile_rows(Pixels, Units), vectors = Units * unit_vectors;

  [[gnu::always_inline]] LaneSums(const BlockedTile& tile, int rows) {
#pragma GCC unroll 4
    for (auto& row : sums_)
#pragma GCC unroll 8
      for (auto& pixel : row)
#pragma GCC unroll 4
        for (auto& sum : pixel) sum = Floats::zero();
    if (tile.resume)
      for_sums(tile, rows, [](Floats& sum, const float* at) { sum = Floats::load(at); });
  }
  [[gnu::always_inline]] void store(const BlockedTile& tile, int rows) {
    for_sums(tile, rows, [](Floats& sum, float* at) { sum.store(at); });
  }

  /// sums += weights * pixels, tap by tap.
  template <int Stride>
  [[gnu::always_inline]] void add(const Products& of) {
    const TapStep *const first = of.steps, *const last = first + of.step_count;
    LinesAhead ahead(of);
    for (Index n = 0; n < of.channels.count; ++n) {
      const Index channel = of.channels[n];
      ahead.fetch_share();
      for (const TapStep* step = first; step != last; ++step) {
        Floats weights[Bound{vectors}];
        load_weights(of, channel, *step, weights);
        const float* pixels = of.x + channel * of.plane + step->pixels;
#pragma GCC unroll 4
        for (int r = 0; r < most; ++r, pixels += of.row_step) {
          const Finds finds = step->finds[r];
          if (finds == Finds::all)
            add_row<Stride, 0, Pixels>(r, pixels, weights);
          else if (finds == Finds::all_but_first)
            add_row<Stride, 1, Pixels>(r, pixels, weights);
          else if (finds == Finds::all_but_last)
            add_row<Stride, 0, Pixels - 1>(r, pixels, weights);
          else if (finds == Finds::all_but_both)
            add_row<Stride, 1, Pixels - 1>(r, pixels, weights);
        }
      }
    }
  }
  /// The same of one row and one tap, which finds all pixels.
  template <int Stride>
  [[gnu::always_inline]] void add_ones(const Products& of) {
    const TapStep step = of.steps[0];
    for (Index n = 0; n < of.channels.count; ++n) {
      const Index channel = of.channels[n];
      Floats weights[Bound{vectors}];
      load_weights(of, channel, step, weights);
      add_row<Stride, 0, Pixels>(0, of.x + channel * of.plane + step.pixels, weights);
    }
  }
  /// The same of one row, three taps at a time: each pixel is loaded once for them.
  [[gnu::always_inline]] void add_threes(const Products& of) {
    const TapStep *const first = of.steps, *const last = first + of.step_count;
    LinesAhead ahead(of);
    for (Index n = 0; n < of.channels.count; ++n) {
      const Index channel = of.channels[n];
      ahead.fetch_share();
      for (const TapStep* step = first; step != last; step += 3) {
        const float* const row = of.x + channel * of.plane + step[1].pixels;
        Floats pixels[Bound{Pixels}], weights[Bound{vectors}];
#pragma GCC unroll 8
        for (int i = 0; i < Pixels; ++i) {
          pixels[i] = Floats::broadcast(row[i]);
          keep_in_register(pixels[i]);
        }
#pragma GCC unroll 3
        for (int q = 0; q < 3; ++q) {
          load_weights(of, channel, step[q], weights);
#pragma GCC unroll 8
          for (int i = 0; i < Pixels; ++i) {
            const int from = i + q - 1;
            if (from < 0 || from == Pixels) continue;
#pragma GCC unroll 4
            for (int v = 0; v < vectors; ++v)
              sums_[0][i][v] = fma(weights[v], pixels[from], sums_[0][i][v]);
          }
        }
      }
    }
  }

 private:
  /// What is fetched ahead, shared by the channels.
  struct LinesAhead {
    Index every, each, due = 0;
    const float* const* next;

    [[gnu::always_inline]] explicit LinesAhead(const Products& of)
        : every(of.channels.count), each(of.ahead.count), next(of.ahead.lines) {}
    [[gnu::always_inline]] void fetch_share() {
      for (due += each; due >= every; due -= every) __builtin_prefetch(*next++, 0, 2);
    }
  };
  [[gnu::always_inline]] static void load_weights(const Products& of, Index channel,
                                                  const TapStep& step,
                                                  Floats (&weights)[Bound{vectors}]) {
    const float* const of_tap = of.weights + channel * of.channel_step + step.weights;
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      weights[v] =
          Floats::load(of_tap + v / unit_vectors * of.unit_step + v % unit_vectors * Floats::width);
      keep_in_register(weights[v]);
    }
  }
  template <int Stride, int begin, int end>
  [[gnu::always_inline]] void add_row(int r, const float* pixels,
                                      const Floats (&weights)[Bound{vectors}]) {
#pragma GCC unroll 8
    for (int i = begin; i < end; ++i) {
      Floats pixel = Floats::broadcast(pixels[i * Stride]);
      if constexpr (vectors > 1) keep_in_register(pixel);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sums_[r][i][v] = fma(weights[v], pixel, sums_[r][i][v]);
    }
  }
  template <class Body>
  [[gnu::always_inline]] void for_sums(const BlockedTile& tile, int rows, const Body& body) {
#pragma GCC unroll 4
    for (int r = 0; r < most; ++r) {
      if (r >= rows) break;
      float* const at = tile.sums + r * tile.sums_row_step;
#pragma GCC unroll 8
      for (int i = 0; i < Pixels; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v)
          body(sums_[r][i][v], at + (i * vectors + v) * Floats::width);
    }
  }

  Floats sums_[Bound{most}][Bound{Pixels}][Bound{vectors}];
};

/// sums += weights * pixels. With several units a tile is one row.
template <int Pixels, int Units>
[[gnu::noinline]] void add_channels(const BlockedTile& tile, int rows) {
  LaneSums<Pixels, Units> sums(tile, rows);
  for (int p = tile.product_count - 1; p >= 0; --p) {  // The shortcut first, as everywhere.
    const Products& of = tile.products[static_cast<std::size_t>(p)];
    if constexpr (Units > 1) {
      const bool once = of.step_count == 1 && of.steps[0].finds[0] == Finds::all;
      if (once || of.in_threes) {
        if (of.in_threes)
          sums.add_threes(of);
        else
          of.stride == 1 ? sums.template add_ones<1>(of) : sums.template add_ones<2>(of);
        continue;
      }
    }
    of.stride == 1 ? sums.template add<1>(of) : sums.template add<2>(of);
  }
  sums.store(tile, rows);
}

/// For 1 .. tile_pixels pixels and as many units as such a tile has.
template <int Pixels = tile_pixels, int Units = tile_units(Pixels)>
void add_channels(const BlockedTile& tile, int rows, int pixels, int units) {
  if constexpr (Pixels > 1)
    if (pixels < Pixels) return add_channels<Pixels - 1>(tile, rows, pixels, units);
  if constexpr (Units > 1)
    if (units < Units) return add_channels<Pixels, Units - 1>(tile, rows, pixels, units);
  add_channels<Pixels, Units>(tile, rows);
}

}  // namespace blocked
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
