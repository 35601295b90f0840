// Linear: y = x W^T + b, and where W and b start.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/linear.hpp>

namespace linear_test {

using namespace adafuse;
using Layer = nn::Linear<double>;

TEST_CASE("Linear: y = x W^T + b over the last dimension") {
  const Layer layer({.in = 2, .out = 3}, Key(1));
  const auto x = Tensor<double>::randn({4, 5, 2}, Key(2));
  nn::Context<double> ctx;
  const auto y = layer.forward(x, ctx).value();
  REQUIRE(y.shape() == Shape{4, 5, 3});
  const auto& w = layer.weight.value();
  for (Index o = 0; o < 3; ++o)
    CHECK(y(3, 1, o) ==
          doctest::Approx(x(3, 1, 0) * w(o, 0) + x(3, 1, 1) * w(o, 1) + layer.bias.value()(o)));
  CHECK_THROWS_AS(layer(Tensor<double>({4, 3})), ShapeError);
}

TEST_CASE("Linear: starts inside of 1 / sqrt(in), weight and bias apart, another key elsewhere") {
  const Layer layer({.in = 100, .out = 40}, Key(1)), other({.in = 100, .out = 40}, Key(2));
  for (const auto* p : {&layer.weight, &layer.bias}) {
    const auto values = p->value().values();
    CHECK(std::all_of(values.begin(), values.end(), [](double v) { return std::abs(v) <= 0.1; }));
    CHECK(std::any_of(values.begin(), values.end(), [](double v) { return std::abs(v) > 0.09; }));
  }
  CHECK(layer.weight.value()(0, 0) != layer.bias.value()(0));
  CHECK(layer.weight.value()(0, 0) != other.weight.value()(0, 0));
}

TEST_CASE("Linear: without a bias, zero goes to zero") {
  const Layer layer({.in = 2, .out = 3, .bias = false}, Key(1));
  CHECK(!layer.bias.defined());
  const auto y = layer(Tensor<double>({1, 2}));
  CHECK(std::all_of(y.value().begin(), y.value().end(), [](double v) { return v == 0; }));
}

TEST_CASE("Linear: sizes must be positive") {
  CHECK_THROWS_WITH_AS(Layer({.in = 0, .out = 3}, Key(0)),
                       "Linear: sizes must be positive, got in 0, out 3", ValueError);
  CHECK_THROWS_AS(Layer({.in = 3, .out = -1}, Key(0)), ValueError);
}

}  // namespace linear_test
