// A network as training might leave it: statistics that are not 0 and 1, agents that have a will.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/video_model.hpp>

namespace adafuse::models {

/// Gives every tensor of a module values that matter.
template <nn::Module M>
void enliven(const M& model) {
  using T = typename M::value_type;
  const NoGrad guard;
  for (const auto& item : nn::state(model)) {
    auto value = item.value();
    const Key key = Key(7).of(item.name);
    if (item.name.ends_with("running_var"))
      value.copy_from(Tensor<T>::uniform(value.shape(), key, T(0.5), T(2)));
    else if (!item.is_parameter() || item.name.ends_with("bias"))
      value.copy_from(Tensor<T>::uniform(value.shape(), key, T(-0.5), T(0.5)));
    else if (item.name.find("gate_fc") != std::string::npos || item.name.ends_with("gate_logits"))
      for (T& w : value) w *= 1000;  // they start nearly undecided
  }
}

template <class T>
VideoModel<T> lively_model(const ModelConfig& config) {
  VideoModel<T> model(config, Key(3));
  enliven(model);
  return model;
}

inline ModelConfig small_config(const std::string& model, const std::string& fusion) {
  ModelConfig config;
  config.model = model;
  config.fusion = parse_fusion(fusion);
  config.classes = 5;
  config.policy_hidden = 6;
  return config;
}

/// The decisions of a forward, by block.
template <class T>
std::map<std::string, Tensor<std::uint8_t>> taken_actions(
    const std::vector<Decision<T>>& decisions) {
  std::map<std::string, Tensor<std::uint8_t>> actions;
  for (const auto& decision : decisions) actions[decision.block] = decision.actions();
  return actions;
}

template <class T>
double largest_difference(const Tensor<T>& a, const Tensor<T>& b) {
  require<ShapeError>(a.shape() == b.shape(), "largest_difference: ", a.shape(), ", ", b.shape());
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a.data()[i] - b.data()[i])));
  return largest;
}

}  // namespace adafuse::models
