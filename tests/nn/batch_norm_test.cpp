// BatchNorm as a layer: which statistics it uses, and how it keeps them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/dropout.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/sequential.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/optim/sgd.hpp>
#include <atomic>
#include <thread>

#include "../golden/layers.hpp"
#include "layer_cases.hpp"

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
    check_close(layer.running_mean, now["running_mean"], "running_mean");
    check_close(layer.running_var, now["running_var"], "running_var");
  }
  nn::Context<double> ctx;
  check_close(layer.forward(c.at("eval")["x"], ctx).value(), c.at("eval")["y"], "y at evaluation");
}

bool same(const Tensor<double>& a, const Tensor<double>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

/// What running statistics do with a batch [N, c], written out a second time.
void follow_by_hand(const Tensor<double>& x, double momentum, std::vector<double>& mean,
                    std::vector<double>& var) {
  const double n = static_cast<double>(x.size(0));
  for (std::size_t c = 0; c < mean.size(); ++c) {
    double sum = 0, squares = 0;
    for (Index i = 0; i < x.size(0); ++i) sum += x(i, static_cast<Index>(c));
    for (Index i = 0; i < x.size(0); ++i)
      squares += std::pow(x(i, static_cast<Index>(c)) - sum / n, 2);
    mean[c] += momentum * (sum / n - mean[c]);
    var[c] += momentum * (squares / (n - 1) - var[c]);
  }
}

/// forward(x, ctx) that keeps nothing for backward but x: the pullback runs it a second time.
template <class M>
Variable<double> recomputed(const M& module, const Variable<double>& x, nn::Context<double>& ctx) {
  std::vector<Variable<double>> inputs{x};
  for (const auto& p : nn::parameters(module)) inputs.push_back(p);
  const nn::Context<double> before = ctx;  // draws the same numbers again
  const auto y = [&] {
    const NoGrad guard;
    return module.forward(x, ctx).value();
  }();
  return record("recomputed", y, inputs,
                [inputs, before, &module](const Variable<double>& dy) -> Gradients<double> {
                  const GradMode recording(true);
                  auto again = before;
                  auto leaves = inputs;
                  leaves[0] = parameter(inputs[0].value());
                  return grad<double>({module.forward(leaves[0], again)}, leaves,
                                      {.grad_outputs = {dy}});
                });
}

}  // namespace

TEST_CASE("golden: BatchNorm keeps running statistics as PyTorch does, over three steps") {
  check_against_pytorch<nn::BatchNorm2d<double>>({"batch_norm.0"});
  check_against_pytorch<nn::BatchNorm1d<double>>({"batch_norm.1"});
}

TEST_CASE("golden: BatchNorm1d and BatchNorm2d compute what PyTorch computes, in training") {
  golden::check_layer("batch_norm1d", nn::BatchNorm1d<double>({.channels = 3}), true);
  golden::check_layer("batch_norm1d_lines", nn::BatchNorm1d<double>({.channels = 3}), true);
  golden::check_layer("batch_norm2d", nn::BatchNorm2d<double>({.channels = 3}), true);
}

