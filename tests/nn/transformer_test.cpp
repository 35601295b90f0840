// TransformerEncoderLayer against PyTorch: outputs and gradients with its weights, by its names.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/transformer.hpp>

#include "layer_cases.hpp"

namespace transformer_test {

using namespace adafuse;

TEST_CASE("golden: TransformerEncoderLayer computes what PyTorch computes, norms last or first") {
  for (const bool norm_first : {false, true})
    golden::check_layer(
        norm_first ? "encoder_layer.1" : "encoder_layer.0",
        nn::TransformerEncoderLayer<double>(
            {.d_model = 6, .nhead = 2, .dim_feedforward = 10, .norm_first = norm_first}, Key(0)));
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
