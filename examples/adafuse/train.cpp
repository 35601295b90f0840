// adafuse train: from folders of frames to a model, with the files of the run beside it.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <optional>

#include "choice.hpp"
#include "config_file.hpp"
#include "data_options.hpp"
#include "model_options.hpp"
#include "pixels_option.hpp"
#include "provenance.hpp"
#include "ranks.hpp"
#include "recipe.hpp"
#include "resume.hpp"
#include "run_report.hpp"
#include "train_command.hpp"
#include "transform_options.hpp"
#include "tuning_options.hpp"
#include "utf8_names.hpp"

namespace adafuse::cli {

namespace {

class TrainCommand : public Training {
 public:
  explicit TrainCommand(CLI::App& command) : command_(command) {
    add_config(command_);
    data_.add_to(command_);
    auto* out = add_value(command_, "--out", out_, "RUN", "directory of the run")->required();
    add_resume(command_, resume_, {out});
    add_save_every(command_, save_every_);
    command_.add_flag("--overwrite", overwrite_,
                      "replace an earlier run in RUN, once this one is complete; until then it\n"
                      "grows in RUN.new");
    command_.add_flag("--quiet", quiet_, "print the result and errors only");
    model_.add_to(command_);
    option("--recipe", recipe_, "NAME",
           "own, or paper: the authors' training, where no option says otherwise");
    tuning_.add_to(command_);
    option("--policy", policy_, "P",
           "who decides: learned, keep-all, random:k,r,s or magnitude:k,r,s (shares of keep, "
           "reuse, skip), change:t (reuse what changed by less than this share)");
    option("--estimator", config_.estimator, "NAME",
           "how choices are learned: gumbel, soft-gumbel, straight-through, reinforce");
    option("--draws", config_.draws, "D",
           "of reinforce, how often a clip's choices are drawn in a step; from 2 on a draw is\n"
           "compared with the clip's others (leave one out)");
    add_value(command_, "--agent-clip-norm", config_.agent_clip_norm, "N",
              "largest norm of the agents' gradients by themselves (default: with all others)")
        ->check(CLI::PositiveNumber);
    option("--epochs", config_.epochs, "N", "passes over the training clips");
    option("--batch", config_.batch, "N", "clips a step, of all ranks together");
    option("--sync-bn", config_.sync_batch_norm, "WHEN",
           "whether batch norms take the statistics of all ranks' clips, under mpirun: auto (where "
           "a rank has fewer than 32 clips at once), on, off");
    option("--optimizer", config_.optimizer, "NAME", "adamw, adam, sgd");
    option("--rate", config_.rate, "R", "highest learning rate");
    option("--schedule", config_.schedule, "NAME", "one-cycle, cosine, step, constant");
    option("--weight-decay", config_.weight_decay, "D",
           "decay of weights (not of biases and norms)");
    option("--clip-norm", config_.clip_norm, "N", "largest norm of the gradients");
    option("--dropout", dropout_, "P", "dropout before the classifier");
    option("--lambda", config_.lambda, "L",
           "weight of the cost, a share of the dense network's MACs");
    option("--lambda-rule", config_.lambda_rule, "NAME",
           "how much of lambda counts when: half-learned (twice the share that was learned, all "
           "from a "
           "half on), learned (that share), learned-squared (its square), left-chance (all, once a "
           "quarter was), epoch (all, from --lambda-from on)");
    add_value(command_, "--lambda-from", config_.lambda_from, "E",
              "first epoch, from 0, in which lambda counts; it chooses --lambda-rule epoch, whose "
              "default is a third of --epochs");
    option("--cost", config_.cost, "NAME", "which count lambda weighs: real, upper-bound, authors");
    option("--cost-loss", config_.cost_loss, "NAME",
           "absolute: lambda |cost - target|, squared: lambda (cost - target)^2");
    option("--cost-target", config_.cost_target, "S", "the cost that is asked for, a share");
    option("--temperature", config_.temperature, "TAU", "of the softmax that choices learn from");
    command_.add_flag("--detach-history", config_.detach_history,
                      "a reused map sends no gradient to the frame before");
    add_value(command_, "--size", config_.size, "S", "crop frames to S x S (default: as they are)");
    add_value(command_, "--shorter-side", config_.shorter_side, "S",
              "scale frames to this side before the crop (default: --size, 8/7 of it with --crop)")
        ->needs("--size");
    add_transforms(command_, config_);
    add_pixels(command_, pixels_);
    option("--seed", config_.seed, "S", "seed of weights, order and noise");
    add_threads(command_);
  }

