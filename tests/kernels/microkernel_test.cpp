// The micro-kernel against loops over single numbers.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/microkernel.hpp>

namespace microkernel_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE(
    "microkernel: every number of rows and vectors, runs of weights, resumed sums and the "
    "epilogue") {
  constexpr Index depth = 12, row = tile_width;
  const auto w = Tensor<float>::randn({tile_rows, depth}, Key(1)),
             panel = Tensor<float>::randn({6, row}, Key(2));
  const auto before = Tensor<float>::randn({tile_rows, row}, Key(3));
  const Index starts[] = {1, 7};  // Weights 1, 2, 3 and 7, 8, 9 meet the six steps of the panel.
  Draws draw{Key(4)};
  for (int rows = 1; rows <= tile_rows; ++rows)
    for (int vectors = 1; vectors <= tile_vectors; ++vectors) {
      auto out = before.clone();
      TileRows tile;
      tile.accumulate = draw.chance(0.5);
      tile.epilogue = {draw.chance(0.5), draw.chance(0.5),
                       draw.chance(0.5) ? Activation::relu : Activation::identity};
      const Index last = 1 + draw.integer(Floats::width),
                  count = (vectors - 1) * Floats::width + last;
      tile.last_lanes = first_lanes(last);
      for (int r = 0; r < rows; ++r) {
        const auto i = static_cast<std::size_t>(r);
        tile.weights[i] = w.data() + r * depth, tile.out[i] = out.data() + r * row;
        tile.residual[i] = before.data() + r * row, tile.scale[i] = 2,
        tile.shift[i] = static_cast<float>(r);
      }
      multiply_panel(tile, rows, vectors, {starts, 2, 3}, panel.data());
      for (Index r = 0; r < tile_rows; ++r)
        for (Index j = 0; j < row; ++j) {
          double y = before(r, j);
          if (r < rows && j < count) {
            y = tile.accumulate ? y : 0;
            for (Index s = 0; s < 6; ++s)
              y += double(w(r, starts[s / 3] + s % 3)) *
                   panel.data()[s * vectors * Floats::width + j];
            if (tile.epilogue.affine) y = 2 * y + double(r);
            if (tile.epilogue.add_residual) y += before(r, j);
            y = activated(tile.epilogue.activation, y);
          }
          CHECK(out(r, j) == doctest::Approx(y).epsilon(1e-4));
        }
    }
}

}  // namespace microkernel_test
