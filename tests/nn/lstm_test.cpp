// LSTM against PyTorch: outputs, states, and the gradient of every weight.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/lstm.hpp>
#include <limits>

#include "../golden/layers.hpp"

namespace lstm_test {

using namespace adafuse;
using golden::check_close;

namespace {

const golden::Case pytorch{"lstm"};

nn::Lstm<double> pytorch_lstm() {
  nn::Lstm<double> lstm({.in = 3, .hidden = 5}, Key(0));
  std::map<std::string, Tensor<double>> weights;
  for (const auto& item : nn::state(lstm)) weights[item.name] = pytorch[item.name];
  nn::load_state(lstm, weights);
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
  for (const auto& item : nn::state(lstm))
    check_close(item.parameter.grad().value(), pytorch.at("gradient")[item.name],
                item.name.c_str());
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

}  // namespace lstm_test