  void check_options() override { settle(); }

  /// Makes the configuration; returns what of the recipe is not met.
  std::vector<std::string> settle() {
    left_open_ = is_left_open(command_);
    if (left_open_) model_.set_default_fusion(train::chosen_fusion);
    config_.model = model_.config();
    config_.policy = train::parse_policy(policy_);
    config_.model.dropout = dropout_;
    config_.tuning = tuning_.config();
    config_.normalisation = data::normalisation_of(pixels_);
    std::vector<std::string> missed;
    choose_lambda_rule();
    if (recipe_ == Recipe::paper) missed = apply_paper_recipe(command_, config_);
    check_combination();
    require<ValueError>(command_.count("--size") == 0 || config_.size != 0,
                        "--size: expects a side from 1 to 65535, got 0; without it frames stay as "
                        "they are");
    if (!left_open_) check_transforms(command_, config_);
    check(config_);
    return missed;
  }

  void run() override {
    if (!resume_.empty()) return go_on();
    const auto missed = settle();
    const auto weights = TuningOptions::read(config_.tuning);
    say(concat("opening ", io::escaped(data_.name()), "\n"));
    data::Description description;
    std::string chosen;
    std::optional<data::OpenedDataset> whole;
    if (left_open_) {  // by what the clips are like before they are scaled
      whole.emplace(data_.open());
      description = data::describe(whole->train, whole->val, whole->classes);
      chosen = apply_choice(command_, description, config_);
      choose_lambda_rule();
      check_transforms(command_, config_);
    }
    const Index side = config_.shorter_side > 0 ? config_.shorter_side : config_.size;
    const auto dataset = whole && side == 0 ? std::move(*whole) : data_.open(side);
    require_utf8_names(command_, dataset.classes);
    if (!left_open_) description = data::describe(dataset.train, dataset.val, dataset.classes);
    config_.several_labels = description.most_labels > 1;
    if (config_.size == 0)
      data::require_one_size(description, "--size S crops all frames to S x S");
    require_validation_clips(data_, dataset);
    train::Trainer trainer(config_, dataset, ranks_.world());
    std::string started;
    if (weights) started = concat(config_.tuning.weights, ": ", trainer.start_from(*weights));
    if (instead) return instead(trainer);
    compare_ranks(trainer);
    std::optional<train::RunWriter> writer;
    if (ranks_.first()) {
      writer.emplace(out_, overwrite_);
      io::write_json(writer->files().provenance(), train::to_json(provenance(data_.name())));
      write_left_out(*writer, dataset.left_out);
    }
    ranks_.meet("");  // rank 0 has written
    say(first_lines(data_, dataset, description) + chosen +
        cost_line(trainer.model(), description) + ranks_line(trainer.config()));
    if (writer && writer->replaces())
      say(concat(out_, " stays as it is until this run is complete; it grows in ",
                 writer->files().dir().string(), "\n"));
    say(started);
    for (const auto& sentence : missed) say("recipe paper: " + sentence + "\n");
    finish(trainer, writer ? &*writer : nullptr, dataset.val, out_);
  }

 private:
  /// At once, unless --quiet.
  void say(const std::string& text) const {
    if (quiet_ || !ranks_.first()) return;
    std::printf("%s", text.c_str());
    std::fflush(stdout);
  }

