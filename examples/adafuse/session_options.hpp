// What predict and stream share: the model of a run, who decides, how pictures become frames, and
// how a ledger is printed.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/frame_names.hpp>
#include <adafuse/data/framing.hpp>
#include <adafuse/infer/infer.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/model_file.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <adafuse/train/run_files.hpp>
#include <cmath>
#include <cstdio>

#include "command.hpp"
#include "run_argument.hpp"

namespace adafuse::cli {

struct SessionOptions {
  std::string run, checkpoint = "best", policy;
  std::uint64_t seed = 0;
  bool ledger = false, json = false, allow_holes = false;
  io::ImageOptions pictures;

  void add_to(CLI::App& command) {
    command.add_option("RUN", run, "directory of a run")->required();
    add_value(command, "--checkpoint", checkpoint, "NAME", "best or last")
        ->check(CLI::IsMember({"best", "last"}))
        ->capture_default_str();
    add_value(command, "--policy", policy, "P",
              "learned, keep-all, random:k,r,s (default: as it was trained)");
    add_value(command, "--seed", seed, "S", "seed of a random policy (default: the run's)");
    command.add_flag("--ledger", ledger, "print what each step cost");
    command.add_flag("--json", json, "print one JSON object");
    command.add_flag("--allow-holes", allow_holes,
                     "take the pictures of a directory as they are named, 1, 2, 10, even where\n"
                     "numbers are missing or names differ");
    add_most_pixels(command, pictures);
    add_threads(command);
  }
};

/// A trained model, ready for sessions.
class LoadedModel {
 public:
  LoadedModel(const SessionOptions& options, const CLI::App& command) : saved_(load(options)) {
    const auto& config = saved_.card.config;
    policy_ = !config.fusion.adaptive  ? "none"
              : options.policy.empty() ? to_string(saved_.card.policy)
                                       : options.policy;
    require<ValueError>(config.fusion.adaptive || options.policy.empty(),
                        "--policy has no effect: this model decides nothing");
    const auto choice =
        config.fusion.adaptive ? train::parse_policy(policy_) : train::PolicyChoice{};
    require<ValueError>(!config.fusion.adaptive || !choice.learned() || config.agents,
                        "--policy learned: this model was trained without agents");
    if (choice.kind != train::PolicyChoice::Kind::random)
      refuse(command, {"--seed"}, "where nothing is drawn: without a random policy");
    decider_ = decider_of(choice, seed_of(options, command));
  }

  const train::ModelCard& card() const { return saved_.card; }
  const std::string& policy() const { return policy_; }
  const infer::Decider& decider() const { return decider_; }

  /// The shorter side that pictures are scaled to; 0: they are taken as they are.
  Index side() const { return card().input.framing().scaled_side(); }

  /// The frames of a clip that the network looks at, counted from 0.
  std::vector<Index> frames_of(Index frame_count) const {
    return data::test_frames(card().input.sampling, frame_count, card().config.frames);
  }

  /// What the network reads of a picture [H, W, 3]: [3, h, w]. Throws ValueError, saying whose
  /// picture it is, for one of a size that the model refuses.
  Tensor<float> frame_of(const Tensor<std::uint8_t>& picture, const std::string& whose) const {
    const auto framing = card().input.framing();
    const auto reason = data::refusal(framing, picture.size(0), picture.size(1));
    if (!reason.empty()) throw ValueError(concat(whose, ": a picture ", reason));
    return data::normalise(data::framed(picture, framing), card().input.normalisation);
  }

  std::shared_ptr<const infer::FoldedNetwork<float>> fold(const Shape& frame, Index frames) const {
    return infer::fold(saved_.model, frame[1], frame[2], {.frames = frames});
  }

 private:
  static train::SavedModel load(const SessionOptions& options) {
    require_run_directory("RUN", options.run);
    const train::RunFiles files(options.run);
    const auto file = options.checkpoint == "best" ? files.best() : files.last();
    auto saved = train::load_model(file);
    train::require_finite_state(saved.model, file.string());
    return saved;
  }

  std::uint64_t seed_of(const SessionOptions& options, const CLI::App& command) const {
    if (command.count("--seed") > 0) return options.seed;
    const auto file = train::RunFiles(options.run).config();
    return train::from_json<train::TrainConfig>(io::read_json(file), file.string()).seed;
  }

  /// The lots are those of `adafuse eval` for the clips of a list.
  static infer::Decider decider_of(const train::PolicyChoice& choice, std::uint64_t seed) {
    using Kind = train::PolicyChoice::Kind;
    switch (choice.kind) {
      case Kind::learned:
        return {};
      case Kind::keep_all:
        return infer::keep_everything();
      case Kind::random:
        return infer::draw_lots(choice.shares, Key(seed).of("evaluation").of("lots"));
      default:
        throw ValueError("--policy: sessions take learned, keep-all or random:k,r,s");
    }
  }

  train::SavedModel saved_;
  std::string policy_;
  infer::Decider decider_;
};

/// The class with the largest logit, and its share of the softmax; of a model of several labels its
/// sigmoid. Throws ValueError, naming whose logits they are, when one is not finite.
struct Guess {
  std::size_t label = 0;
  double score = 0;

  Guess(std::span<const float> logits, const std::string& whose, bool several_labels = false) {
    train::require_finite_logits(logits, whose);
    label =
        static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit - logits[label]));
    score = several_labels ? 1 / (1 + std::exp(-static_cast<double>(logits[label]))) : 1 / sum;
  }
};

inline io::Json ledger_json(const infer::Ledger& ledger) {
  io::Json steps = io::Json::array();
  for (const auto& row : ledger.rows)
    steps.push_back({{"step", row.step},
                     {"policy", row.policy},
                     {"macs", row.macs},
                     {"macs_run", row.macs_run},
                     {"milliseconds", 1e3 * row.seconds},
                     {"bytes", row.bytes}});
  using Row = infer::LedgerRow;
  return {{"frames", ledger.frames},
          {"macs_fraction", ledger.macs_fraction()},
          {"policy_macs", ledger.policy(&Row::macs_run)},
          {"policy_milliseconds", 1e3 * ledger.policy(&Row::seconds)},
          {"milliseconds", 1e3 * ledger.total(&Row::seconds)},
          {"steps", steps}};
}

inline void print_ledger(const infer::Ledger& ledger) {
  using Row = infer::LedgerRow;
  const double frames = static_cast<double>(std::max<Index>(ledger.frames, 1));
  const auto line = [frames](const char* name, double macs, double run, double seconds,
                             double bytes) {
    std::printf("%-34s %10.3f %10.3f %9.3f %9.1f\n", name, macs / frames / 1e6, run / frames / 1e6,
                1e3 * seconds / frames, bytes / frames / 1e3);
  };
  std::printf("\n%-34s %10s %10s %9s %9s\n", "a frame", "M MACs", "M run", "ms", "kB");
  for (const auto& row : ledger.rows)
    line(row.step.c_str(), row.macs, row.macs_run, row.seconds, row.bytes);
  line("policy", ledger.policy(&Row::macs), ledger.policy(&Row::macs_run),
       ledger.policy(&Row::seconds), ledger.policy(&Row::bytes));
  line("all", ledger.total(&Row::macs), ledger.total(&Row::macs_run), ledger.total(&Row::seconds),
       ledger.total(&Row::bytes));
}

}  // namespace adafuse::cli
