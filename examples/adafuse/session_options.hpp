// What predict and stream share: the model of a run, who decides, how pictures become frames, and
// how a ledger is printed.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/frame_names.hpp>
#include <adafuse/train/run_files.hpp>
#include <adafuse/train/trained_model.hpp>
#include <cstdio>

#include "command.hpp"
#include "run_argument.hpp"

namespace adafuse::cli {

struct SessionOptions {
  std::string run, checkpoint = "best", policy;
  std::uint64_t seed = 0;
  bool ledger = false, json = false, allow_holes = false;
  io::ImageOptions pictures;

  void add_to(CLI::App& command, const std::string& json_text = "print one JSON object") {
    command.add_option("RUN", run, "directory of a run")->required();
    add_value(command, "--checkpoint", checkpoint, "NAME", "best or last")
        ->check(CLI::IsMember({"best", "last"}))
        ->capture_default_str();
    add_value(command, "--policy", policy, "P",
              "learned, keep-all, random:k,r,s, change:t (default: as it was trained)");
    add_value(command, "--seed", seed, "S", "seed of a random policy (default: the run's)");
    command.add_flag("--ledger", ledger, "print what each step cost");
    command.add_flag("--json", json, json_text);
    command.add_flag("--allow-holes", allow_holes,
                     "take the pictures of a directory as they are named, 1, 2, 10, even where\n"
                     "numbers are missing or names differ");
    add_most_pixels(command, pictures);
    add_threads(command);
  }
};

/// The model of a run, and who decides.
class LoadedModel : public train::TrainedModel {
 public:
  LoadedModel(const SessionOptions& options, const CLI::App& command)
      : train::TrainedModel(file_of(options)) {
    const auto& config = card().config;
    policy_ = !config.fusion.adaptive  ? "none"
              : options.policy.empty() ? to_string(card().policy)
                                       : options.policy;
    require<ValueError>(config.fusion.adaptive || options.policy.empty(),
                        "--policy has no effect: this model decides nothing");
    const auto choice =
        config.fusion.adaptive ? train::parse_policy(policy_) : train::PolicyChoice{};
    require<ValueError>(!config.fusion.adaptive || !choice.learned() || config.agents,
                        "--policy learned: this model was trained without agents");
    if (choice.kind != train::PolicyChoice::Kind::random)
      refuse(command, {"--seed"}, "where nothing is drawn: without a random policy");
    decider_ = train::decider_of(choice, seed_of(options, command), "--policy");
  }

  const std::string& policy() const { return policy_; }
  const infer::Decider& decider() const { return decider_; }

 private:
  static std::filesystem::path file_of(const SessionOptions& options) {
    require_run_directory("RUN", options.run);
    const train::RunFiles files(options.run);
    return options.checkpoint == "best" ? files.best() : files.last();
  }

  std::uint64_t seed_of(const SessionOptions& options, const CLI::App& command) const {
    if (command.count("--seed") > 0) return options.seed;
    const auto file = train::RunFiles(options.run).config();
    return train::from_json<train::TrainConfig>(io::read_json(file), file.string()).seed;
  }

  std::string policy_;
  infer::Decider decider_;
};

using train::Guess;

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