  /// What rank 0 knows of the run that goes on; nothing where there is nothing to go on with.
  std::optional<train::UnfinishedRun> run_of_first() const {
    if (!ranks_.world()) return find_run_to_resume(resume_);
    std::optional<train::UnfinishedRun> left;
    io::Json told;
    if (ranks_.first() && (left = find_run_to_resume(resume_)))
      told = {{"config", train::to_json(left->config)},
              {"source", left->saved.source},
              {"data", train::to_json(left->saved.data)}};
    told = io::parse_json(ranks_.meet(io::json_text(told, -1)).front(), "rank 0");
    if (ranks_.first() || told.is_null()) return left;
    left.emplace(
        train::UnfinishedRun{train::RunFiles(resume_),
                             train::from_json<train::TrainConfig>(told["config"], "rank 0"),
                             {}});
    left->saved.source = told["source"];
    left->saved.data = train::from_json<train::DataFingerprint>(told["data"], "rank 0");
    return left;
  }

  void go_on() {
    refuse_beside_resume(command_);
    const auto left = run_of_first();
    if (!left) return;
    take_source(command_, left->saved.source);
    const auto& config = left->config;
    say(concat("opening ", io::escaped(data_.name()), "\n"));
    const auto dataset = data_.open(config.shorter_side > 0 ? config.shorter_side : config.size);
    train::Trainer trainer(config, dataset, ranks_.world());
    require_utf8_names(command_, dataset.classes);
    check_same_data(left->saved.data, trainer.data());
    compare_ranks(trainer);
    std::optional<train::RunWriter> writer;
    if (ranks_.first()) writer.emplace(io::GoOn{}, resume_);
    ranks_.meet("");
    say(ranks_line(config));
    finish(trainer, writer ? &*writer : nullptr, dataset.val, resume_);
  }

  /// Throws, on all ranks, where they would not train the same network on the same data.
  void compare_ranks(const train::Trainer& trainer) const {
    if (!ranks_.world()) return;
    const auto identities =
        ranks_.meet(identity_of(train::to_json(trainer.config()), train::to_json(trainer.data())));
    ranks_.agreed();
    require_same_identity(identities);
    ranks_.meeting();
  }

  /// Of several ranks: "2 ranks of 16 clips each, with 4 threads; batch norms of all clips".
  std::string ranks_line(const train::TrainConfig& config) const {
    const auto* world = ranks_.world();
    if (!world) return {};
    const Index clips = config.batch / world->size();
    const bool all = train::synchronises(config.sync_batch_norm, clips / config.tuning.accumulate);
    return concat(
        world->size(), " ranks of ", clips, clips == 1 ? " clip" : " clips",
        " a step, rank 0 with ", num_threads(), num_threads() == 1 ? " thread" : " threads",
        "; batch norms take the statistics of ", all ? "all clips" : "each rank's clips", "\n");
  }

  /// The run keeps which clips --skip-broken has left out, and why.
  static void write_left_out(const train::RunWriter& writer,
                             const std::vector<std::string>& reasons) {
    std::string text;
    for (const auto& reason : reasons) text += io::escaped(reason) + "\n";
    if (!text.empty()) io::write_file(writer.files().left_out(), text);
  }

  void finish(train::Trainer& trainer, train::RunWriter* writer, const data::Dataset& val,
              const std::string& run) {
    const train::SavingOptions saving{.every = save_every_, .source = source_of(command_)};
    const auto summary = run_or_stop(
        trainer, writer, saving, goes_on.empty() ? "`adafuse train --resume " + run + "`" : goes_on,
        {.quiet = quiet_ || !ranks_.first(), .validation_clips = val.size()});
    if (!writer) return;
    const std::string map = percent_map(summary.map);
    std::printf("best: top-1 %.1f %%%s, %.2f M MACs a clip (%.1f %% of dense), %s, in %s\n",
                summary.top1, map.c_str(), summary.macs_per_clip / 1e6, 100 * summary.macs_fraction,
                duration(summary.train_seconds).c_str(), run.c_str());
    std::fflush(stdout);
    std::printf("report: %s\n", write_run_report(run, val).c_str());
  }

  /// Of a run on clips of several labels: ", mAP 71.3 %".
  static std::string percent_map(double map) {
    if (map == 0) return {};
    char text[32];
    std::snprintf(text, sizeof text, ", mAP %.1f %%", map);
    return text;
  }