TEST_CASE("golden: BatchNorm3d computes what PyTorch computes, and keeps its statistics") {
  const nn::BatchNorm3d<double> layer({.channels = 3});
  golden::check_layer("batch_norm3d", layer, true);
  const golden::Case pytorch{"batch_norm3d"};
  check_close(layer.running_mean, pytorch["running_mean"], "running_mean");
  check_close(layer.running_var, pytorch["running_var"], "running_var");
  nn::Context<double> ctx;
  CHECK_THROWS_WITH_AS(layer.forward(Tensor<double>({2, 3, 4, 4}), ctx),
                       "BatchNorm3d: expects [N,c,d,h,w], got [2,3,4,4]", ShapeError);
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

TEST_CASE("BatchNorm: each forward in training moves the running statistics once, in order") {
  const nn::BatchNorm1d<double> layer({.channels = 2, .momentum = 0.25});
  std::vector<double> mean{0, 0}, var{1, 1};
  for (std::uint64_t step = 0; step < 4; ++step) {
    // Two views in one step, the first of them under NoGrad, and a backward through one alone.
    nn::Context<double> ctx(true, Key(0).of(step));
    for (const bool recorded : {false, true}) {
      const GradMode mode(recorded);
      const auto x = Tensor<double>::randn({8, 2}, Key(2).of(step).of(recorded));
      const auto y = layer.forward(x, ctx);
      if (recorded) backward(sum(y * y));
      follow_by_hand(x, 0.25, mean, var);
      for (Index c = 0; c < 2; ++c) {
        CHECK(layer.running_mean(c) == doctest::Approx(mean[static_cast<std::size_t>(c)]));
        CHECK(layer.running_var(c) == doctest::Approx(var[static_cast<std::size_t>(c)]));
      }
    }
  }
}

TEST_CASE("BatchNorm: forward, backward, step is all of training; evaluation knows what was seen") {
  // Features of mean 5 and deviation 3: evaluated with the statistics that it starts with, 0 and 1,
  // the network is wrong although its training loss is small.
  const nn::Sequential net(nn::BatchNorm1d<double>({.channels = 1}),
                           nn::Linear<double>({.in = 1, .out = 1}, Key(1)));
  optim::Sgd<double> sgd({{.parameters = nn::parameters(net)}});
  const auto target = [](const Tensor<double>& x) { return (Variable<double>(x) - 5) / 3; };
  std::vector<double> mean{0}, var{1};
  for (std::uint64_t step = 0; step < 200; ++step) {
    auto x = Tensor<double>::randn({64, 1}, Key(2).of(step));
    for (double& v : x) v = 5 + 3 * v;
    nn::Context<double> ctx(true, Key(3).of(step));
    const auto error = net.forward(x, ctx) - target(x);
    sgd.zero_grad();
    backward(adafuse::mean(error * error));
    sgd.step(0.1);
    follow_by_hand(x, 0.1, mean, var);
  }
  const auto& norm = net.layer<0>();
  CHECK(norm.running_mean(0) == doctest::Approx(mean[0]));
  CHECK(norm.running_var(0) == doctest::Approx(var[0]));
  const auto fresh = Tensor<double>::of({-1, 2, 5, 8, 11}).reshape({5, 1});
  nn::Context<double> evaluation;
  const auto error = net.forward(fresh, evaluation) - target(fresh);
  CHECK(adafuse::mean(error * error).item() < 0.05);
}

TEST_CASE("BatchNorm: a step that fails has moved what its forward reached, as in PyTorch") {
  const nn::Sequential net(nn::BatchNorm1d<double>({.channels = 2, .momentum = 0.5}),
                           nn::Linear<double>({.in = 3, .out = 2}, Key(1)),
                           nn::BatchNorm1d<double>({.channels = 2}));
  const auto x = Tensor<double>::of({{1, 3}, {3, 5}});
  nn::Context<double> ctx(true, Key(0));
  CHECK_THROWS_AS(net.forward(x, ctx), ShapeError);
  CHECK(net.layer<0>().running_mean(0) == 1);
  CHECK(net.layer<0>().running_mean(1) == 2);
  CHECK(net.layer<2>().running_mean(0) == 0);
  // What is no number stays none, until it is loaded or reset.
  const nn::BatchNorm1d<double> norm({.channels = 1});
  norm.forward(Tensor<double>::of({1, std::nan("")}).reshape({2, 1}), ctx);
  CHECK(std::isnan(norm.running_mean(0)));
}

TEST_CASE("BatchNorm: a forward that a pullback repeats counts once, and has the same gradient") {
  const auto x = Tensor<double>::randn({6, 4}, Key(1));
  struct Trained {
    Tensor<double> dx, dweight, mean, var;
  };
  const auto train = [&](bool again) {
    const nn::Sequential part(nn::Dropout<double>(0.3), nn::BatchNorm1d<double>({.channels = 4}));
    const auto input = parameter(x.clone());
    nn::Context<double> ctx(true, Key(5));
    const auto y = again ? recomputed(part, input, ctx) : part.forward(input, ctx);
    backward(sum(y * y * y));
    const auto& norm = part.layer<1>();
    return Trained{input.grad().value(), norm.weight.grad().value(), norm.running_mean,
                   norm.running_var};
  };
  const auto plain = train(false), repeated = train(true);
  CHECK(same(plain.dx, repeated.dx));
  CHECK(same(plain.dweight, repeated.dweight));
  CHECK(same(plain.mean, repeated.mean));
  CHECK(same(plain.var, repeated.var));
}

TEST_CASE("BatchNorm: without training, forwards alone estimate the statistics anew") {
  const nn::BatchNorm1d<double> layer({.channels = 1, .momentum = 0.1});
  const NoGrad guard;
  for (std::uint64_t batch = 0; batch < 100; ++batch) {
    const auto x = Tensor<double>::uniform({100, 1}, Key(1).of(batch), 2, 4);
    nn::Context<double> ctx(true, Key(2).of(batch));
    layer.forward(x, ctx);
  }
  CHECK(layer.running_mean(0) == doctest::Approx(3).epsilon(0.02));
  CHECK(layer.running_var(0) == doctest::Approx(1.0 / 3).epsilon(0.1));
}

TEST_CASE("BatchNorm: a context may leave the statistics alone") {
  const nn::BatchNorm1d<double> layer({.channels = 2});
  nn::Context<double> ctx(true, Key(0));
  ctx.updates_statistics = false;
  layer.forward(Tensor<double>::randn({8, 2}, Key(2)), ctx);
  layer.forward_relu(Tensor<double>::randn({8, 2}, Key(2)), ctx);
  CHECK(layer.running_mean(0) == 0);
  CHECK(layer.running_var(0) == 1);
}

TEST_CASE("BatchNorm: a recorded evaluation keeps the statistics that it used") {
  for (const bool relu : {false, true}) {
    const nn::BatchNorm1d<double> layer({.channels = 2});
    const auto x = parameter(Tensor<double>::randn({8, 2}, Key(1)));
    const auto gradient = [&](bool trained_between) {
      nn::Context<double> evaluation, training(true, Key(0));
      const auto y = relu ? layer.forward_relu(x, evaluation) : layer.forward(x, evaluation);
      if (trained_between) {
        const NoGrad guard;
        layer.forward(Tensor<double>::full({2, 2}, 9), training);
        layer.forward(Tensor<double>::randn({8, 2}, Key(2)), training);
      }
      return grad<double>({sum(y * y)}, {x, layer.weight});
    };
    const auto alone = gradient(false), between = gradient(true);
    CHECK(same(alone[0].value(), between[0].value()));
    CHECK(same(alone[1].value(), between[1].value()));
  }
}

TEST_CASE("BatchNorm: threads share a layer in evaluation; in training each forward counts") {
  const nn::BatchNorm1d<double> layer({.channels = 3, .momentum = 0.5}),
      serial({.channels = 3, .momentum = 0.5});
  const auto x = Tensor<double>::randn({16, 3}, Key(1));
  const auto in_threads = [](const auto& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
  };
  in_threads([&] {
    nn::Context<double> ctx(true, Key(0));
    for (int i = 0; i < 5; ++i) layer.forward(x, ctx);
  });
  nn::Context<double> ctx(true, Key(0));
  for (int i = 0; i < 20; ++i) serial.forward(x, ctx);
  CHECK(same(layer.running_mean, serial.running_mean));  // the same batch: in any order the same
  CHECK(same(layer.running_var, serial.running_var));

  nn::Context<double> evaluation;
  const auto expected = layer.forward(x, evaluation).value();
  std::atomic<int> right{0};
  in_threads([&] {
    nn::Context<double> own;
    right += same(layer.forward(x, own).value(), expected);
  });
  CHECK(right == 4);
}

TEST_CASE("BatchNorm: evaluation observes nothing and starts as the identity") {
  const nn::BatchNorm1d<double> layer({.channels = 2, .eps = 1e-12});
  const auto x = Tensor<double>::randn({3, 2, 4}, Key(3));
  nn::Context<double> ctx;
  check_close(layer.forward(x, ctx).value(), x, "y", 1e-10);
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

TEST_CASE("BatchNorm: one that the context names as frozen computes in training as in evaluation") {
  const nn::BatchNorm1d<double> frozen({.channels = 2}), other({.channels = 2});
  const auto x = Tensor<double>::randn({5, 2}, Key(4));
  nn::Context<double> ctx(true, Key(0)), evaluation;
  ctx.frozen_norms = std::make_shared<const std::set<const double*>>(
      std::set<const double*>{frozen.running_mean.data()});
  check_close(frozen.forward(x, ctx).value(), frozen.forward(x, evaluation).value(), "y", 0);
  check_close(frozen.forward_relu(x, ctx).value(), frozen.forward_relu(x, evaluation).value(),
              "relu", 0);
  CHECK(frozen.running_mean(0) == 0);
  other.forward(x, ctx);
  CHECK(other.running_mean(0) != 0);
}

TEST_CASE("BatchNorm: a batch of nothing leaves the running statistics as they are") {
  const nn::BatchNorm2d<float> layer({.channels = 2});
  nn::Context<float> ctx(true, Key(0));
  const auto y = layer.forward(parameter(Tensor<float>({0, 2, 3, 3})), ctx);
  CHECK(y.shape() == Shape{0, 2, 3, 3});
  layer.forward_relu(parameter(Tensor<float>({2, 2, 0, 3})), ctx);
  CHECK(layer.running_mean(1) == 0);
  CHECK(layer.running_var(1) == 1);
}

}  // namespace batch_norm_test
