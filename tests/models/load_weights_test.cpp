// Weights of a file in a model: what matches is copied, what does not is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/models/load_weights.hpp>

#include "lively_model.hpp"

namespace load_weights_test {

using namespace adafuse;
using models::load_weights;
using models::VideoModel;

namespace {

models::ModelConfig config(Index classes = 5) {
  auto small = models::small_config("resnet8", "adafuse");
  small.classes = classes;
  return small;
}

/// The state of a model as a file, with `prefix` in front of every name.
io::TensorFile file_of(const VideoModel<float>& model, const std::string& prefix = "") {
  io::TensorFile file;
  file.name = "w.pth";
  for (const auto& [name, tensor] : nn::state_tensors(model))
    file.tensors[prefix + name] = tensor.clone();
  return file;
}

template <class T>
Tensor<T> logits(const VideoModel<T>& model) {
  const NoGrad guard;
  AdaptiveContext<T> ctx;
  const auto clip = Tensor<T>::randn({1, 2, 3, 8, 8}, Key(1));
  return model.forward(clip, ctx).logits.value();
}

}  // namespace

TEST_CASE("state shapes: names and shapes are those of the network, whatever it is made of") {
  for (const char* name : {"resnet8", "resnet18", "bninception"})
    for (const char* fusion : {"none", "adafuse"}) {
      auto small = models::small_config(name, fusion);
      small.consensus = models::Consensus::lstm;
      const VideoModel<float> model(small, Key(0));
      std::map<std::string, Shape> expected;
      for (const auto& [tensor, value] : nn::state_tensors(model))
        expected.emplace(tensor, value.shape());
      CHECK(models::state_shapes(small) == expected);
    }
}

TEST_CASE("state shapes: no memory is taken, and models are drawn again afterwards") {
  auto large = config();
  large.policy_hidden = 2'000'000'000;
  CHECK(models::state_shapes(large).at("layer1.0.policy_net.gate_bn.bias") == Shape{2'000'000'000});
  const VideoModel<float> model(config(), Key(0));
  CHECK(nn::state_tensors(model).at("fc.weight")(0, 0) != 0);
}

TEST_CASE("load weights: a model that reads another's weights computes what the other does") {
  const auto source = models::lively_model<float>(config());
  const VideoModel<float> model(config(), Key(9));
  REQUIRE(models::largest_difference(logits(model), logits(source)) > 0);
  const auto match = load_weights(model, file_of(source, "module.base_model."));
  CHECK(match.complete());
  CHECK(match.left_over.empty());
  CHECK(models::largest_difference(logits(model), logits(source)) == 0);
}

TEST_CASE("load weights: they are cast to the model's scalars") {
  const auto source = models::lively_model<float>(config());
  const VideoModel<double> model(config(), Key(9));
  load_weights(model, file_of(source));
  const auto got = nn::state_tensors(model);
  for (const auto& [name, tensor] : nn::state_tensors(source))
    CHECK(models::largest_difference(got.at(name), tensor.cast<double>()) == 0);
}

TEST_CASE("load weights: the file keeps its own tensors, the model its own") {
  const auto source = models::lively_model<float>(config());
  const auto file = file_of(source);
  const VideoModel<float> model(config(), Key(9));
  load_weights(model, file);
  const NoGrad guard;
  nn::state_tensors(model).at("conv1.weight").fill(0);
  CHECK(models::largest_difference(file.get<float>("conv1.weight"),
                                   nn::state_tensors(source).at("conv1.weight")) == 0);
}

TEST_CASE("load weights: a head for other classes and what is missing stay as they were") {
  auto file = file_of(models::lively_model<float>(config(7)));
  file.tensors.erase("layer1.0.bn1.weight");
  const VideoModel<float> model(config(), Key(9));
  const auto before = nn::state_tensors(VideoModel<float>(config(), Key(9)));
  const auto match = load_weights(model, file);
  CHECK(match.replaced_head.size() == 2);
  CHECK(match.missing == std::vector<std::string>{"layer1.0.bn1.weight"});
  const auto after = nn::state_tensors(model);
  for (const char* name : {"fc.weight", "fc.bias", "layer1.0.bn1.weight"})
    CHECK(models::largest_difference(after.at(name), before.at(name)) == 0);
  CHECK(models::largest_difference(after.at("conv1.weight"), before.at("conv1.weight")) > 0);
}

TEST_CASE("load weights: a tensor of another shape is refused before anything is written") {
  auto file = file_of(models::lively_model<float>(config()));
  file.tensors["layer3.0.conv2.weight"] = Tensor<float>({2, 2});
  const VideoModel<float> model(config(), Key(9));
  CHECK_THROWS_WITH_AS(load_weights(model, file), doctest::Contains("layer3.0.conv2.weight"),
                       FormatError);
  const auto before = nn::state_tensors(VideoModel<float>(config(), Key(9)));
  for (const auto& [name, tensor] : nn::state_tensors(model))
    CHECK(models::largest_difference(tensor, before.at(name)) == 0);
}

}  // namespace load_weights_test
