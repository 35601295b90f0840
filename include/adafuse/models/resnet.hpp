// ResNet (He et al., 2016), with torchvision's names of weights.
//
// For ImageNet: a 7x7 stem and a pooling, four stages from 64 channels on, basic blocks (18, 34) or
// bottlenecks (50, 101). CIFAR-style: a 3x3 stem and three stages, 16-32-64 wide (8, 14, 20).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/agents.hpp>
#include <adafuse/models/backbone.hpp>
#include <adafuse/models/residual_block.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// Which blocks a ResNet is made of.
struct ResNetLayout {
  std::string name;           ///< "resnet18"
  std::vector<Index> widths;  ///< of each stage
  std::vector<Index> depths;  ///< blocks in each stage
  bool bottleneck = false;    ///< of which kind all blocks are
  bool imagenet = false;      ///< 7x7 stem and max pooling

  Index out(std::size_t stage) const { return widths[stage] * (bottleneck ? 4 : 1); }
};

/// Those that there are, by name.
inline const std::vector<ResNetLayout>& resnet_layouts() {
  static const std::vector<ResNetLayout> layouts{
      {"resnet8", {16, 32, 64}, {1, 1, 1}},
      {"resnet14", {16, 32, 64}, {2, 2, 2}},
      {"resnet20", {16, 32, 64}, {3, 3, 3}},
      {"resnet18", {64, 128, 256, 512}, {2, 2, 2, 2}, false, true},
      {"resnet34", {64, 128, 256, 512}, {3, 4, 6, 3}, false, true},
      {"resnet50", {64, 128, 256, 512}, {3, 4, 6, 3}, true, true},
      {"resnet101", {64, 128, 256, 512}, {3, 4, 23, 3}, true, true}};
  return layouts;
}

template <class T>
class ResNet : public Backbone<T> {
 public:
  using value_type = T;

  /// Weights from `key`; agents in the blocks that `config` lets decide.
  ResNet(const ModelConfig& config, const ResNetLayout& layout, Key key)
      : layout_(layout),
        agents_(config, key),
        conv1_(stem(config, layout), key.of("conv1")),
        bn1_({layout.widths.front()}) {
    Index in = layout.widths.front();
    for (std::size_t stage = 0; stage < layout.widths.size(); ++stage)
      for (Index i = 0; i < layout.depths[stage]; ++i) {
        const Index width = layout.widths[stage];
        const BlockPlace place{concat("layer", stage + 1, ".", i), static_cast<Index>(stage) + 1};
        places_.push_back(place);
        blocks_.emplace_back(ResidualBlockConfig{.name = place.name,
                                                 .in = in,
                                                 .width = width,
                                                 .out = layout.out(stage),
                                                 .stride = stage > 0 && i == 0 ? 2 : 1,
                                                 .bottleneck = layout.bottleneck,
                                                 .shift = config.fusion.shift,
                                                 .adaptive = is_adaptive(config, place),
                                                 .both = config.policy_both},
                             make_agents(config, place, in, width), key.of(place.name));
        in = layout.out(stage);
      }
  }

  BackboneOutput<T> forward(const Variable<T>& x, Index frames,
                            AdaptiveContext<T>& ctx) const override {
    BackboneOutput<T> out;
    auto y = bn1_.forward_relu(conv1_(x), ctx);
    if (layout_.imagenet) y = max_pool2d(y, pool());
    for (const auto& block : blocks_) {
      auto [maps, decisions] = block.forward(y, frames, ctx);
      y = maps;
      for (auto& decision : decisions) out.decisions.push_back(std::move(decision));
    }
    out.features = global_avg_pool(y);
    return out;
  }

  ValueId plan(PlanBuilder<T>& b, ValueId x) const override {
    ValueId y = b.relu(b.norm("bn1", bn1_, b.conv("conv1", conv1_, x)));
    if (layout_.imagenet) y = b.max_pool("maxpool", pool(), y);
    for (const auto& block : blocks_) y = block.plan(b, y);
    return b.global_pool(y);
  }

  void visit(nn::Visitor<T>& v) const override {
    v("conv1", conv1_), v("bn1", bn1_);
    for (const auto& block : blocks_) v(block.config().name, block);
    agents_.visit(v);
  }

  std::vector<BlockPlace> blocks() const override { return places_; }
  Index feature_count() const override { return layout_.out(layout_.widths.size() - 1); }

 private:
  static nn::Conv2dConfig stem(const ModelConfig& config, const ResNetLayout& layout) {
    const Index width = layout.widths.front();
    if (!layout.imagenet)
      return {.in = 3, .out = width, .kernel = 3, .stride = config.stem_stride, .padding = 1};
    require<ValueError>(config.stem_stride == 1, layout.name,
                        ": its stem has stride 2; stem stride is for resnet8, 14 and 20");
    return {.in = 3, .out = width, .kernel = 7, .stride = 2, .padding = 3};
  }
  BlockAgents<T> make_agents(const ModelConfig& config, const BlockPlace& block, Index in,
                             Index width) {
    BlockAgents<T> agents{agents_.make(block, in, width), {}};
    if (config.policy_both) agents.second = agents_.make(block, width, width, "policy_net2");
    return agents;
  }
  static PoolOptions pool() { return {.kernel = 3, .stride = 2, .padding = 1}; }

  ResNetLayout layout_;
  AgentMaker<T> agents_;
  nn::Conv2d<T> conv1_;
  nn::BatchNorm2d<T> bn1_;
  std::vector<BlockPlace> places_;  // of each block
  std::vector<ResidualBlock<T>> blocks_;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
