// Which parameters of a network learn, and at which share of the rate.
//
// Parts have the names of weights: `layer1`, `layer2.0`, `conv1`, `inception_3a`, `fc`. Beside them
// there are `backbone`, all but head and agents, and `agents`. An agent is frozen by its own name
// or by `agents` alone: a stage's agents go on learning when the stage does not.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/video_model.hpp>
#include <adafuse/optim/optimizer.hpp>
#include <adafuse/train/tuning.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Whether this is the name of a weight of the classifier, or of the LSTM before it.
inline bool is_of_head(std::string_view name) {
  return name.starts_with("fc.") || name.starts_with("rnn.");
}

/// Whether this is the name of an agent's weight, shared or its own.
inline bool is_of_agent(std::string_view name) {
  return name.find("policy_net") != std::string_view::npos || name.starts_with("gate_fc");
}

namespace detail {

/// Whether a part holds the weight: `layer1` holds `layer1.0.bn1.bias`, `inception_3a` holds
/// `inception_3a_1x1.weight`.
inline bool holds(std::string_view part, std::string_view name) {
  if (part == "backbone") return !is_of_head(name) && !is_of_agent(name);
  if (part == "agents") return is_of_agent(name);
  if (!name.starts_with(part) || name.size() == part.size()) return false;
  const char next = name[part.size()];
  return (next == '.' || next == '_') && is_of_agent(name) == is_of_agent(concat(part, "."));
}

/// "layer1.0.bn1" of "layer1.0.bn1.weight".
inline std::string module_of(std::string_view name) {
  return std::string(name.substr(0, name.rfind('.')));
}

/// The modules that have running statistics, in order.
inline std::vector<std::string> norms_of(const models::VideoModel<float>& model) {
  std::vector<std::string> norms;
  for (const auto& item : nn::state(model))
    if (item.name.ends_with(".running_mean")) norms.push_back(module_of(item.name));
  return norms;
}

/// The parts at the root, for an error: "conv1, bn1, layer1, ..., fc".
inline std::string parts_of(const models::VideoModel<float>& model) {
  std::vector<std::string> parts;
  for (const auto& item : nn::state(model)) {
    const auto part = item.name.substr(0, item.name.find('.'));
    if (!is_of_agent(item.name) && (parts.empty() || parts.back() != part)) parts.push_back(part);
  }
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace detail

/// Lets the named parts, and with `partial_bn` all batch norms of the backbone but the first, learn
/// no more. Returns the running means of the batch norms that are frozen so: nn::Context takes
/// them. Throws ValueError for a part that the network does not have, and when nothing is left to
/// learn.
inline std::shared_ptr<const std::set<const float*>> freeze(const models::VideoModel<float>& model,
                                                            const TuningConfig& tuning) {
  const auto items = nn::state(model);
  const auto norms = detail::norms_of(model);
  std::set<std::string> frozen_norms;
  if (tuning.partial_bn) {
    bool first = true;
    for (const auto& norm : norms)
      if (!is_of_agent(norm) && !std::exchange(first, false)) frozen_norms.insert(norm);
  }
  const auto is_frozen = [&](const std::string& name) {
    return frozen_norms.count(detail::module_of(name)) > 0 ||
           std::any_of(tuning.freeze.begin(), tuning.freeze.end(),
                       [&](const std::string& part) { return detail::holds(part, name); });
  };
  for (const auto& part : tuning.freeze)
    require<ValueError>(
        std::any_of(items.begin(), items.end(),
                    [&](const auto& item) { return detail::holds(part, item.name); }),
        "freeze: ", model.config().model, " has no part ", io::in_single_quotes(part),
        "; expects backbone, agents, or parts of ", detail::parts_of(model));
  auto means = std::make_shared<std::set<const float*>>();
  bool any_learns = false;
  for (const auto& item : items) {
    const bool frozen = is_frozen(item.name);
    if (item.is_parameter()) {
      if (frozen) item.parameter.requires_grad_(false);
      any_learns |= !frozen;
    } else if (frozen && item.name.ends_with(".running_mean")) {
      means->insert(item.buffer.data());
    }
  }
  require<ValueError>(any_learns, "freeze: nothing is left that learns");
  return means;
}

/// The parameters of the agents, and all others, each once.
inline std::pair<std::vector<Variable<float>>, std::vector<Variable<float>>> agents_apart(
    const models::VideoModel<float>& model) {
  std::pair<std::vector<Variable<float>>, std::vector<Variable<float>>> apart;
  std::set<const Node<float>*> seen;
  for (const auto& item : nn::state(model))
    if (item.is_parameter() && seen.insert(item.parameter.node().get()).second)
      (is_of_agent(item.name) ? apart.first : apart.second).push_back(item.parameter);
  return apart;
}

/// Weights decay; biases and batch norms do not. The head, and biases that no batch norm has, have
/// their own factors on the rate. The parameters of each group are in the network's order.
inline std::vector<optim::ParameterGroup<float>> parameter_groups(
    const models::VideoModel<float>& model, double weight_decay, const TuningConfig& tuning) {
  const auto norms = detail::norms_of(model);
  const std::set<std::string> are_norms(norms.begin(), norms.end());
  // Of the body: weights, norms, biases; then the same of the head.
  std::vector<optim::ParameterGroup<float>> groups(6);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    groups[g].weight_decay = g % 3 == 0 ? weight_decay : 0;
    groups[g].rate_scale = (g >= 3 ? tuning.head_rate : 1) * (g % 3 == 2 ? tuning.bias_rate : 1);
  }
  std::set<const Node<float>*> seen;
  for (const auto& item : nn::state(model)) {
    if (!item.is_parameter() || !seen.insert(item.parameter.node().get()).second) continue;
    const std::size_t kind = item.parameter.rank() > 1                           ? 0
                             : are_norms.count(detail::module_of(item.name)) > 0 ? 1
                                                                                 : 2;
    groups[(is_of_head(item.name) ? 3 : 0) + kind].parameters.push_back(item.parameter);
  }
  return groups;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
