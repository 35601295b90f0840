// Pooling of lines and volumes, and to a given size, as layers: options, no parameters.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/pool_nd.hpp>
#include <adafuse/nn/state.hpp>

namespace pool_nd_test {

using namespace adafuse;

TEST_CASE("pooling layers: lines and volumes, by windows and to a size") {
  nn::Context<float> ctx;
  const auto line = Tensor<float>::arange(6).reshape({1, 1, 6});
  const auto image = Tensor<float>::arange(24).reshape({1, 1, 4, 6});
  const auto volume = Tensor<float>::arange(64).reshape({1, 1, 4, 4, 4});
  const nn::MaxPool1d<float> max_line{{.kernel = 2}};
  const nn::AvgPool1d<float> mean_line{{.kernel = 2}};
  const nn::MaxPool3d<float> max_volume{{.kernel = 2}};
  const nn::AvgPool3d<float> mean_volume{{.kernel = 2}};
  CHECK(max_line.forward(line, ctx).value()(0, 0, 2) == 5);
  CHECK(mean_line.forward(line, ctx).value()(0, 0, 2) == 4.5);
  CHECK(max_volume.forward(volume, ctx).value()(0, 0, 0, 0, 0) == 21);
  CHECK(mean_volume.forward(volume, ctx).value()(0, 0, 0, 0, 0) == 10.5);
  CHECK(nn::AdaptiveAvgPool1d<float>{3}.forward(line, ctx).value()(0, 0, 1) == 2.5);
  CHECK(nn::AdaptiveMaxPool1d<float>{3}.forward(line, ctx).value()(0, 0, 1) == 3);
  CHECK(nn::AdaptiveAvgPool2d<float>{{2, 3}}.forward(image, ctx).value()(0, 0, 0, 0) == 3.5);
  CHECK(nn::AdaptiveMaxPool2d<float>{}.forward(image, ctx).value()(0, 0, 0, 0) == 23);
  CHECK(nn::AdaptiveAvgPool3d<float>{2}.forward(volume, ctx).value()(0, 0, 0, 0, 0) == 10.5);
  CHECK(nn::AdaptiveMaxPool3d<float>{2}.forward(volume, ctx).value()(0, 0, 1, 1, 1) == 63);
  CHECK(nn::state(max_line).empty());
  CHECK(nn::state(nn::AdaptiveAvgPool2d<float>{}).empty());
}

}  // namespace pool_nd_test
