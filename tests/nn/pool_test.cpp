// Pooling as layers: a window, no parameters.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/pool.hpp>
#include <adafuse/nn/state.hpp>

namespace pool_test {

using namespace adafuse;

TEST_CASE("pooling layers: the largest, the mean, the mean of all") {
  const auto x = Tensor<float>::arange(16).reshape({1, 1, 4, 4});
  nn::Context<float> ctx;
  const nn::MaxPool2d<float> largest{{.kernel = 2}};
  const nn::AvgPool2d<float> average{{.kernel = 2, .stride = 1}};
  const nn::GlobalAvgPool<float> global;
  CHECK(largest.forward(x, ctx).shape() == Shape{1, 1, 2, 2});
  CHECK(largest.forward(x, ctx).value()(0, 0, 1, 0) == 13);
  CHECK(average.forward(x, ctx).shape() == Shape{1, 1, 3, 3});
  CHECK(average.forward(x, ctx).value()(0, 0, 0, 0) == 2.5);
  CHECK(global.forward(x, ctx).shape() == Shape{1, 1});
  CHECK(global.forward(x, ctx).value()(0, 0) == 7.5);
  CHECK(nn::state(largest).empty());
  CHECK(nn::state(average).empty());
  CHECK(nn::state(global).empty());
}

}  // namespace pool_test
