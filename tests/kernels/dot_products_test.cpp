// DotProducts: rows with columns, each of which has memory of its own and any length.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/dot_products.hpp>

namespace dot_products_test {

using namespace adafuse;
using namespace adafuse::kernels;

namespace {

/// Products of places [0, cut) and [cut, length), which are added up in two calls.
template <int Columns>
void check(Index length, Index cut) {
  constexpr Index rows = DotProducts<Columns>::rows;
  const auto a = Tensor<float>::randn({rows, length}, Key(1)),
             b = Tensor<float>::randn({Columns, length}, Key(2));
  const float *row[rows], *column[Columns];
  for (Index r = 0; r < rows; ++r) row[r] = a.data() + r * length;
  for (Index c = 0; c < Columns; ++c) column[c] = b.data() + c * length;
  DotProducts<Columns> products(row, column);
  products.add(0, cut);
  products.add(cut, length);
  float lanes[Floats::width];
  products.finish().store(lanes);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < Columns; ++c) {
      double expected = 0;
      for (Index k = 0; k < length; ++k) expected += double{a(r, k)} * b(c, k);
      CHECK(std::abs(lanes[r * Columns + c] - expected) < 1e-6 * static_cast<double>(length + 1));
    }
}

}  // namespace

TEST_CASE("dot products: every row with every column, of lengths that fill vectors and others") {
  for (const Index length : {0, 1, 3, 16, 17, 40, 129})
    for (const Index cut : {Index{0}, length / 3, length}) {
      CAPTURE(length);
      CAPTURE(cut);
      check<1>(length, cut);
      check<2>(length, cut);
      check<4>(length, cut);
    }
}

}  // namespace dot_products_test
