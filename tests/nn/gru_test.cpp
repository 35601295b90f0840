// GRU against PyTorch: outputs, states, and the gradient of every weight.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/gru.hpp>

#include "layer_cases.hpp"

namespace gru_test {

using namespace adafuse;
using golden::check_close;

namespace {

void check_golden(const golden::Case& c, const nn::GruConfig& config, const Tensor<double>& h0,
                  const Tensor<double>& h) {
  const nn::Gru<double> gru(config, Key(0));
  golden::load_weights(gru, c.at("state"));
  const auto x = parameter(c["x"]);
  const auto out = gru.forward(x, h0);
  check_close(out.all.value(), c["y"], "all");
  check_close(out.state.value(), h, "h");
  backward(out.all, c["dy"]);
  check_close(x.grad().value(), c["dx"], "dx");
  golden::check_gradients(gru, c.at("gradient"));
}

}  // namespace

TEST_CASE("golden: Gru computes what PyTorch computes, under PyTorch's names") {
  const golden::Case one{"gru"}, stack{"gru_stack"};
  check_golden(one, {.in = 3, .hidden = 5}, one["h0"][0], one["h"][0]);
  check_golden(stack, {.in = 3, .hidden = 5, .num_layers = 2, .bidirectional = true}, stack["h0"],
               stack["h"]);
}

TEST_CASE("golden: GruCell computes a step as PyTorch") {
  const nn::GruCell<double> cell({.in = 3, .hidden = 5}, Key(0));
  golden::check_call("gru_cell", cell, {"x", "h0"},
                     [&](const auto& in, auto&) { return cell.forward(in[0], in[1]); });
}

TEST_CASE("gru: without a state it starts at zero, and a sequence in two pieces is one") {
  const nn::Gru<double> gru({.in = 3, .hidden = 4, .num_layers = 2}, Key(1));
  const Variable<double> x = Tensor<double>::randn({2, 5, 3}, Key(2));
  const auto whole = gru.forward(x);
  const auto first = gru.forward(slice(x, 1, 0, 2), Tensor<double>({2, 2, 4}));
  const auto second = gru.forward(slice(x, 1, 2, 5), first.state);
  check_close(second.state.value(), whole.state.value(), "state");
  check_close(second.all.value(), slice(whole.all, 1, 2, 5).value(), "all");
}

TEST_CASE("gru: inputs and states that do not fit are refused") {
  const nn::Gru<double> gru({.in = 3, .hidden = 4}, Key(1));
  CHECK_THROWS_AS(gru.forward(Tensor<double>({2, 5, 2})), ShapeError);
  CHECK_THROWS_AS(gru.forward(Tensor<double>({2, 3})), ShapeError);
  CHECK_THROWS_AS(gru.forward(Tensor<double>({2, 5, 3}), Tensor<double>({1, 2, 4})), ShapeError);
  CHECK_THROWS_AS(gru.cell().forward(Tensor<double>({2, 3}), Tensor<double>({3, 4})), ShapeError);
  CHECK_THROWS_AS(nn::Gru<double>({.in = 3, .hidden = 0}, Key(1)), ValueError);
}

}  // namespace gru_test
