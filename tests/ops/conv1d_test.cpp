// Convolution along a line: by hand, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/conv1d.hpp>

#include "sizes_table.hpp"

namespace conv1d_test {

using namespace sizes_table;

TEST_CASE("conv1d: differences of neighbours, each channel of a group by its own weights") {
  const auto x = Tensor<float>::of({{1, 4, 9, 16}, {0, 1, 0, 2}}).reshape({1, 2, 4});
  const F w = Tensor<float>::of({{-1, 1}, {1, 1}}).reshape({2, 1, 2});
  const auto y = conv1d(x, w, {.groups = 2}).value();
  CHECK(y.shape() == Shape{1, 2, 3});
  const std::vector<float> expected = {3, 5, 7, 1, 1, 2};
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
  const auto padded =
      conv1d(x, w, F(Tensor<float>::of({10, 20})), {.stride = 3, .padding = 1, .groups = 2});
  CHECK(padded.value()(0, 0, 0) == 11);
  CHECK(padded.value()(0, 1, 1) == 22);
}

TEST_CASE("conv1d: without examples, of one position") {
  const F w = Tensor<float>::ones({3, 2, 1});
  CHECK(conv1d(Tensor<float>({0, 2, 5}), w).shape() == Shape{0, 3, 5});
  CHECK(conv1d(Tensor<float>::ones({1, 2, 1}), w).value()(0, 2, 0) == 2);
}

TEST_CASE("conv1d: what does not fit is refused by name") {
  const Tensor<float> x({1, 2, 5});
  const auto weight = [](Shape shape) { return F(Tensor<float>(shape)); };
  CHECK_THROWS_WITH_AS(conv1d(Tensor<float>({2, 5}), weight({3, 2, 1})),
                       "conv1d: expects x [N,C,L] and weight [out,in/groups,k], got x [2,5] and "
                       "weight [3,2,1]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(x, weight({3, 4, 1})),
                       "conv1d: weight [3,4,1] expects 4 input channels, x [1,2,5] has 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv1d(x, weight({3, 2, 1}), weight({2})),
                       "conv1d: expects bias [3], got [2]", ShapeError);
  CHECK_THROWS_AS(conv1d(x, weight({3, 2, 6})), ShapeError);
  CHECK_THROWS_AS(conv1d(x, weight({3, 2, 1}), {.stride = 0}), ValueError);
  CHECK_THROWS_AS(conv1d(x, weight({3, 2, 1}), {.groups = 0}), ValueError);
}

TEST_CASE("conv1d: tensors of any shape, options of any size") {
  const F w = Tensor<float>::ones({2, 4, 1});
  on_every_shape("conv1d", [&](const F& x) { return conv1d(x, w, {.padding = 1}); });
  with_every_number("conv1d, stride",
                    [&](const F& x, Index n) { return conv1d(x, w, {.stride = n}); });
  with_every_number("conv1d, dilation",
                    [&](const F& x, Index n) { return conv1d(x, w, {.dilation = n}); });
  with_every_number("conv1d, groups",
                    [&](const F& x, Index n) { return conv1d(x, w, {.groups = n}); });
}

}  // namespace conv1d_test
