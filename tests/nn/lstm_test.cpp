// LSTM against PyTorch: outputs, states, and the gradient of every weight.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/lstm.hpp>
#include <limits>

#include "layer_cases.hpp"

namespace lstm_test {

using namespace adafuse;
using golden::check_close;

namespace {

const golden::Case pytorch{"lstm"};

nn::Lstm<double> pytorch_lstm() {
  nn::Lstm<double> lstm({.in = 3, .hidden = 5}, Key(0));
  golden::load_weights(lstm, pytorch);
  return lstm;
}

}  // namespace

TEST_CASE("golden: Lstm computes what PyTorch computes, under PyTorch's names") {
  const auto lstm = pytorch_lstm();
  const auto x = parameter(pytorch["x"]);
  const auto out = lstm.forward(x);
  check_close(out.all.value(), pytorch["y"], "all");
  check_close(out.state.h.value(), pytorch["h"], "h");
  check_close(out.state.c.value(), pytorch["c"], "c");
  backward(out.all, pytorch["dy"]);
  check_close(x.grad().value(), pytorch["dx"], "dx");
  golden::check_gradients(lstm, pytorch.at("gradient"));
}

TEST_CASE("golden: LstmCell computes a step as PyTorch") {
  const nn::LstmCell<double> cell({.in = 3, .hidden = 5}, Key(0));
  golden::check_call("lstm_cell", cell, {"x", "h0", "c0"}, [&](const auto& in, auto&) {
    const auto after = cell.forward(in[0], {in[1], in[2]});
    return cat({after.h, after.c}, 1);
  });
}

TEST_CASE("lstm: a sequence in two pieces is the sequence in one") {
  const auto lstm = pytorch_lstm();
  const Variable<double> x = pytorch["x"];
  const auto first = lstm.forward(slice(x, 1, 0, 3));
  const auto second = lstm.forward(slice(x, 1, 3, 4), first.state);
  check_close(second.state.h.value(), pytorch["h"], "h");
  check_close(second.state.c.value(), pytorch["c"], "c");
}

TEST_CASE("lstm: one step costs four gates over input and state") {
  CHECK(nn::LstmCell<float>({.in = 3, .hidden = 5}, Key(0)).macs() == 4 * 5 * (3 + 5));
}

TEST_CASE("lstm: inputs and states that do not fit are refused") {
  const auto lstm = pytorch_lstm();
  CHECK_THROWS_AS(lstm.forward(Tensor<double>({2, 4, 2})), ShapeError);
  CHECK_THROWS_AS(lstm.forward(Tensor<double>({2, 3})), ShapeError);
  const Variable<double> wrong = Tensor<double>({3, 5});
  CHECK_THROWS_AS(lstm.forward(Tensor<double>({2, 4, 3}), {wrong, wrong}), ShapeError);
  CHECK_THROWS_AS(nn::Lstm<double>({.in = 0, .hidden = 5}, Key(0)), ValueError);
  CHECK_THROWS_AS(nn::Lstm<double>({.in = 3, .hidden = Index{1} << 61}, Key(0)), ValueError);
}

TEST_CASE("golden: two layers in both directions, from a given state, as PyTorch") {
  const golden::Case stack{"lstm_stack"};
  nn::Lstm<double> lstm({.in = 3, .hidden = 5, .num_layers = 2, .bidirectional = true}, Key(0));
  CHECK(nn::state(lstm).size() == 16);
  golden::load_weights(lstm, stack.at("state"));
  const auto x = parameter(stack["x"]);
  const auto out = lstm.forward(x, {stack["h0"], stack["c0"]});
  check_close(out.all.value(), stack["y"], "all");
  check_close(out.state.h.value(), stack["h"], "h");
  check_close(out.state.c.value(), stack["c"], "c");
  backward(out.all, stack["dy"]);
  check_close(x.grad().value(), stack["dx"], "dx");
  golden::check_gradients(lstm, stack.at("gradient"));
}

TEST_CASE("lstm: the second direction is the first on the sequence turned round") {
  const nn::Lstm<double> both({.in = 3, .hidden = 2, .bidirectional = true}, Key(1));
  nn::Lstm<double> one({.in = 3, .hidden = 2}, Key(2));
  const auto state = nn::state_tensors(both);
  nn::load_state(one, {{"weight_ih_l0", state.at("weight_ih_l0_reverse")},
                       {"weight_hh_l0", state.at("weight_hh_l0_reverse")},
                       {"bias_ih_l0", state.at("bias_ih_l0_reverse")},
                       {"bias_hh_l0", state.at("bias_hh_l0_reverse")}});
  const Variable<double> x = Tensor<double>::randn({2, 4, 3}, Key(3));
  const Variable<double> backwards = slice(both.forward(x).all, 2, 2, 4);
  const Variable<double> turned = slice(one.forward(slice(x, 1, 3, -1, -1)).all, 1, 3, -1, -1);
  check_close(backwards.value(), turned.value(), "turned round");
}

TEST_CASE(
    "lstm: of several layers the first starts as the only one, and each has its own weights") {
  const nn::Lstm<float> one({.in = 3, .hidden = 3}, Key(1));
  const nn::Lstm<float> two({.in = 3, .hidden = 3, .num_layers = 2}, Key(1));
  const auto state = nn::state_tensors(two);
  for (const auto& [name, tensor] : nn::state_tensors(one))
    CHECK(std::equal(tensor.begin(), tensor.end(), state.at(name).begin()));
  CHECK(state.at("weight_hh_l0")(0, 0) != state.at("weight_hh_l1")(0, 0));
}

TEST_CASE("lstm: dropout between layers, in training alone, and not without a context") {
  const nn::Lstm<double> lstm({.in = 3, .hidden = 4, .num_layers = 2, .dropout = 0.5}, Key(1));
  const Variable<double> x = Tensor<double>::randn({2, 3, 3}, Key(2));
  CHECK_THROWS_AS(lstm.forward(x), ValueError);
  const auto run = [&](bool training, std::uint64_t key) {
    nn::Context<double> ctx(training, Key(key));
    return lstm.forward(x, ctx).all.value();
  };
  const auto same = [](const Tensor<double>& a, const Tensor<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin());
  };
  CHECK(same(run(false, 1), run(false, 2)));
  CHECK(same(run(true, 1), run(true, 1)));
  CHECK(!same(run(true, 1), run(true, 2)));
  // The last layer's outputs are not dropped: none is 0.
  const auto last = run(true, 1);
  CHECK(std::count(last.begin(), last.end(), 0.0) == 0);
}

TEST_CASE("lstm: configurations and states of several layers that do not fit are refused") {
  using Lstm = nn::Lstm<double>;
  CHECK_THROWS_AS(Lstm({.in = 3, .hidden = 5, .num_layers = 0}, Key(0)), ValueError);
  CHECK_THROWS_AS(Lstm({.in = 3, .hidden = 5, .dropout = 1}, Key(0)), ValueError);
  CHECK_THROWS_AS(nn::LstmCell<double>({.in = 3, .hidden = 5, .num_layers = 2}, Key(0)),
                  ValueError);
  const Lstm two({.in = 3, .hidden = 5, .num_layers = 2}, Key(0));
  const Variable<double> of_one = Tensor<double>({2, 5}), of_two = Tensor<double>({2, 2, 5});
  const Variable<double> x = Tensor<double>({2, 4, 3});
  CHECK_NOTHROW(two.forward(x, {of_two, of_two}));
  CHECK_THROWS_AS(two.forward(x, {of_one, of_one}), ShapeError);
  CHECK_THROWS_AS(two.forward(x, {of_two, {}}), ShapeError);
  CHECK_THROWS_AS(two.forward(x, {{}, of_two}), ShapeError);
}

}  // namespace lstm_test
