// WeightEma: the moving average of a network's weights and running statistics along the steps. It
// is what is evaluated and saved, while training goes on with the weights themselves.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/video_model.hpp>
#include <adafuse/optim/average.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

class WeightEma {
 public:
  /// The average of all that is in the network's state.
  using Average = optim::WeightAverage<float>;

  /// a <- a + (1 - decay) (p - a) at each update, of everything in the network's state. Decay 0: no
  /// average is taken.
  WeightEma(const models::VideoModel<float>& model, double decay) {
    if (decay > 0) average_.emplace(all_of(model), optim::EmaOptions{.decay = decay});
  }

  /// Takes the weights as they are now into the average.
  void update() {
    if (average_) average_->update();
  }

  /// As long as it lives, the network is the average. Null without one, and before the first step.
  [[nodiscard]] std::unique_ptr<Average::InPlace> in_place() const {
    return updates() > 0 ? std::make_unique<Average::InPlace>(*average_) : nullptr;
  }

  /// All that a resumed run needs, with updates(): "average.3" for tensor 3. Empty without one, and
  /// before the first step.
  std::map<std::string, Tensor<float>> state() const {
    return updates() > 0 ? average_->state() : std::map<std::string, Tensor<float>>();
  }
  /// How many updates there were; 0 without an average.
  Index updates() const { return average_ ? average_->updates() : 0; }
  /// Throws ValueError, ShapeError for a state that is not this network's average.
  void restore(Index updates, const std::map<std::string, Tensor<float>>& saved) {
    require<ValueError>(average_ || (updates == 0 && saved.empty()),
                        "ema: there is no average to restore");
    if (average_) average_->restore(updates, saved);
  }

 private:
  /// Parameters once each, and running statistics as if they were parameters.
  static std::vector<Variable<float>> all_of(const models::VideoModel<float>& model) {
    auto all = nn::parameters(model);
    for (const auto& item : nn::state(model))
      if (!item.is_parameter()) all.push_back(parameter(item.buffer));
    return all;
  }

  std::optional<Average> average_;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
