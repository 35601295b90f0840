// The three transforms together are a correlation of one tile.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/conv2d/winograd/transforms.hpp>

namespace winograd_transforms_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE(
    "winograd: A' ((G g G') . (B' d B)) A is the correlation of a 6x6 tile with a 3x3 kernel") {
  const auto g = Tensor<float>::randn({3, 3}, Key(1)), d = Tensor<float>::randn({6, 6}, Key(2));
  Floats pixels[6][6], transformed[6][6], weights[3][3], kernel[6][6], products[6][6], out[4][4];
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j) pixels[i][j] = Floats::broadcast(d(i, j));
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) weights[i][j] = Floats::broadcast(g(i, j));
  winograd::transform_square<6, 6>(pixels, transformed, winograd::transform_line_in);
  winograd::transform_square<3, 6>(weights, kernel, winograd::transform_line_weights);
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j) products[i][j] = transformed[i][j] * kernel[i][j];
  winograd::transform_square<6, 4>(products, out, winograd::transform_line_out);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      double y = 0;
      for (int p = 0; p < 3; ++p)
        for (int q = 0; q < 3; ++q) y += double(g(p, q)) * d(i + p, j + q);
      CHECK(sum(out[i][j]) / Floats::width == doctest::Approx(y).epsilon(1e-4));
    }
}

}  // namespace winograd_transforms_test
