// BN-Inception (Ioffe and Szegedy, 2015), with the names of the weights that are passed around for
// it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/agents.hpp>
#include <adafuse/models/backbone.hpp>
#include <adafuse/models/inception_unit.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// The ten units: in, 1x1, 3x3 (reduce, out), double 3x3 (reduce, out), pool, projection, halves.
inline const std::vector<InceptionUnitConfig>& inception_units() {
  static const std::vector<InceptionUnitConfig> units{
      {"3a", 3, 192, 64, 64, 64, 64, 96, false, 32, false},
      {"3b", 3, 256, 64, 64, 96, 64, 96, false, 64, false},
      {"3c", 3, 320, 0, 128, 160, 64, 96, true, 0, true},
      {"4a", 4, 576, 224, 64, 96, 96, 128, false, 128, false},
      {"4b", 4, 576, 192, 96, 128, 96, 128, false, 128, false},
      {"4c", 4, 576, 160, 128, 160, 128, 160, false, 128, false},
      {"4d", 4, 608, 96, 128, 192, 160, 192, false, 128, false},
      {"4e", 4, 608, 0, 128, 192, 192, 256, true, 0, true},
      {"5a", 5, 1056, 352, 192, 320, 160, 224, false, 128, false},
      {"5b", 5, 1024, 352, 192, 320, 192, 224, true, 128, false}};
  return units;
}

/// BN-Inception, from pictures to 1024 features.
template <class T>
class BnInception : public Backbone<T> {
 public:
  using value_type = T;

  /// Weights from `key`; agents in the units that `config` lets decide.
  BnInception(const ModelConfig& config, Key key)
      : conv1_("conv1_7x7_s2", {.in = 3, .out = 64, .kernel = 7, .stride = 2, .padding = 3}, key),
        conv2_reduce_("conv2_3x3_reduce", {.in = 64, .out = 64}, key),
        conv2_("conv2_3x3", {.in = 64, .out = 192, .kernel = 3, .padding = 1}, key) {
    require<ValueError>(!config.shared_policy, "bninception: its agents are not shared");
    require<ValueError>(!config.policy_both, "bninception: its units have one decision each");
    require<ValueError>(config.stem_stride == 1, "bninception: its stem has stride 2");
    for (const auto& unit : inception_units()) {
      const bool adaptive = is_adaptive(config, unit.place());
      std::optional<PolicyNetwork<T>> agent;
      if (adaptive && config.agents)
        agent.emplace(policy_config(config, unit.in, unit.out()),
                      key.of("policy_net_" + unit.unit));
      units_.emplace_back(unit, Fusion{config.fusion.shift, adaptive}, std::move(agent), key);
    }
  }

  BackboneOutput<T> forward(const Variable<T>& x, Index frames,
                            AdaptiveContext<T>& ctx) const override {
    BackboneOutput<T> out;
    auto y = max_pool2d(conv1_.forward(x, ctx), halve());
    y = max_pool2d(conv2_.forward(conv2_reduce_.forward(y, ctx), ctx), halve());
    for (const auto& unit : units_) {
      auto [maps, decisions] = unit.forward(y, frames, ctx);
      y = maps;
      for (auto& decision : decisions) out.decisions.push_back(std::move(decision));
    }
    out.features = global_avg_pool(y);
    return out;
  }

  ValueId plan(PlanBuilder<T>& b, ValueId x) const override {
    ValueId y = b.max_pool("pool1_3x3_s2", halve(), conv1_.plan(b, x));
    y = b.max_pool("pool2_3x3_s2", halve(), conv2_.plan(b, conv2_reduce_.plan(b, y)));
    for (const auto& unit : units_) y = unit.plan(b, y);
    return b.global_pool(y);
  }

  void visit(nn::Visitor<T>& v) const override {
    conv1_.visit(v), conv2_reduce_.visit(v), conv2_.visit(v);
    for (const auto& unit : units_) unit.visit(v);
  }

  std::vector<BlockPlace> blocks() const override {
    std::vector<BlockPlace> places;
    for (const auto& unit : units_) places.push_back(unit.config().place());
    return places;
  }
  Index feature_count() const override { return inception_units().back().out(); }

 private:
  static PoolOptions halve() { return {.kernel = 3, .stride = 2, .ceil_mode = true}; }

  ConvNormRelu<T> conv1_, conv2_reduce_, conv2_;
  std::vector<InceptionUnit<T>> units_;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
