// TrainingState: where a training is, and all that it remembers besides the network and the
// optimiser. The three together are RUN/state.safetensors, which alone decides where a run goes on;
// the other files of the run are brought in line with it.
//
// Random numbers are functions of (seed, position), so the position is all they need. Whatever else
// of a training has memory belongs in here, with a line in list_fields (`or_default` if it is newer
// than runs that are to go on).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/best_epoch.hpp>
#include <adafuse/train/data_fingerprint.hpp>
#include <adafuse/train/json_fields.hpp>
#include <adafuse/train/lambda_rule.hpp>
#include <adafuse/train/metrics.hpp>
#include <adafuse/train/run_files.hpp>
#include <adafuse/train/save.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

struct TrainingState {
  Index epoch = 0;       ///< this one, from 0; the number of epochs after the last
  Index step = 0;        ///< done in this epoch
  TrainingMetrics sums;  ///< over these steps

  std::string rows;       ///< of metrics.csv, without its header
  Index best_epoch = -1;  ///< none yet
  RunSummary best;        ///< of that epoch, without times
  BestEpoch best_so_far;  ///< by what the next epochs are judged
  Index since_best = 0;   ///< candidates since the best one, for early stopping

  LambdaState lambda;        ///< of the rule for lambda
  Index averaged_steps = 0;  ///< of the moving average of the weights

  bool baseline_started = false;  ///< REINFORCE's baseline
  double baseline = 0;            ///< its value

  double seconds = 0, step_seconds = 0;  ///< of the whole run; in training steps
};

template <class Fields>
void list_fields(Fields& f, TrainingMetrics& m) {
  f("loss", m.loss), f("cross_entropy", m.cross_entropy), f("cost", m.cost), f("top1", m.top1);
  f("lambda", m.lambda);
}

template <class Fields>
void list_fields(Fields& f, TrainingState& s) {
  f("epoch", s.epoch), f("step", s.step), f("sums", s.sums);
  f("rows", s.rows), f("best_epoch", s.best_epoch), f("best", s.best);
  f("best_so_far", s.best_so_far), f("since_best", s.since_best);
  f("lambda", s.lambda), f("averaged_steps", s.averaged_steps);
  f("baseline_started", s.baseline_started), f("baseline", s.baseline);
  f("seconds", s.seconds), f("step_seconds", s.step_seconds);
}

/// The texts of a state file.
struct SavedTraining {
  TrainingState state;   ///< where the training is
  DataFingerprint data;  ///< of the data that it was trained on
  io::Json config;       ///< what is in config.json as well
  io::Json source;       ///< where the data came from, as whoever began the run has put it
};

/// `average`: the moving average of the weights, empty where none is taken.
inline Extra to_extra(const SavedTraining& saved,
                      const std::map<std::string, Tensor<float>>& average) {
  const auto text = [](const io::Json& json) { return io::json_text(json, -1); };
  Extra extra{.texts = {{"state", text(to_json(saved.state))},
                        {"data", text(to_json(saved.data))},
                        {"config", text(saved.config)},
                        {"source", text(saved.source)}}};
  for (const auto& [name, tensor] : average) extra.tensors.emplace(name, tensor);
  return extra;
}

/// The moving average of the weights among what was saved.
inline std::map<std::string, Tensor<float>> average_of(const Extra& extra) {
  std::map<std::string, Tensor<float>> average;
  for (const auto& [name, tensor] : extra.tensors) {
    const auto* values = std::get_if<Tensor<float>>(&tensor);
    require<FormatError>(values, "the state of a training: ", name, " is not of floats");
    average.emplace(name, *values);
  }
  return average;
}

/// The texts of a state file, of its metadata. `name` is what errors call it. Throws FormatError.
inline SavedTraining saved_training_of(const std::map<std::string, std::string>& metadata,
                                       const std::string& name) {
  const auto json = [&](const char* key) {
    const auto found = metadata.find(concat(detail::extra_prefix, key));
    require<FormatError>(found != metadata.end(), name, ": not the state of a training: no \"", key,
                         "\" in its metadata");
    return io::parse_json(found->second, concat(name, ": ", key));
  };
  return {from_json<TrainingState>(json("state"), name + ": state"),
          from_json<DataFingerprint>(json("data"), name + ": data"), json("config"),
          json("source")};
}

/// Reads the texts of a state file and none of its tensors. Throws IoError and FormatError.
inline SavedTraining read_saved_training(const std::filesystem::path& path) {
  const io::SafetensorsReader file(path);
  return saved_training_of(file.metadata(), file.name());
}

/// Throws ValueError, naming the key, for a configuration that is not what the run began with.
inline void check_same_config(const io::Json& began, const io::Json& now, const std::string& name) {
  for (const auto& entry : began.items())
    require<ValueError>(now.contains(entry.key()), name, ": \"", entry.key(),
                        "\" is missing, the run began with ", io::json_quote(entry.value()));
  for (const auto& entry : now.items()) {
    const auto found = began.find(entry.key());
    if (found == began.end()) continue;  // newer than the run, and at its default
    if (entry.value().is_object() && found->is_object())
      check_same_config(*found, entry.value(), name);
    else
      require<ValueError>(*found == entry.value(), name, ": \"", entry.key(), "\" is ",
                          io::json_quote(entry.value()), ", the run began with ",
                          io::json_quote(*found));
  }
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
