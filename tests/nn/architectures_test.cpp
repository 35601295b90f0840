// Whole networks with PyTorch's weights, loaded by their names: outputs, all gradients and
// statistics as PyTorch computes them, in double and in float. golden/architectures.py says what
// the file holds.
// SPDX-License-Identifier: MIT
#include "architectures.hpp"

#include <doctest/doctest.h>

#include <adafuse/io/safetensors.hpp>
#include <adafuse/train/save.hpp>

#include "../golden/compare.hpp"

namespace architectures_test {

using namespace architectures;

namespace {

/// The tensors `prefix.name` of the golden file, by name.
io::TensorFile group(const std::string& prefix) {
  static const auto file =
      io::read_safetensors(ADAFUSE_TEST_DIR "/golden/architectures.safetensors");
  io::TensorFile found{.name = prefix, .metadata = {}, .tensors = {}};
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(prefix + "."))
      found.tensors.emplace(name.substr(prefix.size() + 1), tensor);
  return found;
}

/// 1e-10 of the scale in double, 1e-5 in float.
template <class T>
void check_near(const Tensor<T>& got, const io::TensorFile& expected, const std::string& name) {
  golden::check_close(got.template cast<double>(), expected.get<double>(name), name,
                      std::same_as<T, double> ? 1e-10 : 1e-5);
}

template <class Network>
void check_network(const std::string& name, const Network& network) {
  using T = typename Network::value_type;
  CAPTURE(name);
  const auto pytorch = group(name), gradients = group(name + ".gradient"),
             statistics = group(name + ".statistics");
  train::load(group(name + ".state"), network);

  const auto x = parameter(pytorch.get_cast<T>("x"));
  nn::Context<T> training(true, Key(0)), evaluation;
  const auto y = network.forward(x, training);
  check_near(y.value(), pytorch, "y");
  backward(y, pytorch.get_cast<T>("dy"));
  check_near(x.grad().value(), pytorch, "dx");
  for (const auto& item : nn::state(network))
    if (item.is_parameter())
      check_near(item.parameter.grad().value(), gradients, item.name);
    else
      check_near(item.buffer, statistics, item.name);
  CHECK(nn::state(network).size() == gradients.tensors.size() + statistics.tensors.size());
  if (!statistics.tensors.empty())
    check_near(network.forward(x, evaluation).value(), pytorch, "eval");
}

template <class T>
void check_encoder(const std::string& name, bool norm_first) {
  check_network(
      name,
      Encoder<T>(
          {.d_model = 8, .nhead = 2, .dim_feedforward = 12, .dropout = 0, .norm_first = norm_first},
          2, Key(0)));
}

}  // namespace

TEST_CASE("golden architectures: a transformer encoder of two layers, norms last or first") {
  check_encoder<double>("encoder_norm_last", false);
  check_encoder<double>("encoder_norm_first", true);
  check_encoder<float>("encoder_norm_last", false);
  check_encoder<float>("encoder_norm_first", true);
}

TEST_CASE("golden architectures: an LSTM of two layers and both directions") {
  check_network("tagger", Tagger<double>(4, 6, 5, Key(0)));
  check_network("tagger", Tagger<float>(4, 6, 5, Key(0)));
}

TEST_CASE("golden architectures: a U-Net in training, and in evaluation after it") {
  check_network("unet", UNet<double>(4, 3, Key(0)));
  check_network("unet", UNet<float>(4, 3, Key(0)));
}

TEST_CASE("golden architectures: a ResNet-18 of clips in training, and in evaluation after it") {
  check_network("resnet3d", ResNet3d<double>(4, 5, Key(0)));
  check_network("resnet3d", ResNet3d<float>(4, 5, Key(0)));
}

}  // namespace architectures_test
