// TransformerEncoderLayer against PyTorch: outputs and gradients with its weights, by its names.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/transformer.hpp>

#include "../golden/layers.hpp"

namespace transformer_test {

using namespace adafuse;
using golden::check_close;

TEST_CASE("golden: TransformerEncoderLayer computes what PyTorch computes, norms last or first") {
  for (const bool norm_first : {false, true}) {
    CAPTURE(norm_first);
    const golden::Case pytorch{norm_first ? "encoder_layer.1" : "encoder_layer.0"};
    const nn::TransformerEncoderLayer<double> layer(
        {.d_model = 6, .nhead = 2, .dim_feedforward = 10, .norm_first = norm_first}, Key(0));
    std::map<std::string, Tensor<double>> weights;
    for (const auto& item : nn::state(layer)) weights[item.name] = pytorch.at("state")[item.name];
    nn::load_state(layer, weights);
    const auto x = parameter(pytorch["x"]);
    nn::Context<double> ctx;
    const auto y = layer.forward(x, ctx);
    check_close(y.value(), pytorch["y"], "y");
    backward(y, pytorch["dy"]);
    check_close(x.grad().value(), pytorch["dx"], "dx");
    for (const auto& item : nn::state(layer))
      check_close(item.parameter.grad().value(), pytorch.at("gradient")[item.name], item.name);
  }
}

TEST_CASE("TransformerEncoderLayer: drops in training, and can be copied") {
  const nn::TransformerEncoderLayer<float> layer({.d_model = 4, .nhead = 2, .dim_feedforward = 8},
                                                 Key(1));
  CHECK(nn::state(layer).size() == 12);
  const auto copy = nn::clone(layer);
  const auto x = Tensor<float>::randn({2, 3, 4}, Key(2));
  nn::Context<float> ctx, training(true, Key(3));
  const auto y = layer.forward(x, ctx).value(), same = copy.forward(x, ctx).value(),
             dropped = layer.forward(x, training).value();
  CHECK(std::equal(y.begin(), y.end(), same.begin()));
  CHECK(!std::equal(y.begin(), y.end(), dropped.begin()));
  CHECK_THROWS_AS(nn::TransformerEncoderLayer<float>({.d_model = 4, .nhead = 3}, Key(1)),
                  ValueError);
  CHECK_THROWS_AS(nn::TransformerEncoderLayer<float>({.d_model = 0, .nhead = 1}, Key(1)),
                  ValueError);
}

}  // namespace transformer_test
