// Linear layers whose weights are known beforehand: y = relu(W x + b) for some rows x.
//
// The micro-kernel with its roles exchanged: the rows of a tile are rows of x, its vectors are
// outputs, and a panel is a piece of W that was turned before the first call. Nothing is packed and
// no vector is summed up, so that a few rows and a few outputs cost no more than their products.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/conv2d_rows.hpp>
#include <adafuse/kernels/microkernel.hpp>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {

/// The sizes of a layer, and how its outputs are cut into panels.
struct LinearShape {
  Index in, out;

  Index vectors() const { return (out + Floats::width - 1) / Floats::width; }
  Index panels() const { return (vectors() + tile_vectors - 1) / tile_vectors; }
  Range vectors_of(Index panel) const { return part(vectors(), panels(), panel); }
  /// How many numbers all panels have.
  Index packed_size() const { return vectors() * Floats::width * in; }
};

/// packed [packed_size()] of w [out, in]: for each panel [in][its vectors], with zeros behind the
/// last output.
inline void pack_linear(const LinearShape& s, const float* w, float* packed) {
  for (Index p = 0; p < s.panels(); ++p) {
    const Range vectors = s.vectors_of(p);
    for (Index k = 0; k < s.in; ++k)
      for (Index o = vectors.begin * Floats::width; o < vectors.end * Floats::width; ++o)
        *packed++ = o < s.out ? w[o * s.in + k] : 0;
  }
}

/// y [rows, out] = W x + b for x [rows, in], or its ReLU. `bias` [out], or null: 0.
inline void linear(const LinearShape& s, Index rows, const float* x, const float* packed,
                   const float* bias, bool relu, float* y) {
  const RowBlocks blocks{rows};
  const Index products = tile_rows * tile_width * s.in;  // of a tile
  parallel_for(s.panels() * blocks.count(), 1 + 50000 / products, [&](Index begin, Index end) {
    const FlushDenormals scope;
    for (Index task = begin; task < end; ++task) {
      const Range vectors = s.vectors_of(task / blocks.count());
      const Range block = blocks[task % blocks.count()];
      TileRows tile;
      tile.offset = vectors.begin * Floats::width;
      tile.last_lanes = first_lanes(s.out - (vectors.end - 1) * Floats::width);
      tile.add_residual = bias != nullptr;
      tile.relu = relu;
      for (Index r = block.begin; r < block.end; ++r) {
        const auto row = static_cast<std::size_t>(r - block.begin);
        tile.weights[row] = x + r * s.in;
        tile.out[row] = y + r * s.out;
        tile.residual[row] = bias;
      }
      const Index start = 0;
      multiply_panel(tile, static_cast<int>(block.size()), static_cast<int>(vectors.size()),
                     {&start, 1, s.in}, packed + tile.offset * s.in);
    }
  });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
