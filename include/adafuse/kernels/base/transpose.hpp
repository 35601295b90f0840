// Transposing matrices in squares of registers, so that whole cache lines are read and
// written.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <algorithm>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Matrices of one size that lie `step` apart and count as their sum, added in order.
struct Parts {
  Index count, step;

  /// One vector of the sum; `source` is where the first part has it.
  Floats load(const float* source, Mask lanes) const {
    Floats sum = Floats::load(source, lanes);
    for (Index p = 1; p < count; ++p) sum = sum + Floats::load(source + p * step, lanes);
    return sum;
  }
};
inline constexpr Parts one_part{1, 0};

/// target [rows, columns] = the transpose of source [columns, rows]. The steps are the distances
/// between rows in memory.
inline void transpose_into(const float* source, Index source_step, Index rows, Index columns,
                           Parts parts, float* target, Index target_step) {
  constexpr Index width = Floats::width;
  for (Index c = 0; c < columns; c += width)
    for (Index r = 0; r < rows; r += width) {
      const Mask row_lanes = first_lanes(rows - r), column_lanes = first_lanes(columns - c);
      Floats square[Floats::width];
#pragma GCC unroll 16
      for (Index l = 0; l < width; ++l)
        square[l] = c + l < columns ? parts.load(source + (c + l) * source_step + r, row_lanes)
                                    : Floats::zero();
      for (Index l = 0; l < width; ++l)  // Pieces of rows are no stream: ask for the next ones.
        __builtin_prefetch(source + (c + width + l) * source_step + r);
      transpose(square);
      for (Index l = 0; l < std::min(width, rows - r); ++l)
        square[l].store(target + (r + l) * target_step + c, column_lanes);
    }
}

/// target [rows, columns] = source [rows, columns], not transposed.
inline void copy_into(const float* source, Index source_step, Index rows, Index columns,
                      Parts parts, float* target, Index target_step) {
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; c += Floats::width) {
      const Mask lanes = first_lanes(columns - c);
      parts.load(source + r * source_step + c, lanes).store(target + r * target_step + c, lanes);
    }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
