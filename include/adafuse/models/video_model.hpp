// VideoModel: from a clip to the logits of its class. Backbone, dropout, classifier, consensus.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/inception.hpp>
#include <adafuse/models/resnet.hpp>
#include <adafuse/video/consensus.hpp>
#include <memory>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// Logits of each clip, and the decisions of every adaptive block, in order.
template <class T>
struct VideoOutput {
  Variable<T> logits;                  ///< [N, classes]
  std::vector<Decision<T>> decisions;  ///< of the blocks that decide, in order
};

/// The names of all networks.
inline std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const auto& layout : resnet_layouts()) names.push_back(layout.name);
  names.push_back("bninception");
  return names;
}

/// The backbone that a configuration names. Throws ValueError when nothing has that name.
template <class T>
std::unique_ptr<Backbone<T>> make_backbone(const ModelConfig& config, Key key) {
  if (config.model == "bninception") return std::make_unique<BnInception<T>>(config, key);
  for (const auto& layout : resnet_layouts())
    if (layout.name == config.model) return std::make_unique<ResNet<T>>(config, layout, key);
  std::string known;
  for (const auto& name : model_names()) known += (known.empty() ? "" : ", ") + name;
  throw ValueError("model: expects one of " + known + ", got " +
                   io::in_single_quotes(config.model));
}

template <class T>
class VideoModel {
 public:
  using value_type = T;

  /// The weights are drawn from `key`, each layer's by its name.
  VideoModel(const ModelConfig& config, Key key)
      : config_(checked(config)),
        backbone_(make_backbone<T>(config, key)),
        dropout_(config.dropout),
        rnn_(make_lstm(config, backbone_->feature_count(), key.of("rnn"))),
        fc_({.in = rnn_ ? config.lstm_hidden : backbone_->feature_count(), .out = config.classes},
            key.of("fc")) {
    check_adaptive(config, backbone_->blocks());
  }
  explicit VideoModel(const ModelConfig&) = delete;  // weights are drawn: give it a key, Key(seed)

  /// clip: [N, T, 3, h, w], normalised. T may differ from the configuration's.
  VideoOutput<T> forward(const Variable<T>& clip, AdaptiveContext<T>& ctx) const {
    require<ShapeError>(clip.rank() == 5 && clip.size(2) == 3 && clip.size(1) > 0, config_.model,
                        ": expects a clip [N,T,3,h,w], got ", clip.shape());
    const Index frames = clip.size(1);
    auto out = backbone_->forward(fold_time(clip), frames, ctx);
    auto features = out.features;
    if (rnn_) features = fold_time(rnn_->forward(unfold_time(features, frames)).all);
    const auto logits = fc_(dropout_.forward(features, ctx));
    return {rnn_ ? last_frame(logits, frames) : average_consensus(logits, frames),
            std::move(out.decisions)};
  }

  /// The same as steps, for pictures of h x w.
  Plan<T> plan(Index height, Index width) const {
    require<ValueError>(height > 0 && width > 0, config_.model, ": pictures of ", height, "x",
                        width, " have no pixels");
    PlanBuilder<T> builder({3, height, width});
    ValueId features = backbone_->plan(builder, builder.input());
    if (rnn_) features = builder.lstm("rnn", *rnn_, features);
    builder.consensus(builder.linear("fc", fc_, features), rnn_ != nullptr);
    return builder.take();
  }

  const ModelConfig& config() const { return config_; }
  void visit(nn::Visitor<T>& v) const {
    backbone_->visit(v);
    if (rnn_) v("rnn", *rnn_);
    v("fc", fc_);
  }

 private:
  static const ModelConfig& checked(const ModelConfig& config) {
    check(config);
    return config;
  }

  static std::unique_ptr<nn::Lstm<T>> make_lstm(const ModelConfig& config, Index in, Key key) {
    if (config.consensus != Consensus::lstm) return {};
    return std::make_unique<nn::Lstm<T>>(nn::LstmConfig{in, config.lstm_hidden}, key);
  }

  ModelConfig config_;
  std::unique_ptr<Backbone<T>> backbone_;
  nn::Dropout<T> dropout_;
  std::unique_ptr<nn::Lstm<T>> rnn_;  // null: none. It stays where it is when the model moves.
  nn::Linear<T> fc_;
};

}  // namespace adafuse::models::inline ADAFUSE_SIMD
