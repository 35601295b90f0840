// What folding makes of plans.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/fold.hpp>

#include "../models/lively_model.hpp"

namespace fold_test {

using namespace adafuse;
using namespace adafuse::infer;
using models::small_config;
using models::VideoModel;

namespace {

template <class T>
std::vector<std::string> names(const FoldedNetwork<T>& network) {
  std::vector<std::string> result;
  for (const auto& step : network.steps) result.push_back(step.name);
  return result;
}

template <class T>
const FoldedStep<T>& named(const FoldedNetwork<T>& network, const std::string& name) {
  for (const auto& step : network.steps)
    if (step.name == name) return step;
  throw ValueError("no step " + name);
}

}  // namespace

TEST_CASE("fold: a residual network is its convolutions, norms and additions inside") {
  const VideoModel<double> model(small_config("resnet8", "none"), Key(0));
  const auto network = fold(model, 16, 16);
  CHECK(names(*network) == std::vector<std::string>{"conv1", "layer1.0.conv1", "layer1.0.conv2",
                                                    "layer2.0.conv1", "layer2.0.conv2",
                                                    "layer2.0.downsample.0", "layer3.0.conv1",
                                                    "layer3.0.conv2", "layer3.0.downsample.0",
                                                    "global_avg_pool", "fc", "consensus"});
  CHECK(network->dense_macs() == model.plan(16, 16).dense_macs());
  // Of two convolutions that are added the later takes the other in, and both ReLUs with it.
  const auto& second = named(*network, "layer2.0.conv2");
  const auto& down = named(*network, "layer2.0.downsample.0");
  CHECK(second.inputs.size() == 1);
  CHECK_FALSE(second.as<FoldedConv<double>>()->activation == kernels::Activation::relu);
  REQUIRE(down.inputs.size() == 2);
  CHECK(down.inputs[1] == second.output);
  CHECK(down.as<FoldedConv<double>>()->activation == kernels::Activation::relu);
  // The identity is the residual of the block's last convolution.
  CHECK(named(*network, "layer1.0.conv2").inputs[1] == named(*network, "conv1").output);
}

TEST_CASE("fold: few floating-point weights take in their scale, many stay the model's own") {
  const auto model = models::lively_model<float>(small_config("resnet18", "none"));
  const auto network = fold(model, 64, 64);
  std::map<std::string, Tensor<float>> state;
  for (const auto& item : nn::state(model)) state[item.name] = item.value();
  const auto* few = named(*network, "layer1.0.conv1").as<FoldedConv<float>>();
  CHECK_FALSE(few->scale.defined());
  const auto weight = state["layer1.0.conv1.weight"];
  const float scale =
      state["layer1.0.bn1.weight"](5) / std::sqrt(state["layer1.0.bn1.running_var"](5) + 1e-5f);
  CHECK(few->weight(5, 2, 1, 0) == doctest::Approx(scale * weight(5, 2, 1, 0)).epsilon(1e-5));
  const auto* many = named(*network, "layer4.0.conv1").as<FoldedConv<float>>();
  CHECK(many->scale.defined());
  CHECK(many->weight.shares_with(state["layer4.0.conv1.weight"]));
}

TEST_CASE("fold: of small maps, a projection becomes the shortcut of the convolution beside it") {
  const auto model = models::lively_model<float>(small_config("resnet8", "none"));
  const auto network = fold(model, 16, 16);
  CHECK(names(*network) == std::vector<std::string>{"conv1", "layer1.0.conv1", "layer1.0.conv2",
                                                    "layer2.0.conv1", "layer2.0.conv2",
                                                    "layer3.0.conv1", "layer3.0.conv2",
                                                    "global_avg_pool", "fc", "consensus"});
  CHECK(network->dense_macs() == model.plan(16, 16).dense_macs());
  const auto& second = named(*network, "layer2.0.conv2");
  const auto* conv = second.as<FoldedConv<float>>();
  CHECK(second.inputs == std::vector{named(*network, "layer2.0.conv1").output,
                                     named(*network, "layer1.0.conv2").output});
  CHECK(conv->activation == kernels::Activation::relu);
  REQUIRE(conv->has_shortcut());
  CHECK(second.macs == conv->geometry.macs() + conv->shortcut.geometry.macs());
  // The norms are part of the weights, for both share one epilogue.
  CHECK_FALSE(conv->scale.defined());
  std::map<std::string, Tensor<float>> state;
  for (const auto& item : nn::state(model)) state[item.name] = item.value();
  const auto affine = [&](const std::string& norm, Index c) {
    const float scale =
        state[norm + ".weight"](c) / std::sqrt(state[norm + ".running_var"](c) + 1e-5f);
    return std::pair(scale, state[norm + ".bias"](c) - scale * state[norm + ".running_mean"](c));
  };
  const auto [scale, shift] = affine("layer2.0.bn2", 3);
  const auto [scale_beside, shift_beside] = affine("layer2.0.downsample.1", 3);
  CHECK(conv->shift(3) == doctest::Approx(shift + shift_beside).epsilon(1e-5));
  CHECK(conv->weight(3, 1, 2, 0) ==
        doctest::Approx(scale * state["layer2.0.conv2.weight"](3, 1, 2, 0)).epsilon(1e-5));
  CHECK(conv->shortcut.weight(3, 1, 0, 0) ==
        doctest::Approx(scale_beside * state["layer2.0.downsample.0.weight"](3, 1, 0, 0))
            .epsilon(1e-5));
}

TEST_CASE("fold: maps that no algorithm takes together keep two steps, and the model's weights") {
  const auto model = models::lively_model<float>(small_config("resnet8", "none"));
  const auto network = fold(model, 60, 60);  // 30 x 30 and 15 x 15 pixels
  for (const auto& step : network->steps)
    if (const auto* conv = step.as<FoldedConv<float>>()) CHECK_FALSE(conv->has_shortcut());
  CHECK(named(*network, "layer3.0.downsample.0").inputs.size() == 2);
}

TEST_CASE("fold: weights from beyond L2 have a blocked copy only where lists may say who lives") {
  const auto folded = [](const char* fusion) {
    return fold(models::lively_model<float>(small_config("resnet18", fusion)), 224, 224);
  };
  const auto adaptive = folded("adafuse"), dense = folded("none");
  const auto has_copy = [](const FoldedNetwork<float>& network, const std::string& name) {
    return named(network, name).as<FoldedConv<float>>()->prepared.find("blocked") != nullptr;
  };
  CHECK(has_copy(*adaptive, "layer4.1.conv2"));
  CHECK_FALSE(has_copy(*adaptive, "layer4.1.conv1"));
  CHECK_FALSE(has_copy(*dense, "layer4.1.conv2"));
}

TEST_CASE("fold: weights stay the model's own, norms become scale and shift") {
  const auto model = models::lively_model<double>(small_config("bninception", "none"));
  const auto network = fold(model, 32, 32);
  const auto* conv = named(*network, "conv1_7x7_s2").as<FoldedConv<double>>();
  std::map<std::string, Tensor<double>> state;
  for (const auto& item : nn::state(model)) state[item.name] = item.value();
  CHECK(conv->weight.shares_with(state["conv1_7x7_s2.weight"]));
  const double scale = state["conv1_7x7_s2_bn.weight"](3) /
                       std::sqrt(state["conv1_7x7_s2_bn.running_var"](3) + 1e-5);
  CHECK(conv->scale(3) == doctest::Approx(scale).epsilon(1e-12));
  CHECK(conv->shift(3) == doctest::Approx(state["conv1_7x7_s2_bn.bias"](3) +
                                          scale * (state["conv1_7x7_s2.bias"](3) -
                                                   state["conv1_7x7_s2_bn.running_mean"](3)))
                              .epsilon(1e-12));
}

TEST_CASE("fold: a block's decisions reach its convolution, its reader, and the poolings between") {
  auto config = small_config("bninception", "adafuse");
  config.adaptive_blocks = {"inception_3a", "inception_3b"};
  const VideoModel<float> model(config, Key(0));
  const auto network = fold(model, 32, 32);
  REQUIRE(network->blocks.size() == 2);
  const auto& block = network->blocks[0];
  CHECK(block.name == "inception_3a");
  CHECK(block.channels == 256);
  REQUIRE(block.parts.size() == 4);
  CHECK(block.parts[2].first == 128);
  const auto value_of = [&](const char* name) {
    return network->value(named(*network, name).output);
  };
  CHECK(value_of("inception_3a_3x3").wanted == block.parts[1].wanted);
  CHECK_FALSE(value_of("inception_3a_3x3_reduce").wanted.has_value());
  CHECK(value_of("inception_3b_pool").live == block.live);
  CHECK_FALSE(value_of("inception_3b_pool_proj").live.has_value());
  // A pooling that is concatenated shows zeros where there is nothing.
  CHECK(named(*network, "inception_3c_pool").as<FoldedPool<float>>()->fill);
  CHECK_FALSE(value_of("inception_3c_pool").live.has_value());
}

TEST_CASE("fold: Winograd's weights are made where they may pay, and never when it is forbidden") {
  const VideoModel<float> model(small_config("resnet18", "none"), Key(0));
  const auto automatic = fold(model, 224, 224);
  const auto direct = fold(model, 224, 224, {.algorithm = kernels::ConvAlgorithm::direct});
  const auto has = [](const auto& network, const char* name) {
    return named(*network, name).template as<FoldedConv<float>>()->prepared.find("winograd") !=
           nullptr;
  };
  CHECK(has(automatic, "layer2.1.conv1"));
  CHECK_FALSE(has(automatic, "layer2.0.conv1"));  // stride 2
  CHECK_FALSE(has(direct, "layer2.1.conv1"));
}

TEST_CASE("fold: plans that it cannot fold are refused by name") {
  models::PlanBuilder<float> alone({3, 4, 4});
  alone.relu(alone.input());
  CHECK_THROWS_WITH_AS(fold(alone.take()),
                       "fold: relu follows no convolution that it could be part of", ValueError);

  const nn::Conv2d<float> conv({.in = 3, .out = 2, .kernel = 1}, Key(0));
  models::PlanBuilder<float> late({3, 4, 4});
  const auto maps = late.conv("conv", conv, late.input());
  late.fuse("block", maps, late.decide("block", {}, late.input(), 2));
  CHECK_THROWS_WITH_AS(fold(late.take()),
                       "fold: block decides on maps that are made before, or by no convolution",
                       ValueError);
}

}  // namespace fold_test
