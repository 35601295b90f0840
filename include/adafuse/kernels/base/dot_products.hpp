// Dot products, as many at a time as a vector has lanes: some rows with some columns.
//
// Each product is summed in a register of its own, lanes along the common axis; at the end the
// lanes of all registers are joined together.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Rows times columns is the width of a vector.
template <int Columns>
class DotProducts {
 public:
  static constexpr int rows = Floats::width / Columns;

  DotProducts(const float* const* row, const float* const* column) : rows_(row), columns_(column) {
#pragma GCC unroll 16
    for (Floats& s : sums_) s = Floats::zero();
  }

  /// Adds the products of places [begin, end).
  [[gnu::always_inline]] void add(Index begin, Index end) {
    Index k = begin;
    for (; k + Floats::width <= end; k += Floats::width)
      add([&](const float* from) { return Floats::load(from + k); });
    if (k < end)
      add([&, rest = first_lanes(end - k)](const float* from) {
        return Floats::load(from + k, rest);
      });
  }

  /// Row r times column c, in lane r * Columns + c.
  [[gnu::always_inline]] Floats finish() {
    return join_lanes([&](int i) { return sums_[i]; }, [](Floats a, Floats b) { return a + b; });
  }

 private:
  template <class Load>
  [[gnu::always_inline]] void add(const Load& load) {
    Floats column[Bound{Columns}];
#pragma GCC unroll 4
    for (int c = 0; c < Columns; ++c) column[c] = load(columns_[c]);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const Floats row = load(rows_[r]);
#pragma GCC unroll 4
      for (int c = 0; c < Columns; ++c)
        sums_[r * Columns + c] = fma(row, column[c], sums_[r * Columns + c]);
    }
  }

  const float* const* rows_;     // [rows]
  const float* const* columns_;  // [Columns]
  Floats sums_[Floats::width];
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
