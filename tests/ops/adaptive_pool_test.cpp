// Pooling to a given size: windows by hand, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/adaptive_pool.hpp>

#include "lists.hpp"
#include "sizes_table.hpp"

namespace adaptive_pool_test {

using namespace lists;
using namespace sizes_table;

TEST_CASE("adaptive pooling: windows overlap where the size does not divide") {
  // Five positions in three windows: [0, 2), [1, 4), [3, 5).
  const auto x = Tensor<float>::of({1, 3, 8, 4, 0}).reshape({1, 1, 5});
  CHECK(list(adaptive_avg_pool1d(x, 3)) == std::vector<float>{2, 5, 2});
  CHECK(list(adaptive_max_pool1d(x, 3)) == std::vector<float>{3, 8, 4});
  CHECK(list(adaptive_max_pool1d(x, 5)) == list(F(x)));
  CHECK(list(adaptive_avg_pool1d(x, 1))[0] == doctest::Approx(3.2));
  CHECK(list(adaptive_max_pool1d(x, 10)) == std::vector<float>{1, 1, 3, 3, 8, 8, 4, 4, 0, 0});
}

TEST_CASE("adaptive pooling: of images and volumes, without examples too") {
  const auto x = Tensor<float>::arange(24).reshape({1, 1, 4, 6});
  CHECK(list(adaptive_avg_pool2d(x, {2, 3})) ==
        std::vector<float>{3.5, 5.5, 7.5, 15.5, 17.5, 19.5});
  CHECK(list(adaptive_max_pool2d(x, {2, 3})) == std::vector<float>{7, 9, 11, 19, 21, 23});
  CHECK(list(adaptive_avg_pool2d(x, 1)) == std::vector<float>{11.5});
  CHECK(list(adaptive_max_pool2d(x, 1)) == std::vector<float>{23});
  CHECK(adaptive_avg_pool2d(Tensor<float>({0, 2, 4, 6}), 1).shape() == Shape{0, 2, 1, 1});
  CHECK(adaptive_max_pool2d(Tensor<float>({0, 2, 4, 6}), 3).shape() == Shape{0, 2, 3, 3});
  CHECK(adaptive_max_pool3d(Tensor<float>({1, 2, 4, 6, 5}), {2, 4, 3}).shape() ==
        Shape{1, 2, 2, 4, 3});
}

TEST_CASE("adaptive_max_pool2d: a NaN is the maximum of its windows") {
  auto x = Tensor<float>::arange(9).reshape({1, 1, 3, 3});
  x(0, 0, 1, 1) = std::numeric_limits<float>::quiet_NaN();
  for (const float y : list(adaptive_max_pool2d(x, 2))) CHECK(std::isnan(y));
  CHECK(std::isnan(list(adaptive_max_pool2d(x, {3, 1}))[1]));
  CHECK(list(adaptive_max_pool2d(x, {3, 1}))[2] == 8);
}

TEST_CASE("adaptive pooling: what does not fit is refused by name") {
  const Tensor<float> x({1, 2, 4, 5});
  CHECK_THROWS_WITH_AS(adaptive_avg_pool1d(x, 2),
                       "adaptive_avg_pool1d: expects x [N,C,L], got [1,2,4,5]", ShapeError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d(x, {2, 0}),
                       "adaptive_max_pool2d: sizes are at least 1 and at most 2^31, got 0",
                       ValueError);
  CHECK_THROWS_WITH_AS(adaptive_max_pool2d(Tensor<float>({1, 2, 0, 5}), 2),
                       "adaptive_max_pool2d: dimension 2 of [1,2,0,5] is empty", ShapeError);
}

TEST_CASE("adaptive pooling: tensors of any shape, options of any size") {
  for (const Index size : {1, 2, 3}) {
    on_every_shape("adaptive_avg_pool1d", [=](const F& x) { return adaptive_avg_pool1d(x, size); });
    on_every_shape("adaptive_max_pool1d", [=](const F& x) { return adaptive_max_pool1d(x, size); });
    on_every_shape("adaptive_avg_pool2d", [=](const F& x) { return adaptive_avg_pool2d(x, size); });
    on_every_shape("adaptive_max_pool2d", [=](const F& x) { return adaptive_max_pool2d(x, size); });
    on_every_shape("adaptive_avg_pool3d", [=](const F& x) { return adaptive_avg_pool3d(x, size); });
    on_every_shape("adaptive_max_pool3d", [=](const F& x) { return adaptive_max_pool3d(x, size); });
  }
}

}  // namespace adaptive_pool_test
