// The options of `train` that say where it starts from, what learns and how clips count.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/crc32.hpp>
#include <adafuse/io/weights_file.hpp>
#include <adafuse/train/tuning.hpp>
#include <cstdio>
#include <optional>

#include "command.hpp"

namespace adafuse::cli {

class TuningOptions {
 public:
  void add_to(CLI::App& command) {
    add_value(command, "--weights", config_.weights, "FILE",
              "start from these: safetensors, or a checkpoint of PyTorch (.pth, .pth.tar); a head\n"
              "for other classes and agents that the file lacks are new");
    add_value(command, "--freeze", config_.freeze, "PART,..",
              "parts that do not learn: backbone, agents, or names as in layer1,layer2.0")
        ->delimiter(',')
        ->needs("--weights");
    command
        .add_flag("--partial-bn", config_.partial_bn,
                  "freeze all batch norms of the backbone but the first, as TSN")
        ->needs("--weights");
    add_value(command, "--head-rate", config_.head_rate, "F", "factor on the rate of the head")
        ->capture_default_str();
    add_value(command, "--bias-rate", config_.bias_rate, "F",
              "factor on the rate of biases, 2 in Caffe's and TSN's recipes")
        ->capture_default_str();
    add_value(command, "--label-smoothing", config_.label_smoothing, "S",
              "share of each label that goes to all classes alike")
        ->capture_default_str();
    add_value(command, "--class-weights", config_.class_weights, "W,..",
              "balanced, or how much a clip of each class counts, as in 1,2,0.5");
    add_value(command, "--ema", config_.ema, "DECAY",
              "evaluate and save a moving average of the weights, as in 0.999 (default: none)");
    add_value(command, "--accumulate", config_.accumulate, "N",
              "parts in which a step's batch goes through the network, to take less memory")
        ->capture_default_str();
    add_value(command, "--early-stopping", config_.early_stopping, "E",
              "end after E epochs without a better model (default: never)")
        ->check(CLI::PositiveNumber);
    command_ = &command;
  }

  /// What was given, once the command line was read. Throws ValueError.
  train::TuningConfig config() const {
    require<ValueError>(command_->count("--class-weights") == 0 || !config_.class_weights.empty(),
                        "--class-weights: expects balanced, or a number for each class");
    require<ValueError>(command_->count("--ema") == 0 || config_.ema > 0,
                        "--ema: expects a decay in (0, 1), got ", config_.ema);
    return config_;
  }

  /// The weights to start from, if any; what is remembered of their file goes into `config`. Throws
  /// IoError, FormatError.
  static std::optional<io::TensorFile> read(train::TuningConfig& config) {
    if (config.weights.empty()) return {};
    auto file = io::read_weights(config.weights);
    char sum[16];
    std::snprintf(sum, sizeof sum, "%08x", io::crc32(io::read_file(config.weights)));
    config.weights_crc32 = sum;
    return std::move(file.weights);
  }

 private:
  const CLI::App* command_ = nullptr;
  train::TuningConfig config_;
};

}  // namespace adafuse::cli
