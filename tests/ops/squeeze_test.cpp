// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/squeeze.hpp>

namespace squeeze_test {

using namespace adafuse;

TEST_CASE("squeeze: dimensions of size 1 go, others stay; the memory is shared") {
  const Tensor<float> x(Shape{1, 3, 1, 2});
  CHECK(squeeze(x).shape() == Shape{3, 2});
  CHECK(squeeze(x, 0).shape() == Shape{3, 1, 2});
  CHECK(squeeze(x, {-2, 1}).shape() == Shape{1, 3, 2});
  CHECK(squeeze(x).value().data() == x.data());
  CHECK(squeeze(Tensor<float>(Shape{1, 1})).shape() == Shape{});
  CHECK(squeeze(Tensor<float>(Shape{1, 0})).shape() == Shape{0});
  CHECK(squeeze(Tensor<float>::scalar(1)).shape() == Shape{});
  CHECK_THROWS_WITH_AS(squeeze(x, 4), "squeeze: dimension 4 is outside of [1,3,1,2]", ShapeError);
}

TEST_CASE("unsqueeze: a dimension of size 1 comes, anywhere") {
  const Tensor<float> x(Shape{3, 2});
  CHECK(unsqueeze(x, 0).shape() == Shape{1, 3, 2});
  CHECK(unsqueeze(x, 2).shape() == Shape{3, 2, 1});
  CHECK(unsqueeze(x, -1).shape() == Shape{3, 2, 1});
  CHECK(unsqueeze(x, -3).shape() == Shape{1, 3, 2});
  CHECK(unsqueeze(Tensor<float>::scalar(1), 0).shape() == Shape{1});
  CHECK_THROWS_WITH_AS(unsqueeze(x, 3), "unsqueeze: dimension 3 is outside of the result of [3,2]",
                       ShapeError);
  CHECK_THROWS_AS(unsqueeze(Tensor<float>(Shape{1, 1, 1, 1, 1, 1, 1, 1}), 0), ShapeError);
}

}  // namespace squeeze_test
