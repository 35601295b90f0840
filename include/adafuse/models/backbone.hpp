// Backbone: a 2-d network that turns frames into features, whatever it is made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/decide.hpp>
#include <adafuse/models/model_config.hpp>
#include <adafuse/models/plan_builder.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// Features of each frame, and the decisions of every adaptive block, in order.
template <class T>
struct BackboneOutput {
  Variable<T> features;                ///< [N*T, feature_count]
  std::vector<Decision<T>> decisions;  ///< of the blocks that decide, in order
};

template <class T>
class Backbone {
 public:
  virtual ~Backbone() = default;

  /// x: frames [N*T, 3, h, w] of clips of T = `frames` frames.
  virtual BackboneOutput<T> forward(const Variable<T>& x, Index frames,
                                    AdaptiveContext<T>& ctx) const = 0;
  /// The same as steps; returns the features' value.
  virtual ValueId plan(PlanBuilder<T>& builder, ValueId x) const = 0;
  virtual void visit(nn::Visitor<T>& visitor) const = 0;
  /// All blocks that could decide, in order.
  virtual std::vector<BlockPlace> blocks() const = 0;
  /// How many features it makes of a frame.
  virtual Index feature_count() const = 0;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
