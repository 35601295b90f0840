// Images read at points of a grid: by hand, outside of the image, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/grid_sample.hpp>

#include "sizes_table.hpp"

namespace grid_sample_test {

using namespace sizes_table;

namespace {

/// An image of two rows, 0 1 2 and 3 4 5.
Tensor<float> image() { return Tensor<float>::arange(6).reshape({1, 1, 2, 3}); }

/// What the image holds at the point (u, v).
float at(float u, float v, const GridSampleOptions& options) {
  const F grid = Tensor<float>::of({u, v}).reshape({1, 1, 1, 2});
  return grid_sample(image(), grid, options).item();
}

}  // namespace

TEST_CASE("grid_sample: -1 and 1 are centres of pixels with align_corners, outer edges without") {
  const GridSampleOptions corners{.align_corners = true};
  CHECK(at(-1, -1, corners) == 0);
  CHECK(at(1, 1, corners) == 5);
  CHECK(at(0, 0, corners) == 2.5);
  CHECK(at(0.5, -1, corners) == 1.5);
  CHECK(at(0, 0, {}) == 2.5);
  CHECK(at(-1, -1, {}) == 0);
  CHECK(at(1, 1, {}) == 1.25);  // a quarter of the last pixel is inside
  CHECK(at(1, 1, {.mode = GridMode::nearest, .align_corners = true}) == 5);
}

TEST_CASE("grid_sample: outside there are zeros, the edge, or the mirror image") {
  const auto u = [](GridPadding padding) {  // a pixel and a half to the right of the last centre
    return at(2.5f, -1, {.padding_mode = padding, .align_corners = true});
  };
  CHECK(u(GridPadding::zeros) == 0);
  CHECK(u(GridPadding::border) == 2);
  CHECK(u(GridPadding::reflection) == 0.5);
  for (const float far : {1e30f, -1e30f, INFINITY, -INFINITY}) {
    CHECK(at(far, 0, {}) == 0);
    CHECK(std::isfinite(at(far, 0, {.padding_mode = GridPadding::border})));
  }
  CHECK(std::isnan(at(std::numeric_limits<float>::quiet_NaN(), 0, {})));
}

TEST_CASE("grid_sample: an infinite pixel reaches its neighbourhood alone") {
  auto x = image();
  x(0, 0, 0, 0) = INFINITY;
  const F grid = Tensor<float>::of({{1, 1}, {-0.9f, -0.9f}, {9, 9}}).reshape({1, 1, 3, 2});
  const auto y = grid_sample(x, grid, {.align_corners = true}).value();
  CHECK(y(0, 0, 0, 0) == 5);
  CHECK(std::isinf(y(0, 0, 0, 1)));
  CHECK(y(0, 0, 0, 2) == 0);
}

TEST_CASE("grid_sample: a grid of the image's own pixels gives the image, for each of a batch") {
  const auto x = Tensor<double>::randn({2, 3, 4, 5}, Key(1));
  auto grid = Tensor<double>::uninitialized({2, 4, 5, 2});
  for (Index n = 0; n < 2; ++n)
    for (Index i = 0; i < 4; ++i)
      for (Index j = 0; j < 5; ++j) {
        grid(n, i, j, 0) = (2 * static_cast<double>(j) + 1) / 5 - 1;
        grid(n, i, j, 1) = (2 * static_cast<double>(i) + 1) / 4 - 1;
      }
  const auto y = grid_sample(x, Variable<double>(grid)).value();
  REQUIRE(y.shape() == x.shape());
  for (Index k = 0; k < x.size(); ++k) CHECK(y.data()[k] == doctest::Approx(x.data()[k]));
}

TEST_CASE("grid_sample: without examples or points; what does not fit is refused") {
  const auto grid = [](Shape shape) { return F(Tensor<float>(shape)); };
  CHECK(grid_sample(Tensor<float>({0, 2, 3, 4}), grid({0, 5, 6, 2})).shape() == Shape{0, 2, 5, 6});
  CHECK(grid_sample(Tensor<float>({2, 2, 3, 4}), grid({2, 0, 6, 2})).shape() == Shape{2, 2, 0, 6});
  CHECK_THROWS_WITH_AS(grid_sample(Tensor<float>({2, 2, 3, 4}), grid({1, 5, 6, 2})),
                       "grid_sample: expects x [N,C,H,W] and grid [N,Ho,Wo,2], got x [2,2,3,4] and "
                       "grid [1,5,6,2]",
                       ShapeError);
  CHECK_THROWS_AS(grid_sample(Tensor<float>({2, 2, 3, 4}), grid({2, 5, 6, 3})), ShapeError);
  CHECK_THROWS_WITH_AS(grid_sample(Tensor<float>({2, 2, 0, 4}), grid({2, 5, 6, 2})),
                       "grid_sample: x [2,2,0,4] has no pixels", ShapeError);
  on_every_shape("grid_sample", [&](const F& x) {
    return grid_sample(x, grid({x.rank() > 0 ? x.size(0) : 0, 2, 3, 2}));
  });
}

}  // namespace grid_sample_test
