// BatchNorm as a layer: which statistics it uses, and how it keeps them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/batch_norm.hpp>

#include "../golden/layers.hpp"

namespace batch_norm_test {

using namespace adafuse;
using golden::check_close;

namespace {

template <class Layer>
void check_against_pytorch(const golden::Case& c) {
  Layer layer(
      {.channels = c["weight"].size(), .eps = c["options"](1), .momentum = c["options"](0)});
  nn::load_state(layer, {{"weight", c["weight"]},
                         {"bias", c["bias"]},
                         {"running_mean", layer.running_mean.clone()},
                         {"running_var", layer.running_var.clone()}});
  for (int step = 0; step < 3; ++step) {
    CAPTURE(step);
    const auto now = c.at(step);
    nn::Context<double> ctx(true, Key(0));
    check_close(layer.forward(now["x"], ctx).value(), now["y"], "y");
    ctx.commit_statistics();
    check_close(layer.running_mean, now["running_mean"], "running_mean");
    check_close(layer.running_var, now["running_var"], "running_var");
  }
  nn::Context<double> ctx;
  check_close(layer.forward(c.at("eval")["x"], ctx).value(), c.at("eval")["y"], "y at evaluation");
}

}  // namespace

TEST_CASE("golden: BatchNorm keeps running statistics as PyTorch does, over three steps") {
  check_against_pytorch<nn::BatchNorm2d<double>>({"batch_norm.0"});
  check_against_pytorch<nn::BatchNorm1d<double>>({"batch_norm.1"});
}

TEST_CASE("BatchNorm: in training each channel comes out with mean 0 and variance 1") {
  const nn::BatchNorm2d<double> layer({.channels = 2});
  nn::Context<double> ctx(true, Key(0));
  const auto y = layer.forward(Tensor<double>::uniform({3, 2, 4, 4}, Key(1), 5, 9), ctx).value();
  for (Index c = 0; c < 2; ++c) {
    double sum = 0, squares = 0;
    for (Index n = 0; n < 3; ++n)
      for (Index p = 0; p < 16; ++p) {
        const double v = y(n, c, p / 4, p % 4);
        sum += v, squares += v * v;
      }
    CHECK(std::abs(sum) < 1e-10);
    CHECK(squares / 48 == doctest::Approx(1).epsilon(1e-4));
  }
}

TEST_CASE("BatchNorm: running statistics move on commit_statistics and never before") {
  const nn::BatchNorm1d<float> layer({.channels = 2});
  const auto x = Tensor<float>::randn({8, 2}, Key(2));
  nn::Context<float> ctx(true, Key(0)), dropped(true, Key(0));
  layer.forward(x, ctx);
  layer.forward(x, dropped);
  CHECK(layer.running_mean(0) == 0);
  CHECK(layer.running_var(0) == 1);
  ctx.commit_statistics();
  CHECK(layer.running_mean(0) != 0);
  CHECK(layer.running_var(0) != 1);
}

TEST_CASE("BatchNorm: evaluation observes nothing and starts as the identity") {
  const nn::BatchNorm1d<double> layer({.channels = 2, .eps = 1e-12});
  const auto x = Tensor<double>::randn({3, 2, 4}, Key(3));
  nn::Context<double> ctx;
  check_close(layer.forward(x, ctx).value(), x, "y", 1e-10);
  ctx.commit_statistics();
  CHECK(layer.running_mean(1) == 0);
}

TEST_CASE("BatchNorm: says which shape and which numbers it expects") {
  nn::Context<float> ctx;
  const nn::BatchNorm2d<float> two({.channels = 2});
  const nn::BatchNorm1d<float> one({.channels = 2});
  CHECK_THROWS_WITH_AS(two.forward(Tensor<float>({4, 2}), ctx),
                       "BatchNorm2d: expects [N,c,h,w], got [4,2]", ShapeError);
  CHECK_THROWS_AS(one.forward(Tensor<float>({4, 2, 1, 1}), ctx), ShapeError);
  CHECK_THROWS_AS(two.forward(Tensor<float>({4, 3, 1, 1}), ctx), ShapeError);
  CHECK_THROWS_AS(nn::BatchNorm2d<float>({.channels = 0}), ValueError);
  CHECK_THROWS_AS(nn::BatchNorm2d<float>({.channels = 1, .eps = 0}), ValueError);
  CHECK_THROWS_AS(nn::BatchNorm2d<float>({.channels = 1, .momentum = 1.5}), ValueError);
}

TEST_CASE("BatchNorm: a batch of nothing leaves the running statistics as they are") {
  const nn::BatchNorm2d<float> layer({.channels = 2});
  nn::Context<float> ctx(true, Key(0));
  const auto y = layer.forward(parameter(Tensor<float>({0, 2, 3, 3})), ctx);
  CHECK(y.shape() == Shape{0, 2, 3, 3});
  layer.forward_relu(parameter(Tensor<float>({2, 2, 0, 3})), ctx);
  ctx.commit_statistics();
  CHECK(layer.running_mean(1) == 0);
  CHECK(layer.running_var(1) == 1);
}

}  // namespace batch_norm_test
