// MultiheadAttention against PyTorch, under its names of weights; masks and dropout.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/attention.hpp>

#include "layer_cases.hpp"

namespace nn_attention_test {

using namespace adafuse;
using golden::check_close;
using Layer = nn::MultiheadAttention<double>;

TEST_CASE("golden: MultiheadAttention of queries to other keys and values is PyTorch's") {
  const golden::Case pytorch{"attention"};
  const Layer layer({.embed_dim = 6, .num_heads = 2}, Key(0));
  golden::load_weights(layer, pytorch.at("state"));
  const auto q = parameter(pytorch["q"]), k = parameter(pytorch["k"]), v = parameter(pytorch["v"]);
  nn::Context<double> ctx;
  const auto y = layer.forward(q, k, v, ctx);
  check_close(y.value(), pytorch["y"], "y");
  backward(y, pytorch["dy"]);
  check_close(q.grad().value(), pytorch["dq"], "dq");
  check_close(k.grad().value(), pytorch["dk"], "dk");
  check_close(v.grad().value(), pytorch["dv"], "dv");
  golden::check_gradients(layer, pytorch.at("gradient"));
}

TEST_CASE("golden: MultiheadAttention of a sequence to itself, causal, is PyTorch's") {
  const golden::Case pytorch{"attention_causal"};
  const Layer layer({.embed_dim = 6, .num_heads = 3}, Key(0));
  golden::load_weights(layer, pytorch.at("state"));
  const auto x = parameter(pytorch["x"]);
  nn::Context<double> ctx;
  const auto y = layer.forward(x, ctx, {.causal = true});
  check_close(y.value(), pytorch["y"], "y");
  backward(y, pytorch["dy"]);
  check_close(x.grad().value(), pytorch["dx"], "dx");
  check_close(layer.forward(x, x, x, ctx, {.causal = true}).value(), pytorch["y"], "as three");
}

TEST_CASE("MultiheadAttention: a mask for each sequence hides what is behind its end") {
  const Layer layer({.embed_dim = 4, .num_heads = 2}, Key(1));
  nn::Context<double> ctx;
  const auto x = Tensor<double>::randn({2, 3, 4}, Key(2));
  const auto mask = Tensor<std::uint8_t>::of({1, 1, 1, 1, 1, 0}).reshape({2, 1, 1, 3});
  const auto y = layer.forward(x, ctx, {.mask = mask}).value();
  const auto shorter = layer.forward(slice(Variable<double>(x), 1, 0, 2), ctx).value();
  for (Index i = 0; i < 8; ++i)
    CHECK(y.data()[12 + i] == doctest::Approx(shorter.data()[8 + i]).epsilon(1e-12));
}

TEST_CASE("MultiheadAttention: drops in training alone, by the context's keys") {
  const nn::MultiheadAttention<float> layer({.embed_dim = 4, .num_heads = 2, .dropout = 0.5},
                                            Key(1));
  const auto x = Tensor<float>::randn({2, 5, 4}, Key(2));
  nn::Context<float> evaluation, a(true, Key(1)), b(true, Key(1));
  const auto y = layer.forward(x, evaluation).value(), first = layer.forward(x, a).value(),
             again = layer.forward(x, b).value(), next = layer.forward(x, b).value();
  const auto same = [](const auto& v, const auto& w) {
    return std::equal(v.begin(), v.end(), w.begin());
  };
  CHECK(same(first, again));
  CHECK(!same(first, y));
  CHECK(!same(first, next));
}

TEST_CASE("MultiheadAttention: names of PyTorch's state, where it starts, and without biases") {
  const Layer layer({.embed_dim = 6, .num_heads = 2}, Key(1));
  std::vector<std::string> names;
  for (const auto& item : nn::state(layer)) names.push_back(item.name);
  CHECK(names == std::vector<std::string>{"in_proj_weight", "in_proj_bias", "out_proj.weight",
                                          "out_proj.bias"});
  CHECK(layer.in_proj_weight.shape() == Shape{18, 6});
  for (const double v : layer.in_proj_weight.value()) CHECK(std::abs(v) <= 0.5);
  for (const double v : layer.out_proj.bias.value()) CHECK(v == 0);
  const Layer bare({.embed_dim = 6, .num_heads = 2, .bias = false}, Key(1));
  CHECK(nn::state(bare).size() == 2);
  nn::Context<double> ctx;
  const Variable<double> x = Tensor<double>::randn({1, 2, 6}, Key(2));
  check_close(bare.forward(x, ctx).value(), bare.forward(x, x, x, ctx).value(), "without");
}

TEST_CASE("MultiheadAttention: what does not fit is told") {
  CHECK_THROWS_WITH_AS(Layer({.embed_dim = 6, .num_heads = 4}, Key(1)),
                       "MultiheadAttention: 4 heads do not divide 6 features", ValueError);
  CHECK_THROWS_AS(Layer({.embed_dim = 6, .num_heads = 0}, Key(1)), ValueError);
  CHECK_THROWS_AS(Layer({.embed_dim = 6, .num_heads = 2, .dropout = 1}, Key(1)), ValueError);
  CHECK_THROWS_AS(Layer({.embed_dim = 0, .num_heads = 2}, Key(1)), ValueError);
  const Layer layer({.embed_dim = 6, .num_heads = 2}, Key(1));
  nn::Context<double> ctx;
  CHECK_THROWS_WITH_AS(layer.forward(Tensor<double>({2, 3, 4}), ctx),
                       "MultiheadAttention: expects [N,L,6], got [2,3,4]", ShapeError);
  const Variable<double> q = Tensor<double>({2, 3, 6}), k = Tensor<double>({2, 4, 6});
  CHECK_THROWS_AS(layer.forward(q, q, k, ctx), ShapeError);
  CHECK_THROWS_AS(layer.forward(q, Tensor<double>({1, 4, 6}), Tensor<double>({1, 4, 6}), ctx),
                  ShapeError);
}

}  // namespace nn_attention_test