  /// An epoch is asked for by its number or by the rule's name, and the other follows.
  void choose_lambda_rule() {
    if (command_.count("--lambda-from") > 0) {
      if (command_.count("--lambda-rule") == 0) config_.lambda_rule = train::LambdaRule::epoch;
      if (config_.lambda_rule != train::LambdaRule::epoch)
        refuse(command_, {"--lambda-from"},
               "with --lambda-rule " + io::word_of(config_.lambda_rule));
    } else if (config_.lambda_rule == train::LambdaRule::epoch) {
      config_.lambda_from = config_.epochs / 3;
    }
  }

  template <class Value>
  void option(const char* name, Value& value, const char* type, const char* text) {
    add_value(command_, name, value, type, text)->capture_default_str();
  }

  /// What a clip costs a network that computes everything, at the size that it is trained on.
  std::string cost_line(const models::VideoModel<float>& model,
                        const data::Description& clips) const {
    const auto& usual = clips.sizes.front();
    const Index height = config_.size > 0 ? config_.size : usual.height;
    const Index width = config_.size > 0 ? config_.size : usual.width;
    const double macs =
        model.plan(height, width).dense_macs() * static_cast<double>(config_.model.frames);
    char millions[32];
    std::snprintf(millions, sizeof millions, "%.2f", macs / 1e6);
    return concat(config_.model.model, ", ", config_.model.frames, " frames of ", height, "x",
                  width, " a clip: ", millions, " M MACs where nothing is skipped\n");
  }

  /// Options without a meaning in this combination are mistakes, not decoration.
  void check_combination() {
    const std::string fusion = models::to_string(config_.model.fusion);
    if (!config_.model.fusion.adaptive) {
      refuse(command_, {"--policy", "--detach-history"},
             "with --fusion " + fusion + ": nothing is decided");
      refuse(command_, learning_options(), "with --fusion " + fusion + ": nothing is decided");
      config_.lambda = 0;
    } else if (!config_.policy.learned()) {
      refuse(command_, ModelOptions::agent_options(),
             "with --policy " + policy_ + ": it has no agents");
      refuse(command_, learning_options(),
             "with --policy " + policy_ + ": nothing is learned about decisions");
      config_.model.agents = false;
      config_.lambda = 0;
    } else if (config_.lambda == 0) {
      refuse(command_, lambda_options(), "with --lambda 0");
    } else {
      require<ValueError>(config_.lambda_from < config_.epochs || config_.epochs < 1,
                          "--lambda-from ", config_.lambda_from, " has no effect in ",
                          config_.epochs, " epochs");
    }
    if (config_.policy.kind == train::PolicyChoice::Kind::keep_all)
      refuse(command_, {"--detach-history"}, "with --policy keep-all: nothing is reused");
    if (config_.estimator == Estimator::reinforce)
      refuse(command_, {"--temperature"}, "with --estimator reinforce: it has no softmax");
    else
      refuse(command_, {"--draws"}, "with --estimator " + io::word_of(config_.estimator));
  }

  /// What only has a meaning where agents learn.
  static std::vector<std::string> learning_options() {
    return {"--lambda",      "--lambda-rule", "--lambda-from", "--cost",  "--cost-loss",
            "--cost-target", "--estimator",   "--temperature", "--draws", "--agent-clip-norm"};
  }

  CLI::App& command_;
  Ranks& ranks_ = Ranks::instance();
  ModelOptions model_;
  TuningOptions tuning_;
  Recipe recipe_ = Recipe::own;
  data::Pixels pixels_ = data::Pixels::rgb;
  train::TrainConfig config_;
  double dropout_ = 0;
  bool left_open_ = false, overwrite_ = false, quiet_ = false;
  std::string policy_ = "learned", out_, resume_;
  Index save_every_ = 0;
  DataOptions data_;
};

}  // namespace

void add_train(CLI::App& app) {
  auto* command = app.add_subcommand(
      "train",
      "Train a network on films or folders of frames (see docs/data.md). Without --model and\n"
      "--stem-stride it chooses what fits the clips (size, network, fusion, batch, epochs:\n"
      "docs/choice.md), and says what.");
  const auto training = add_train_options(*command);
  command->callback([training] { training->run(); });
}

std::shared_ptr<Training> add_train_options(CLI::App& command) {
  return std::make_shared<TrainCommand>(command);
}

}  // namespace adafuse::cli
