// The micro-kernel: a few output channels (rows) times a few vectors of pixels, kept in registers.
//
// Each row reaches its weights through a pointer of its own and broadcasts them from memory.
// Nothing is repacked, so any subset of output channels is a list of pointers and costs the same
// per channel.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/epilogue.hpp>
#include <adafuse/kernels/base/range.hpp>
#include <algorithm>
#include <array>
#include <utility>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// A tile: 5 rows of 64 pixels with AVX-512, of 16 with NEON, 4 of 24 with AVX2, 4 of 8 without
/// FMA, where a product needs a register too. So many sums hide how long each takes, each weight
/// that is loaded serves several, and the registers have room for the pixels.
inline constexpr int tile_rows = 3 + simd_registers / 16;
inline constexpr int tile_vectors = (simd_has_fma ? 2 : 1) + simd_registers / 16;
inline constexpr Index tile_width = tile_vectors * Floats::width;
/// The rows of a tile of one vector of pixels, whose sums would be too few otherwise.
inline constexpr int tall_rows = simd_registers / 4;

/// One for each row of a tile.
template <class T>
using PerRow = std::array<T, tall_rows>;

/// Where the rows of one tile go, and what happens to them on the way.
struct TileRows {
  PerRow<const float*> weights{};
  PerRow<float*> out{};
  PerRow<const float*> residual{};
  PerRow<float> start{};  // what the sums of a row begin with
  PerRow<float> scale{}, shift{};
  Index offset = 0;         // from where `out` and `residual` point to the tile
  bool accumulate = false;  // begin with `out` instead
  EpilogueParts epilogue;
  Mask last_lanes{};  // the lanes of the last vector that exist
};

/// The sums of a tile: `Rows` x `Vectors` registers.
template <int Rows, int Vectors>
class Accumulators {
 public:
  [[gnu::always_inline]] explicit Accumulators(const TileRows& tile) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const Floats start = Floats::broadcast(tile.start[static_cast<std::size_t>(r)]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums_[r][v] = start;
    }
    if (tile.accumulate) {
#pragma GCC unroll 16
      for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v)
          sums_[r][v] = load<Vectors>(tile.out[static_cast<std::size_t>(r)], v, tile);
    }
    take_weights(tile.weights);
  }

  /// The outputs of a large map, and what is added to them, are in no near cache: asks for their
  /// lines while sums are made.
  [[gnu::always_inline]] void fetch_outputs(const TileRows& tile) const {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v)
        __builtin_prefetch(tile.out[static_cast<std::size_t>(r)] + tile.offset + v * Floats::width,
                           1);
    if (!tile.epilogue.add_residual) return;
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v)
        __builtin_prefetch(tile.residual[static_cast<std::size_t>(r)] + tile.offset +
                           v * Floats::width);
  }

  /// The weights that are multiplied from now on.
  [[gnu::always_inline]] void take_weights(const PerRow<const float*>& weights) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) weights_[r] = weights[static_cast<std::size_t>(r)];
  }

  /// sums(r, v) += weight k of row r * pixels(v)
  [[gnu::always_inline]] void add(Index k, const Floats (&pixels)[Bound{Vectors}]) {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      const Floats weight = Floats::broadcast(weights_[r][k]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums_[r][v] = fma(weight, pixels[v], sums_[r][v]);
    }
  }

  /// Asks for weights [k, k + count) of all rows, which are to be at most a cache line.
  [[gnu::always_inline]] void fetch_weights(Index k, Index count) const {
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      __builtin_prefetch(weights_[r] + k);
      __builtin_prefetch(weights_[r] + k + count - 1);
    }
  }

  /// out = the epilogue of the sums.
  [[gnu::always_inline]] void finish(const TileRows& tile) {
    const auto row = [](int r) { return static_cast<std::size_t>(r); };
    apply_epilogue(
        tile.epilogue,
        [&](const auto& body) __attribute__((always_inline)) {
#pragma GCC unroll 16
          for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 8
            for (int v = 0; v < Vectors; ++v) body(sums_[r][v], r, v);
        },
        [&](int r, int) { return Floats::broadcast(tile.scale[row(r)]); },
        [&](int r, int) { return Floats::broadcast(tile.shift[row(r)]); },
        [&](int r, int v) { return load<Vectors>(tile.residual[row(r)], v, tile); });
    // Copies: any store could change what the tile says.
    const Index offset = tile.offset;
    const Mask last_lanes = tile.last_lanes;
#pragma GCC unroll 16
    for (int r = 0; r < Rows; ++r) {
      float* const out = tile.out[row(r)] + offset;
#pragma GCC unroll 8
      for (int v = 0; v + 1 < Vectors; ++v) sums_[r][v].store(out + v * Floats::width);
      sums_[r][Vectors - 1].store(out + (Vectors - 1) * Floats::width, last_lanes);
    }
  }

 private:
  template <int Count>
  static Floats load(const float* row, int v, const TileRows& tile) {
    const float* p = row + tile.offset + v * Floats::width;
    return v + 1 < Count ? Floats::load(p) : Floats::load(p, tile.last_lanes);
  }

  Floats sums_[Bound{Rows}][Bound{Vectors}];
  const float* weights_[Bound{Rows}];
};

