// adafuse eval: how good a trained model is on a data set, and what it decides there.
// SPDX-License-Identifier: MIT
#include <adafuse/train/evaluation.hpp>
#include <adafuse/train/frame_by_frame.hpp>

#include "data_options.hpp"
#include "eval_subject.hpp"
#include "evaluation_output.hpp"
#include "frame_rule_options.hpp"
#include "transform_options.hpp"

namespace adafuse::cli {

namespace {

struct EvalOptions {
  EvalSubject subject;
  TestOptions test;
  std::string split = "val", policy;
  Index batch = 32;
  std::string confusion, scores, decisions;  // files to write; empty: none
  std::uint64_t seed = 0;
  bool sample = false, json = false;
  train::FrameRules rules;
  DataOptions data;
};

void evaluate_run(EvalOptions& options, const CLI::App& command) {
  options.subject.check();
  const auto input = options.subject.input();
  const auto dataset = options.data.open(input.shorter_side > 0 ? input.shorter_side : input.size);
  std::string notes;
  auto saved = options.subject.load(dataset.classes, options.policy, notes);
  auto& card = saved.card;
  card.config.frames = options.subject.frames(card);
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

  const bool by_frame = asks_for_frame_rules(command, options.rules);
  if (by_frame)
    refuse(command, {"--sample", "--decisions"},
           "frame by frame (--exit-confidence, --frame-change)");
  EvaluationOutput output{options.confusion, options.scores, options.decisions, options.json};
  const bool several = options.subject.is_run() ? card.several_labels
                                                : data::most_labels(dataset.val) > 1 ||
                                                      data::most_labels(dataset.train) > 1;
  output.check(options.subject.files(), adaptive, several);
  require<ValueError>(dataset.classes == card.classes, options.data.name(),
                      ": its classes are not those that the model was trained on");
  const auto description = data::describe(dataset.train, dataset.val, dataset.classes);
  const auto mirrored = apply_test_options(command, options.test, card.input, card.classes);
  require<ValueError>(options.decisions.empty() || options.test.views.all() == 1,
                      "--decisions: are of one view, not of --clips and --crops together");
  require_fitting(description, card.input.framing());
  const auto loading = train::test_loader(card.input, card.config.frames, options.batch);
  const auto& clips = options.split == "val" ? dataset.val : dataset.train;
  const data::Loader batches(clips, loading);
  train::FrameByFrame by_frames;
  if (by_frame) {
    require<ValueError>(options.test.views.all() == 1,
                        "--exit-confidence and --frame-change: of one view of each clip, not of "
                        "several");
    require<ValueError>(!several || command.count("--exit-confidence") == 0,
                        "--exit-confidence: clips have several labels; to be sure of one says "
                        "nothing of the others");
    by_frames = train::evaluate_frames(
        saved.model, batches, options.rules,
        adaptive ? train::decider_of(choice, options.seed, "--policy") : infer::Decider{}, several);
  }
  const auto result = by_frame
                          ? std::move(by_frames.all)
                          : train::evaluate_views(saved.model, clips, loading, options.test.views,
                                                  {.policy = choice,
                                                   .key = Key(options.seed).of("evaluation"),
                                                   .sample = options.sample,
                                                   .several_labels = several,
                                                   .keep_decisions = !options.decisions.empty()},
                                                  mirrored);
  if (!options.json)
    std::printf("%s%s", first_lines(options.data, dataset, description).c_str(), notes.c_str());
  io::Json about{{"model", card.config.model},
                 {"fusion", models::to_string(card.config.fusion)},
                 {"policy", adaptive ? policy : "none"},
                 {"views", options.test.views.all()}};
  if (by_frame) {
    about["frames_per_clip"] = by_frames.frames_per_clip();
    about["milliseconds_per_clip"] = 1e3 * result.seconds / static_cast<double>(result.clips);
  }
  if (command.count("--skip-broken") > 0) about["left_out"] = dataset.left_out;
  output.write(std::move(about), result, card.classes, batches);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto* command = app.add_subcommand("eval", "Evaluate a trained model on a data set.");
  auto o = std::make_shared<EvalOptions>();
  o->data.add_to(*command);
  o->subject.add_to(*command);
  add_test_options(*command, o->test);
  add_value(*command, "--split", o->split, "NAME", "val or train")
      ->check(CLI::IsMember({"val", "train"}))
      ->capture_default_str();
  add_value(
      *command, "--policy", o->policy, "P",
      "learned, keep-all, random:k,r,s, magnitude:k,r,s, change:t (default: as it was trained)");
  command->add_flag("--sample", o->sample, "draw the agents' decisions, as the authors' code does");
  add_frame_rules(*command, o->rules);
  add_value(*command, "--batch", o->batch, "N", "clips at a time (default: as in training, or 32)");
  add_value(*command, "--seed", o->seed, "S",
            "seed of decisions that are drawn (default: the run's, or 0)");
  add_value(*command, "--confusion", o->confusion, "FILE",
            "write how often each class was taken for which, as CSV");
  add_value(*command, "--scores", o->scores, "FILE",
            "write each clip's answer, cost and scores, as CSV");
  add_value(*command, "--decisions", o->decisions, "FILE",
            "write what was decided on each clip, as safetensors");
  command->add_flag("--json", o->json, "print one JSON object with all of it");
  add_threads(*command);
  command->callback([o, command] { evaluate_run(*o, *command); });
}

}  // namespace adafuse::cli
