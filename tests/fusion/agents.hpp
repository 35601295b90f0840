// Agents for tests of agents: with weights that matter, and what of a clip their logits follow
// from.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/fusion/policy.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace adafuse::agents {

/// Larger weights than an agent starts with, so that its parts show in the result.
inline PolicyNetwork<double> lively_agent(const PolicyConfig& config) {
  PolicyNetwork<double> agent(config, Key(0));
  const NoGrad guard;
  std::uint64_t number = 0;
  for (const auto& p : nn::parameters(agent))
    p.mutable_value().copy_from(Tensor<double>::randn(p.shape(), Key(1).of(number++)));
  return agent;
}

/// The names of what a file has of an agent, in order.
inline std::vector<std::string> names(const PolicyNetwork<double>& agent) {
  std::vector<std::string> names;
  for (const auto& item : nn::state(agent)) names.push_back(item.name);
  return names;
}

/// Checks, by changing one frame after the other of two clips of four, that the logits of frame f
/// follow from frame g where `tells(g, f)`, and nowhere else.
template <class Tells>
void check_what_frames_tell(const PolicyNetwork<double>& agent, const Tells& tells) {
  const auto x = Tensor<double>::randn({8, agent.config().in_channels, 2, 2}, Key(2));
  nn::Context<double> ctx;
  const auto before = agent.forward(x, 4, ctx).value();
  for (Index changed = 0; changed < 8; ++changed) {
    const auto y = x.clone();
    auto frame = y[changed];
    for (double& v : frame) v += 1;
    const auto after = agent.forward(y, 4, ctx).value();
    for (Index f = 0; f < 8; ++f) {
      CAPTURE(changed);
      CAPTURE(f);
      CHECK(std::equal(before[f].begin(), before[f].end(), after[f].begin()) != tells(changed, f));
    }
  }
}

}  // namespace adafuse::agents
