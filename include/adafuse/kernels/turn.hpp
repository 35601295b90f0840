// Turning matrices: transposes in squares of registers, so that whole cache lines are read and
// written.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <algorithm>

namespace adafuse::kernels {
inline namespace ADAFUSE_SIMD {

/// target [rows, columns] = the transpose of source [columns, rows], or with `add`: += it. The
/// steps are the distances between rows in memory.
inline void turn_into(const float* source, Index source_step, Index rows, Index columns, bool add,
                      float* target, Index target_step) {
  constexpr Index width = Floats::width;
  for (Index c = 0; c < columns; c += width)
    for (Index r = 0; r < rows; r += width) {
      const Mask row_lanes = first_lanes(rows - r), column_lanes = first_lanes(columns - c);
      Floats square[Floats::width];
#pragma GCC unroll 16
      for (Index l = 0; l < width; ++l)
        square[l] = c + l < columns ? Floats::load(source + (c + l) * source_step + r, row_lanes)
                                    : Floats::zero();
      transpose(square);
      for (Index l = 0; l < std::min(width, rows - r); ++l) {
        float* out = target + (r + l) * target_step + c;
        if (add) square[l] = square[l] + Floats::load(out, column_lanes);
        square[l].store(out, column_lanes);
      }
    }
}

/// target [rows, columns] = source, or with `add`: += it; not turned.
inline void copy_into(const float* source, Index source_step, Index rows, Index columns, bool add,
                      float* target, Index target_step) {
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; c += Floats::width) {
      const Mask lanes = first_lanes(columns - c);
      float* out = target + r * target_step + c;
      Floats value = Floats::load(source + r * source_step + c, lanes);
      if (add) value = value + Floats::load(out, lanes);
      value.store(out, lanes);
    }
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
