// Transformers against PyTorch: outputs and gradients with its weights, by its names.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/transformer_stack.hpp>

#include "layer_cases.hpp"

namespace transformer_test {

using namespace adafuse;
using golden::check_call;
using golden::check_layer;

namespace {

constexpr auto gelu_between = nn::TransformerActivation::gelu;

/// Checks a decoder, or a layer of one, against PyTorch.
template <class Decoder>
void check_decoder(const char* name, const Decoder& decoder, const nn::AttentionMask& mask = {}) {
  check_call(name, decoder, {"x", "memory"},
             [&](const auto& in, auto& ctx) { return decoder.forward(in[0], in[1], ctx, mask); },
             {.tolerance = 1e-10});
}

std::vector<std::string> names_of(const nn::TransformerDecoder<float>& decoder) {
  std::vector<std::string> names;
  for (const auto& item : nn::state(decoder)) names.push_back(item.name);
  return names;
}

}  // namespace

TEST_CASE("golden: TransformerEncoderLayer computes what PyTorch computes, norms last or first") {
  const nn::TransformerLayerConfig config{.d_model = 6, .nhead = 2, .dim_feedforward = 10};
  auto first = config, gelu = config;
  first.norm_first = true;
  gelu.activation = gelu_between;
  check_layer("encoder_layer.0", nn::TransformerEncoderLayer<double>(config, Key(0)));
  check_layer("encoder_layer.1", nn::TransformerEncoderLayer<double>(first, Key(0)));
  check_layer("encoder_layer.gelu", nn::TransformerEncoderLayer<double>(gelu, Key(0)));
}

TEST_CASE("golden: TransformerDecoderLayer computes what PyTorch computes, norms last or first") {
  check_decoder("decoder_layer.0", nn::TransformerDecoderLayer<double>(
                                       {.d_model = 6, .nhead = 2, .dim_feedforward = 10}, Key(0)));
  check_decoder("decoder_layer.1", nn::TransformerDecoderLayer<double>({.d_model = 6,
                                                                        .nhead = 2,
                                                                        .dim_feedforward = 10,
                                                                        .activation = gelu_between,
                                                                        .norm_first = true},
                                                                       Key(0)));
}

TEST_CASE("golden: TransformerEncoder and TransformerDecoder compute what PyTorch computes") {
  const nn::TransformerEncoder<double> encoder(
      {.layer = {.d_model = 6, .nhead = 2, .dim_feedforward = 10, .norm_first = true},
       .num_layers = 2,
       .norm = true},
      Key(0));
  check_call("encoder", encoder, {"x"},
             [&](const auto& in, auto& ctx) { return encoder.forward(in[0], ctx); },
             {.tolerance = 1e-10});
  check_decoder(
      "decoder",
      nn::TransformerDecoder<double>(
          {.layer = {.d_model = 6, .nhead = 2, .dim_feedforward = 10}, .num_layers = 2}, Key(0)),
      {.causal = true});
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

TEST_CASE("TransformerDecoder: PyTorch's names, weights of their own, copies, dropout, masks") {
  const nn::TransformerDecoder<float> decoder(
      {.layer = {.d_model = 4, .nhead = 2, .dim_feedforward = 8}, .num_layers = 2, .norm = true},
      Key(1));
  const auto names = names_of(decoder);
  CHECK(names.size() == 2 * 18 + 2);
  CHECK(names.front() == "layers.0.self_attn.in_proj_weight");
  CHECK(names[18 + 4] == "layers.1.multihead_attn.in_proj_weight");
  CHECK(names.back() == "norm.bias");
  CHECK(decoder.layers[0].linear1.weight.value()(0, 0) !=
        decoder.layers[1].linear1.weight.value()(0, 0));
  const auto copy = nn::clone(decoder);
  const auto x = Tensor<float>::randn({2, 3, 4}, Key(2)),
             memory = Tensor<float>::randn({2, 5, 4}, Key(3));
  nn::Context<float> ctx, training(true, Key(3));
  const auto y = decoder.forward(x, memory, ctx).value(),
             same = copy.forward(x, memory, ctx).value(),
             dropped = decoder.forward(x, memory, training).value();
  CHECK(std::equal(y.begin(), y.end(), same.begin()));
  CHECK(!std::equal(y.begin(), y.end(), dropped.begin()));
  // What the mask hides of the memory changes nothing.
  const auto mask = Tensor<std::uint8_t>::of({1, 1, 1, 1, 0});
  auto other = memory.clone();
  for (Index i = 0; i < 4; ++i) other(0, 4, i) = 9;
  const auto a = decoder.forward(x, memory, ctx, {}, {.mask = mask}).value(),
             b = decoder.forward(x, other, ctx, {}, {.mask = mask}).value();
  CHECK(std::equal(a.begin(), a.end(), b.begin()));
}

TEST_CASE("TransformerEncoder: configurations and inputs that do not fit are refused") {
  using Encoder = nn::TransformerEncoder<float>;
  CHECK_THROWS_WITH_AS(Encoder({.layer = {.d_model = 4, .nhead = 2}}, Key(1)),
                       "TransformerEncoder: num_layers must be positive, got 0", ValueError);
  CHECK_THROWS_AS(Encoder({.layer = {.d_model = 4, .nhead = 3}, .num_layers = 1}, Key(1)),
                  ValueError);
  const nn::TransformerDecoderLayer<float> layer({.d_model = 4, .nhead = 2, .dim_feedforward = 8},
                                                 Key(1));
  nn::Context<float> ctx;
  CHECK_THROWS_AS(layer.forward(Tensor<float>({2, 3, 4}), Tensor<float>({1, 3, 4}), ctx),
                  ShapeError);
}

}  // namespace transformer_test
