// Pooling along a line: by hand, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/pool1d.hpp>

#include "lists.hpp"
#include "sizes_table.hpp"

namespace pool1d_test {

using namespace lists;
using namespace sizes_table;

namespace {

const float NaN = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("max_pool1d, avg_pool1d: windows along the line") {
  const auto x = Tensor<float>::of({1, 5, 2, 4, 9}).reshape({1, 1, 5});
  CHECK(list(max_pool1d(x, {.kernel = 2})) == std::vector<float>{5, 4});
  CHECK(list(max_pool1d(x, {.kernel = 2, .ceil_mode = true})) == std::vector<float>{5, 4, 9});
  CHECK(list(max_pool1d(x, {.kernel = 3, .stride = 2, .padding = 1})) ==
        std::vector<float>{5, 5, 9});
  CHECK(list(avg_pool1d(x, {.kernel = 2})) == std::vector<float>{3, 3});
  CHECK(list(avg_pool1d(x, {.kernel = 2, .padding = 1})) == std::vector<float>{0.5, 3.5, 6.5});
  CHECK(list(avg_pool1d(x, {.kernel = 2, .padding = 1, .count_include_pad = false})) ==
        std::vector<float>{1, 3.5, 6.5});
  CHECK(max_pool1d(Tensor<float>({0, 2, 5}), {.kernel = 2}).shape() == Shape{0, 2, 2});
  const auto y = max_pool1d(Tensor<float>::of({1, NaN, 3, 4}).reshape({1, 1, 4}), {.kernel = 2});
  CHECK(std::isnan(y.value()(0, 0, 0)));
  CHECK(y.value()(0, 0, 1) == 4);
}

TEST_CASE("max_pool1d, avg_pool1d: what does not fit is refused by name") {
  const Tensor<float> x({1, 2, 5});
  CHECK_THROWS_WITH_AS(max_pool1d(Tensor<float>({2, 5}), {.kernel = 2}),
                       "max_pool1d: expects x [N,C,L], got [2,5]", ShapeError);
  CHECK_THROWS_WITH_AS(avg_pool1d(x, {.kernel = 6}),
                       "avg_pool1d: window 6 is larger than the padded input 5", ShapeError);
  CHECK_THROWS_AS(max_pool1d(x, {}), ValueError);
  CHECK_THROWS_AS(max_pool1d(x, {.kernel = 2, .padding = 2}), ValueError);
  CHECK_THROWS_AS(avg_pool1d(x, {.kernel = 2, .stride = 0}), ValueError);
}

TEST_CASE("max_pool1d, avg_pool1d: tensors of any shape, options of any size") {
  on_every_shape("max_pool1d", [](const F& x) { return max_pool1d(x, {.kernel = 2}); });
  with_every_number("avg_pool1d", [](const F& x, Index n) { return avg_pool1d(x, {.kernel = n}); });
  with_every_number("max_pool1d, stride",
                    [](const F& x, Index n) { return max_pool1d(x, {.kernel = 1, .stride = n}); });
}

}  // namespace pool1d_test
