// A data set and a configuration so small that a run takes a moment.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/gesture_folder.hpp>
#include <adafuse/train/trainer.hpp>

#include "../data/scratch_dir.hpp"

namespace adafuse::train {

/// 18 + 9 clips of 4 frames of 16x16.
struct TinyGestures {
  data::ScratchDir scratch;
  std::filesystem::path dir = scratch.path / "data";

  explicit TinyGestures(const char* name) : scratch(name) {
    data::write_gestures({.dir = dir, .train = 18, .val = 9, .size = 16, .frames = 4, .seed = 1});
  }
  std::filesystem::path run(const std::string& name) const { return scratch.path / name; }
  std::filesystem::path frame(const std::string& clip, Index t) const {
    return dir / "frames" / clip / data::frame_file_name(t);
  }
};

inline TrainConfig tiny_config(const std::string& fusion = "adafuse") {
  TrainConfig config;
  config.model.fusion = models::parse_fusion(fusion);
  config.model.frames = 4;
  config.model.stem_stride = 2;
  config.model.policy_hidden = 4;
  config.epochs = 2;
  config.batch = 9;
  config.lambda_rule = LambdaRule::epoch;
  config.lambda_from = 1;
  config.seed = 5;
  return config;
}

inline RunSummary train_tiny(const TinyGestures& gestures, const TrainConfig& config,
                             const std::string& run, const TrainObserver& observer = {}) {
  const auto dataset = data::load_dataset(gestures.dir);
  Trainer trainer(config, dataset);
  RunWriter writer(gestures.run(run), true);
  return trainer.run(writer, observer);
}

}  // namespace adafuse::train
