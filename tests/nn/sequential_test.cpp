// Sequential: one layer after the other, by number.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/nn.hpp>

namespace sequential_test {

using namespace adafuse;

namespace {

auto two_layers() {
  return nn::Sequential(nn::Linear<double>({.in = 3, .out = 4}, Key(1)), nn::Relu<double>(),
                        nn::Linear<double>({.in = 4, .out = 2, .bias = false}, Key(2)));
}

}  // namespace

TEST_CASE("Sequential: the layers' names are their positions, those without state count too") {
  std::vector<std::string> names;
  for (const auto& item : nn::state(two_layers())) names.push_back(item.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.weight"});
}

TEST_CASE("Sequential: y = last(... first(x))") {
  const auto layers = two_layers();
  nn::Context<double> ctx;
  const auto x = Tensor<double>::randn({5, 3}, Key(3));
  const auto y = layers.forward(x, ctx);
  const auto expected = layers.layer<2>()(relu(layers.layer<0>()(x)));
  CHECK(y.shape() == Shape{5, 2});
  CHECK(std::equal(y.value().begin(), y.value().end(), expected.value().begin()));
}

TEST_CASE("Sequential: hands the context to its layers") {
  const nn::Sequential layers(nn::Dropout<double>(0.5), nn::BatchNorm1d<double>({.channels = 2}));
  nn::Context<double> ctx(true, Key(1));
  layers.forward(Tensor<double>::ones({50, 2}), ctx);
  CHECK(layers.layer<1>().running_var(0) != 1);
}

}  // namespace sequential_test
