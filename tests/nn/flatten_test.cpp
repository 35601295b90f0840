// Flatten and Identity: shapes, and their place in a Sequential.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/flatten.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/sequential.hpp>

namespace flatten_test {

using namespace adafuse;

TEST_CASE("Flatten: images as rows; from another dimension on") {
  nn::Context<float> ctx;
  const auto x = Tensor<float>::arange(24).reshape({2, 3, 2, 2});
  const auto y = nn::Flatten<float>{}.forward(x, ctx).value();
  REQUIRE(y.shape() == Shape{2, 12});
  CHECK(y(1, 5) == 17);
  CHECK(nn::Flatten<float>{.first = 2}.forward(x, ctx).shape() == Shape{2, 3, 4});
  CHECK(nn::Flatten<float>{.first = 0}.forward(x, ctx).shape() == Shape{24});
  CHECK_THROWS_AS(nn::Flatten<float>{}.forward(Tensor<float>({2}), ctx), ShapeError);
}

TEST_CASE("Flatten, Identity: stand in a Sequential and have no parameters") {
  const nn::Sequential net(nn::Identity<float>{}, nn::Flatten<float>{},
                           nn::Linear<float>({.in = 12, .out = 3}, Key(1)));
  nn::Context<float> ctx;
  CHECK(net.forward(Tensor<float>({2, 3, 2, 2}), ctx).shape() == Shape{2, 3});
  CHECK(nn::state(net).front().name == "2.weight");
  const Variable<float> x = Tensor<float>::ones({2});
  CHECK(nn::Identity<float>{}.forward(x, ctx).value().shares_with(x.value()));
}

}  // namespace flatten_test
