// adafuse eval: how good a trained model is on a data set, and what it decides there.
// SPDX-License-Identifier: MIT
#include <adafuse/data/frame_folder.hpp>
#include <adafuse/train/evaluation.hpp>
#include <cstdio>
#include <iostream>

#include "eval_subject.hpp"

namespace adafuse::cli {

namespace {

struct EvalOptions {
  EvalSubject subject;
  std::string data, split = "val", policy;
  Index batch = 32;
  std::uint64_t seed = 0;
  bool sample = false, json = false;
  io::ImageOptions pictures;
};

io::Json report(const train::SavedModel& saved, const std::string& policy,
                const train::Evaluation& e) {
  const auto shares = [](const train::ActionCounts& counts) {
    io::Json json;
    for (const Action action : all_actions)
      json[std::string(row_of(action).name)] = counts.share(action);
    return json;
  };
  io::Json blocks = io::Json::object();
  for (const auto& [name, counts] : e.blocks) blocks[name] = shares(counts);
  return {{"model", saved.card.config.model},
          {"fusion", models::to_string(saved.card.config.fusion)},
          {"policy", policy},
          {"clips", e.clips},
          {"top1", e.top1},
          {"cross_entropy", e.cross_entropy},
          {"macs_per_clip", e.macs_per_clip},
          {"macs_fraction", e.macs_fraction},
          {"paper_fraction", e.paper_fraction},
          {"upper_bound_fraction", e.upper_bound_fraction},
          {"actions", shares(e.actions)},
          {"blocks", blocks},
          {"clips_per_second", static_cast<double>(e.clips) / e.seconds}};
}

void print(const io::Json& r) {
  std::printf("%s, fusion %s, policy %s, %lld clips\n", r["model"].get<std::string>().c_str(),
              r["fusion"].get<std::string>().c_str(), r["policy"].get<std::string>().c_str(),
              static_cast<long long>(r["clips"].get<Index>()));
  std::printf("top-1          %.2f %%\n", r["top1"].get<double>());
  std::printf("cross-entropy  %.4f nats\n", r["cross_entropy"].get<double>());
  std::printf(
      "MACs a clip    %.3f M, %.1f %% of dense (%.1f %% by the paper's formula, %.1f %% by "
      "its upper bound)\n",
      r["macs_per_clip"].get<double>() / 1e6, 100 * r["macs_fraction"].get<double>(),
      100 * r["paper_fraction"].get<double>(), 100 * r["upper_bound_fraction"].get<double>());
  if (r["blocks"].empty()) return;
  std::printf("%-16s", "block");
  for (const ActionRow& action : adafuse_actions)
    std::printf(" %5s", std::string(action.name).c_str());
  std::printf("\n");
  for (const auto& [name, shares] : r["blocks"].items()) {
    std::printf("%-16s", name.c_str());
    for (const ActionRow& action : adafuse_actions)
      std::printf(" %3.0f %%", 100 * shares[std::string(action.name)].get<double>());
    std::printf("\n");
  }
}

void evaluate_run(EvalOptions options, const CLI::App& command) {
  options.subject.check();
  const auto dataset = data::load_dataset(options.data, {}, options.pictures);
  std::string notes;
  const auto saved = options.subject.load(dataset.classes, options.policy, notes);
  const auto& card = saved.card;
  const bool adaptive = card.config.fusion.adaptive;
  require<ValueError>(adaptive || (options.policy.empty() && !options.sample),
                      "--policy and --sample have no effect: this model decides nothing");
  const std::string policy = options.policy.empty() ? to_string(card.policy) : options.policy;
  const auto choice = train::parse_policy(policy);
  require<ValueError>(!adaptive || !choice.learned() || card.config.agents,
                      "--policy learned: this model was trained without agents");
  require<ValueError>(!options.sample || choice.learned(), "--sample has no effect with --policy ",
                      policy);
  if (options.subject.is_run()) {  // The run's seed repeats its own evaluation exactly.
    const auto file = train::RunFiles(options.subject.run()).config();
    const auto trained = train::from_json<train::TrainConfig>(io::read_json(file), file.string());
    if (command.count("--seed") == 0) options.seed = trained.seed;
    if (command.count("--batch") == 0) options.batch = trained.batch;
  }
  if (!adaptive || (choice.kind != train::PolicyChoice::Kind::random && !options.sample))
    refuse(command, {"--seed"}, "where nothing is drawn: neither --sample nor a random policy");

  require<ValueError>(dataset.classes == card.classes, options.data,
                      ": its classes are not those that the model was trained on");
  data::LoaderConfig loader;
  loader.batch_size = options.batch;
  loader.frames = card.config.frames;
  loader.size = card.input.size;
  loader.shorter_side = card.input.shorter_side;
  loader.normalisation = card.input.normalisation;
  loader.sampling = data::Sampling::middle;
  loader.shuffle = false;
  const auto& clips = options.split == "val" ? dataset.val : dataset.train;
  const auto result = train::evaluate(
      saved.model, data::Loader(clips, loader),
      {.policy = choice, .key = Key(options.seed).of("evaluation"), .sample = options.sample});
  const auto json = report(saved, adaptive ? policy : "none", result);
  if (options.json)
    std::cout << io::json_text(json) << "\n";
  else
    std::printf("%s", notes.c_str()), print(json);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto* command = app.add_subcommand("eval", "Evaluate a trained model on a data set.");
  auto o = std::make_shared<EvalOptions>();
  add_value(*command, "--data", o->data, "DIR", "data set")->required();
  o->subject.add_to(*command);
  add_value(*command, "--split", o->split, "NAME", "val or train")
      ->check(CLI::IsMember({"val", "train"}))
      ->capture_default_str();
  add_value(*command, "--policy", o->policy, "P",
            "learned, keep-all, random:k,r,s, magnitude:k,r,s (default: as it was trained)");
  command->add_flag("--sample", o->sample, "draw the agents' decisions, as the authors' code does");
  add_value(*command, "--batch", o->batch, "N", "clips at a time (default: as in training, or 32)");
  add_value(*command, "--seed", o->seed, "S",
            "seed of decisions that are drawn (default: the run's, or 0)");
  command->add_flag("--json", o->json, "print one JSON object");
  add_most_pixels(*command, o->pictures);
  add_threads(*command);
  command->callback([o, command] { evaluate_run(*o, *command); });
}

}  // namespace adafuse::cli
