// What `eval` evaluates: the model of a run, or a checkpoint of another program whose network the
// options describe.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/weights_file.hpp>
#include <adafuse/train/start_weights.hpp>
#include <optional>

#include "model_options.hpp"
#include "pixels_option.hpp"
#include "run_model.hpp"

namespace adafuse::cli {

class EvalSubject {
 public:
  void add_to(CLI::App& command) {
    command_ = &command;
    auto* run = add_value(command, "--run", run_, "RUN", "directory of a run");
    add_value(command, "--weights", weights_, "FILE",
              "instead: safetensors, or a checkpoint of PyTorch (.pth, .pth.tar), of the network\n"
              "that the following options describe, for the data set's classes")
        ->excludes(run);
    add_checkpoint(command, checkpoint_);
    const std::size_t before = command.get_options().size();
    model_.add_to(command);
    add_value(command, "--size", input_.size, "S", "crop frames to S x S (default: as they are)");
    add_value(command, "--shorter-side", input_.shorter_side, "S",
              "scale frames to this side before the crop (default: --size)")
        ->needs("--size");
    add_pixels(command, pixels_);
    const auto options = command.get_options();
    for (std::size_t i = before; i < options.size(); ++i)
      if (options[i]->get_name() != "--frames") of_network_.push_back(options[i]->get_name());
  }

  bool is_run() const { return weights_.empty(); }
  const std::string& run() const { return run_; }

  /// What is read, for whoever must not write over it.
  std::vector<std::string> files() const {
    if (!is_run()) return {weights_};
    return {run_model_file(run_, checkpoint_).string(), train::RunFiles(run_).config().string()};
  }
  /// How many frames of a clip are looked at: as asked for, or as the run was trained.
  Index frames(const train::ModelCard& card) const {
    const Index frames =
        command_->count("--frames") > 0 ? model_.config().frames : card.config.frames;
    constexpr Index longest_clip = 4096;
    require<ValueError>(1 <= frames && frames <= longest_clip, "--frames: expects 1 to ",
                        longest_clip, ", got ", frames);
    return frames;
  }
  /// How pictures become frames, once check() has returned.
  const train::InputConfig& input() const { return saved_ ? saved_->card.input : input_; }

  /// Reads the model of a run. Throws ValueError for options that do not go together, IoError,
  /// FormatError.
  void check() {
    require<ValueError>(command_->count("--run") + command_->count("--weights") > 0,
                        "--run is required, or --weights");
    if (is_run()) {
      refuse(*command_, of_network_, "with --run: the run says what the network is");
      require_run_directory("--run", run_, "; --weights takes a file");
      saved_ = load_run(run_, checkpoint_);
    } else
      refuse(*command_, {"--checkpoint"}, "with --weights");
  }

  /// The model; agents only where they decide. `notes` says what was taken from a checkpoint.
  /// Throws IoError, FormatError, ValueError.
  train::SavedModel load(const std::vector<std::string>& classes, const std::string& policy,
                         std::string& notes) {
    return saved_ ? std::move(*saved_) : of_weights(classes, policy, notes);
  }

 private:
  train::SavedModel of_weights(const std::vector<std::string>& classes, const std::string& policy,
                               std::string& notes) const {
    train::ModelCard card{model_.config(), classes, input_, {}};
    card.config.classes = std::ssize(classes);
    card.input.normalisation = data::normalisation_of(pixels_);
    train::check_crop(input_.size, input_.shorter_side);
    if (!policy.empty() && card.config.fusion.adaptive) card.policy = train::parse_policy(policy);
    if (!card.policy.learned()) {
      refuse(*command_, ModelOptions::agent_options(), "with --policy " + policy);
      card.config.agents = false;
    }
    models::VideoModel<float> model(card.config, Key(0));
    const auto report = train::load_checkpoint(model, io::read_weights(weights_).weights);
    notes = concat(weights_, ": ", report);
    return {std::move(card), std::move(model)};
  }

  CLI::App* command_ = nullptr;
  ModelOptions model_;
  train::InputConfig input_;
  std::optional<train::SavedModel> saved_;
  data::Pixels pixels_ = data::Pixels::rgb;
  std::vector<std::string> of_network_;
  std::string run_, weights_, checkpoint_ = "best";
};

}  // namespace adafuse::cli
