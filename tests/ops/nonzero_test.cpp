// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/nonzero.hpp>

namespace nonzero_test {

using namespace adafuse;

TEST_CASE("nonzero: the indices of what is not 0, in order; a NaN is not") {
  const auto y = nonzero(Tensor<float>::of({{0, 1, 0}, {NAN, 0, -2}}));
  CHECK(y.shape() == Shape{3, 2});
  const std::vector<std::int64_t> expected{0, 1, 1, 0, 1, 2};
  CHECK(std::equal(y.begin(), y.end(), expected.begin(), expected.end()));
  CHECK(nonzero(Tensor<std::uint8_t>::of({0, 1, 1}))(1, 0) == 2);
  CHECK(nonzero(Variable<double>(Tensor<double>::of({0, 0, 3})))(0, 0) == 2);
}

TEST_CASE("nonzero: of zeros, of nothing, of rank 0") {
  CHECK(nonzero(Tensor<float>(Shape{2, 3})).shape() == Shape{0, 2});
  CHECK(nonzero(Tensor<float>(Shape{2, 0, 3})).shape() == Shape{0, 3});
  CHECK(nonzero(Tensor<float>::scalar(2)).shape() == Shape{1, 0});
  CHECK(nonzero(Tensor<float>::scalar(0)).shape() == Shape{0, 0});
  CHECK_THROWS_WITH_AS(nonzero(Tensor<float>()), "nonzero: needs a tensor that is defined",
                       ValueError);
}

}  // namespace nonzero_test
