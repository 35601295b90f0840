// Pooling of volumes: the definition, loop by loop, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/pool3d.hpp>

#include "sizes_table.hpp"

namespace pool3d_test {

using namespace sizes_table;

TEST_CASE("max_pool3d, avg_pool3d: the largest and the mean of boxes") {
  const auto x = Tensor<double>::randn({2, 3, 5, 4, 6}, Key(1));
  const Pool3dOptions o{.kernel = {2, 3, 2}, .stride = {1, 1, 3}, .padding = {1, 0, 1}};
  const auto largest = max_pool3d(x, o).value(), mean = avg_pool3d(x, o).value();
  REQUIRE(largest.shape() == Shape{2, 3, 6, 2, 3});
  REQUIRE(mean.shape() == largest.shape());
  for (Index n = 0; n < 2; ++n)
    for (Index c = 0; c < 3; ++c)
      for (Index l = 0; l < 6; ++l)
        for (Index i = 0; i < 2; ++i)
          for (Index j = 0; j < 3; ++j) {
            double top = -INFINITY, sum = 0;
            for (Index d = l - 1; d < l + 1; ++d)
              for (Index h = i; h < i + 3; ++h)
                for (Index w = 3 * j - 1; w < 3 * j + 1; ++w)
                  if (0 <= d && d < 5 && 0 <= w && w < 6) {
                    top = std::max(top, x(n, c, d, h, w));
                    sum += x(n, c, d, h, w);
                  }
            REQUIRE(largest(n, c, l, i, j) == top);
            REQUIRE(mean(n, c, l, i, j) == doctest::Approx(sum / 12));
          }
}

TEST_CASE("max_pool3d, avg_pool3d: the stride is the kernel, and there may be no examples") {
  const Tensor<float> x({0, 2, 9, 8, 7});
  CHECK(max_pool3d(x, {.kernel = {3, 2, 1}}).shape() == Shape{0, 2, 3, 4, 7});
  CHECK(avg_pool3d(x, {.kernel = 2, .ceil_mode = true}).shape() == Shape{0, 2, 5, 4, 4});
}

TEST_CASE("max_pool3d, avg_pool3d: what does not fit is refused by name") {
  const Tensor<float> x({1, 2, 3, 4, 5});
  CHECK_THROWS_WITH_AS(max_pool3d(Tensor<float>({1, 2, 3, 4}), {.kernel = 2}),
                       "max_pool3d: expects x [N,C,D,H,W], got [1,2,3,4]", ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool3d(x, {.kernel = {4, 1, 1}}),
                       "avg_pool3d: window 4 is larger than the padded input 3", ShapeError);
  CHECK_THROWS_AS(max_pool3d(x, {.kernel = 2, .padding = 2}), ValueError);
}

TEST_CASE("max_pool3d, avg_pool3d: tensors of any shape, options of any size") {
  on_every_shape("max_pool3d", [](const F& x) { return max_pool3d(x, {.kernel = 2}); });
  with_every_number("avg_pool3d", [](const F& x, Index n) { return avg_pool3d(x, {.kernel = n}); });
  with_every_number("max_pool3d, stride",
                    [](const F& x, Index n) { return max_pool3d(x, {.kernel = 1, .stride = n}); });
}

}  // namespace pool3d_test