/// Which weights of a row meet the steps of a panel, in order: `count` runs of `length` weights
/// that start at `starts[0]`, `starts[1]`, ... A dense row is one run that starts at 0.
struct WeightRuns {
  const Index* starts;
  Index count, length;
};

/// rows += weights * panel, for a panel [steps][Vectors * width] that lies in memory step by step.
template <int Rows, int Vectors>
[[gnu::noinline]] void multiply_panel(const TileRows& tile, const WeightRuns& runs,
                                      const float* panel) {
  Accumulators<Rows, Vectors> sums(tile);
  sums.fetch_outputs(tile);
  const auto add_step = [&](Index k) __attribute__((always_inline)) {
    Floats pixels[Bound{Vectors}];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      pixels[v] = Floats::load(panel + v * Floats::width);
      keep_in_register(pixels[v]);
    }
    sums.add(k, pixels);
    panel += Vectors * Floats::width;
  };
  if (runs.length == 1)  // A loop in a loop would cost a tenth here.
    for (Index run = 0; run < runs.count; ++run) add_step(runs.starts[run]);
  else
    for (Index run = 0; run < runs.count; ++run)
      for (Index k = runs.starts[run], end = k + runs.length; k < end; ++k) add_step(k);
  sums.finish(tile);
}

/// Calls `kernel.template operator()<rows, vectors>()` for 1 .. tile_rows rows and 1 ..
/// tile_vectors vectors that are known at run time.
template <int Rows = tile_rows, int Vectors = tile_vectors, class Kernel>
void for_tile_size(int rows, int vectors, const Kernel& kernel) {
  const int size = (rows - 1) * Vectors + vectors - 1;
  [&]<int... Sizes>(std::integer_sequence<int, Sizes...>) {
    const bool found =
        ((size == Sizes &&
          (kernel.template operator()<Sizes / Vectors + 1, Sizes % Vectors + 1>(), true)) ||
         ...);
    static_cast<void>(found);
  }
  (std::make_integer_sequence<int, Rows * Vectors>());
}

/// rows += weights * panel for 1 .. tile_rows rows and 1 .. tile_vectors vectors.
inline void multiply_panel(const TileRows& tile, int rows, int vectors, const WeightRuns& runs,
                           const float* panel) {
  for_tile_size(rows, vectors,
                [&]<int Rows, int Vectors>() { multiply_panel<Rows, Vectors>(tile, runs, panel); });
}

/// Rows cut into tiles of nearly the same number: with few accumulators, a multiply-add waits for
/// the one before it, so that a tile of one row would take as long as one of three.
struct RowBlocks : EvenParts {
  explicit RowBlocks(Index rows) : EvenParts(rows, tile_rows) {}
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
