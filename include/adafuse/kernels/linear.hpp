// Linear layers whose weights are known beforehand: y = activation(W x + b) for some rows x.
//
// The micro-kernel with its roles exchanged: the rows of a tile are rows of x, its vectors are
// outputs, and a panel is a piece of W, packed before the first call. No call packs anything, and
// no vector is summed up, so that a few rows and a few outputs cost no more than their products.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/range.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/microkernel.hpp>
#endif

namespace adafuse::kernels {

/// The sizes of a layer, and how its outputs are cut into panels: of 48, the last of 16, 32 or 48.
/// All vector paths share them: one file may pack and another, with other flags, multiply.
struct LinearShape {
  Index in, out;

  static constexpr Index unit = 16, panel = 3 * unit;

  ADAFUSE_INLINE Index panels() const { return (out + panel - 1) / panel; }
  ADAFUSE_INLINE Index padded_out() const { return (out + unit - 1) / unit * unit; }
  ADAFUSE_INLINE Range outputs_of(Index p) const {
    return {p * panel, std::min((p + 1) * panel, padded_out())};
  }
  /// How many numbers all panels have.
  ADAFUSE_INLINE Index packed_size() const { return padded_out() * in; }
};

inline namespace ADAFUSE_SIMD {

/// packed [packed_size()] of w [out, in]: for each panel [in][its outputs], with zeros behind the
/// last output.
inline void pack_linear(const LinearShape& s, const float* w, float* packed) {
  for (Index p = 0; p < s.panels(); ++p) {
    const Range outputs = s.outputs_of(p);
    for (Index k = 0; k < s.in; ++k)
      for (Index o = outputs.begin; o < outputs.end; ++o)
        *packed++ = o < s.out ? w[o * s.in + k] : 0;
  }
}

#ifdef ADAFUSE_COMPILED
template <class RowAt>
void linear(const LinearShape& s, Index rows, const RowAt& row_at, const float* packed,
            const float* bias, Activation activation, float* y) {
  const auto call = [](const void* of, Index r) -> const float* {
    return (*static_cast<const RowAt*>(of))(r);
  };
  compiled::vector_path().prepared.linear(s, rows, call, &row_at, packed, bias, activation, y);
}
#else

/// rows += rows of x [in] * the vectors at `outputs`, which lie `pitch` numbers apart (in
/// multiply_panel() that step is known when it is compiled).
template <int Rows, int Vectors>
[[gnu::noinline]] void multiply_outputs(const TileRows& tile, Index in, const float* outputs,
                                        Index pitch) {
  Accumulators<Rows, Vectors> sums(tile);
  sums.fetch_outputs(tile);
  for (Index k = 0; k < in; ++k, outputs += pitch) {
    Floats loaded[Bound{Vectors}];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) {
      loaded[v] = Floats::load(outputs + v * Floats::width);
      keep_in_register(loaded[v]);
    }
    sums.add(k, loaded);
  }
  sums.finish(tile);
}

/// The `outputs` of one panel for 1 .. tile_rows rows, of `in` places of x: in one tile, or in
/// several for narrow vectors. The last two share evenly what is left for them.
inline void multiply_places(TileRows& tile, int rows, const LinearShape& s, Range outputs, Index in,
                            const float* panel) {
  const Index end = std::min(outputs.end, s.out);
  Index vectors = 0;
  for (Index o = outputs.begin; o < end; o += vectors * Floats::width) {
    const Index left = (end - o + Floats::width - 1) / Floats::width;
    vectors = left <= tile_vectors ? left : std::min<Index>(tile_vectors, (left + 1) / 2);
    tile.offset = o;
    tile.last_lanes = first_lanes(end - o - (vectors - 1) * Floats::width);
    for_tile_size(rows, static_cast<int>(vectors), [&]<int Rows, int Vectors>() {
      multiply_outputs<Rows, Vectors>(tile, in, panel + (o - outputs.begin), outputs.size());
    });
  }
}

/// The same of all places. A sum of many terms is made of pieces, of which each is added to the sum
/// of those before it, as the first is to the bias.
inline void multiply_outputs(TileRows& tile, int rows, const LinearShape& s, Range outputs,
                             const float* packed) {
  constexpr Index longest = 8192;  // terms that a float adds up
  const float* const panel = packed + outputs.begin * s.in;
  if (s.in <= longest) return multiply_places(tile, rows, s, outputs, s.in, panel);
  TileRows some = tile;
  for (Index k = 0; k < s.in; k += longest) {
    const Index in = std::min(longest, s.in - k);
    if (k + in < s.in)
      some.epilogue.activation = Activation::identity;
    else
      some.epilogue.activation = tile.epilogue.activation;
    multiply_places(some, rows, s, outputs, in, panel + k * outputs.size());
    for (int r = 0; r < rows; ++r) some.weights[static_cast<std::size_t>(r)] += in;
    some.epilogue.add_residual = true;
    std::copy(some.out.begin(), some.out.end(), some.residual.begin());
  }
}

/// y [rows, out] = activation(W x + b), for rows x [in], of which `row_at(r)` points to the r-th.
/// `bias` [out], or null: 0.
template <class RowAt>
void linear(const LinearShape& s, Index rows, const RowAt& row_at, const float* packed,
            const float* bias, Activation activation, float* y) {
  const RowBlocks blocks{rows};
  const Index products = tile_rows * s.panel * s.in;  // of a block and a panel
  parallel_for(s.panels() * blocks.count(), 1 + 50000 / products, Work::multiply_adds(products),
               [&](Index begin, Index end) {
                 const FlushDenormals scope;
                 TileRows tile;
                 tile.epilogue = {false, bias != nullptr, activation};
                 for (Index task = begin; task < end; ++task) {
                   const Range block = blocks[task % blocks.count()];
                   for (Index r = block.begin; r < block.end; ++r) {
                     const auto row = static_cast<std::size_t>(r - block.begin);
                     tile.weights[row] = row_at(r);
                     tile.out[row] = y + r * s.out;
                     tile.residual[row] = bias;
                   }
                   multiply_outputs(tile, static_cast<int>(block.size()), s,
                                    s.outputs_of(task / blocks.count()), packed);
                 }
               });
}

#endif

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
