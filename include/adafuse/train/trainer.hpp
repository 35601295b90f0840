// Trainer: epochs of steps, an evaluation after each, and the files of the run kept up to date.
//
// Several ranks may share each batch (core/peers.hpp). Each has a trainer of the same configuration
// and data; together they compute the steps of one process that has the whole batch, and one of
// them, rank 0, writes. What a step decides on (a loss that is no number, a wish to stop) is summed
// over the ranks first, so that all decide alike.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/best_epoch.hpp>
#include <adafuse/train/early_stopping.hpp>
#include <adafuse/train/from_config.hpp>
#include <adafuse/train/metrics.hpp>
#include <adafuse/train/rate_finder.hpp>
#include <adafuse/train/run_writer.hpp>
#include <adafuse/train/shared_file.hpp>
#include <adafuse/train/start_weights.hpp>
#include <adafuse/train/training_step.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Where a run is, for a progress bar.
struct Progress {
  Index epoch, epochs;   ///< this one, from 0, of how many
  Index step, steps;     ///< done in this epoch, of how many
  double loss;           ///< of the last step
  Index clips;           ///< of a step
  TrainingMetrics mean;  ///< over the steps of this epoch
};

/// What a trainer tells while it runs, and asks; each may be empty.
struct TrainObserver {
  std::function<void(const Progress&)> step{};       ///< told after each step
  std::function<void(const EpochMetrics&)> epoch{};  ///< told after each epoch
  /// Asked after each step and each batch of a validation: whether to save the state and leave by
  /// Interrupted.
  std::function<bool()> stop{};
};

/// How a run is left when its observer asks for it: the state is saved, and a RunWriter can go on.
struct Interrupted : Error {
  using Error::Error;
};

/// What is saved besides the state after each epoch.
struct SavingOptions {
  Index every = 0;  ///< also after each step whose number is a multiple of it; 0: no step
  io::Json source = io::Json::object();  ///< where the data came from, for whoever goes on
};

class Trainer {
 public:
  /// The dataset (data::OpenedDataset, FolderDataset, CachedDataset) outlives the trainer, and so
  /// do `peers`, the ranks that share each batch; null: there are no others. Throws ValueError for
  /// a configuration that can't be run.
  template <class Clips>
  Trainer(TrainConfig config, const Clips& dataset, const Peers* peers = nullptr)
      : peers_(peers),
        config_(checked(std::move(config), dataset, ranks())),
        card_{config_.model, dataset.classes, input_of(config_, dataset.train), config_.policy,
              config_.several_labels},
        model_(config_.model, Key(config_.seed).of("weights")),
        step_(
            config_, model_,
            {.weight = class_weights(config_.tuning.class_weights, dataset.train, dataset.classes),
             .label_smoothing = config_.tuning.label_smoothing},
            this->peers()),
        stopping_(config_.tuning.early_stopping),
        train_(dataset.train, detail::training_loader(config_, dataset.classes, this->peers())),
        val_(dataset.val, shared(test_loader(card_.input, config_.model.frames, config_.batch))),
        schedule_(detail::make_schedule(config_, step_count())),
        lambda_(config_.lambda_rule, config_.lambda, config_.lambda_from,
                config_.several_labels ? chance_of_several(dataset.train, config_.model.classes)
                                       : chance_of(dataset.train, config_.model.classes)),
        saved_{.state = {},
               .data =
                   fingerprint(dataset.classes, dataset.train, dataset.val, config_.several_labels),
               .config = to_json(config_),
               .source = {}} {}

  const models::VideoModel<float>& model() const { return model_; }

  /// Before it runs: takes what the file has for the network (start_weights.hpp). Throws
  /// FormatError, and has changed nothing, for a file of another network.
  StartReport start_from(const io::TensorFile& file) {
    return train::start_from(model_, card_.classes, file);
  }

  /// By what a run that goes on knows its data again.
  const DataFingerprint& data() const { return saved_.data; }

  /// What this run is, for ranks to compare: the configuration, with the number of classes.
  const TrainConfig& config() const { return config_; }

  /// How ranks exchange their gradients (training_step.hpp).
  void exchange_gradients_by(GradientExchange exchange) {
    step_.exchange_gradients_by(std::move(exchange));
  }

  /// Trains, once, and writes the run's state and files after each epoch. With a writer that goes
  /// on it goes on from the saved state, and ends as if the run had never been left. Throws
  /// ValueError, naming the step, when a loss, a gradient or a logit is no number: the files then
  /// hold the epoch before. Where ranks share the batches, this is what rank 0 does.
  RunSummary run(RunWriter& writer, const TrainObserver& observer = {},
                 const SavingOptions& saving = {}) {
    return run(&writer, observer, saving);
  }

  /// What the other ranks do meanwhile: the same, but that they read and write no file of the run.
  RunSummary run_beside(const TrainObserver& observer = {}) {
    require<ValueError>(peers().rank() > 0, "train: rank 0 has a writer, others run beside it");
    return run(nullptr, observer, {});
  }

  /// Instead of run(): trains, once, at the rates that the finder asks for, lambda as in a run's
  /// first step, and writes nothing.
  void try_rates(RateFinder& finder) {
    require<ValueError>(!std::exchange(ran_, true), "train: this trainer has run already");
    for (Index epoch = 0;; ++epoch)
      for (const auto& batch : train_.epoch(epoch)) {
        double loss = std::numeric_limits<double>::infinity();
        try {
          loss = step_(batch, lambda_.at(0), finder.rate()).loss;
        } catch (const ValueError&) {  // a loss or a gradient is no number: the step before was
          if (finder.steps().empty()) throw;  // too large
        }
        if (!finder.learn(loss)) return;
      }
  }

 private:
  const Peers& peers() const { return peers_ ? *peers_ : alone_; }
  Index ranks() const { return peers().size(); }
  bool alone() const { return ranks() == 1; }

  data::LoaderConfig shared(data::LoaderConfig loader) const {
    loader.share = {peers().rank(), ranks()};
    return loader;
  }

  RunSummary run(RunWriter* writer, const TrainObserver& observer, const SavingOptions& saving) {
    require<ValueError>(!std::exchange(ran_, true), "train: this trainer has run already");
    require<ValueError>(writer || peers().rank() > 0, "train: rank 0 needs a writer");
    saved_.source = saving.source;
    if (text_of_first(peers(), writer && writer->goes_on() ? "goes on" : "").empty())
      begin(writer);
    else
      restore(writer);
    lap_ = std::chrono::steady_clock::now();
    try {
      while (saved_.state.epoch < config_.epochs && !stopping_.over()) {
        train_epoch(writer, observer, saving.every);
        finish_epoch(writer, observer);
      }
    } catch (const AgreedError& error) {
      throw AgreedError(explained(error, writer));
    } catch (const ValueError& error) {
      throw ValueError(explained(error, writer));
    }
    auto summary = saved_.state.best;
    summary.train_seconds = saved_.state.seconds;
    summary.clips_per_second = static_cast<double>(step_.optimizer().steps()) *
                               static_cast<double>(config_.batch) / saved_.state.step_seconds;
    if (writer) writer->finish(summary);
    return summary;
  }

  /// Of an error that knows of no step and of no files.
  std::string explained(const ValueError& error, const RunWriter* writer) const {
    const auto text = concat("train: step ", step_.optimizer().steps(), ": ", error.what());
    if (!writer) return text;
    return concat(
        text, "; the files in ", writer->files().dir().string(), " hold the last good model",
        writer->replaces() ? concat(", ", writer->place().dir().string(), " the earlier run") : "",
        " (a lower rate may help)");
  }

  /// All ranks have rank 0's weights.
  void begin(RunWriter* writer) {
    if (!alone()) {
      io::TensorFile weights;
      detail::add_module(weights, model_);
      load(file_of_first(peers(), std::move(weights)), model_);
    }
    if (!writer) return;
    writer->start(config_, model_, card_);
    save(writer);
  }

  void restore(RunWriter* writer) {
    io::TensorFile file;
    if (writer) file = io::read_safetensors(writer->files().state());
    file = file_of_first(peers(), std::move(file));
    auto saved = saved_training_of(file.metadata, file.name);
    check_same_config(saved.config, saved_.config, file.name);
    check_same_data(saved.data, saved_.data);
    const auto report = load(file, model_, step_.optimizer());
    saved_.state = std::move(saved.state);
    const TrainingState& state = saved_.state;
    if (state.baseline_started) step_.baseline().restore(state.baseline);
    lambda_.restore(state.lambda);
    stopping_.restore(state.since_best);
    step_.average().restore(state.averaged_steps, average_of(report.extra));
    const auto averaged = step_.average().in_place();
    if (writer) writer->repair(state, model_, card_);
  }

  void save(const RunWriter* writer) {
    if (!writer) return;
    TrainingState& state = saved_.state;
    state.baseline_started = step_.baseline().started();
    state.baseline = step_.baseline().value();
    state.lambda = lambda_.state();
    state.since_best = stopping_.state();
    state.averaged_steps = step_.average().updates();
    writer->save_state(model_, step_.optimizer(), saved_, step_.average().state());
  }

  /// Seconds since the last call.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(lap_, now)).count();
  }

  /// The steps of this epoch that are not done yet.
  void train_epoch(const RunWriter* writer, const TrainObserver& observer, Index save_every) {
    TrainingState& state = saved_.state;
    const Index steps = train_.batches();
    if (state.step == steps) return;
    for (const auto& batch : train_.epoch(state.epoch, state.step)) {
      const auto step = step_(batch, lambda_.at(state.epoch), schedule_(step_.optimizer().steps()));
      lambda_.learn(step.top1 / 100);
      state.sums += step;
      ++state.step;
      const double seconds = lap();
      state.seconds += seconds;
      state.step_seconds += seconds;
      if (observer.step)
        observer.step({state.epoch, config_.epochs, state.step, steps, step.loss, config_.batch,
                       state.sums / static_cast<double>(state.step)});
      if (agreed_to_stop(observer, nullptr)) leave(writer);
      if (save_every > 0 && step_.optimizer().steps() % save_every == 0) save(writer);
    }
  }

  void finish_epoch(const RunWriter* writer, const TrainObserver& observer) {
    TrainingState& state = saved_.state;
    EpochMetrics metrics;
    metrics.epoch = state.epoch;
    metrics.train = state.sums / static_cast<double>(state.step);
    metrics.rate = schedule_(step_.optimizer().steps() - 1);
    if (const auto val = validate(observer))
      metrics.val = *val;
    else
      leave(writer);
    const double asked = lambda_asked_of(config_);
    const BestEpoch candidate{config_.several_labels ? map_of(metrics.val) : metrics.val.top1,
                              metrics.val.macs_fraction, asked > 0 ? metrics.train.lambda : 0};
    const bool counts =
        metrics.epoch + 1 == config_.epochs || state.best_so_far.admits(candidate, asked);
    const bool is_best = counts && state.best_so_far.take(candidate);
    stopping_.learn(counts, is_best);
    if (is_best) {
      state.best_epoch = metrics.epoch;
      state.best = summarise(metrics);
    }
    state.rows += csv_row(metrics);
    ++state.epoch;
    state.step = 0;
    state.sums = {};
    state.seconds += lap();
    save(writer);
    if (writer) {
      const auto averaged = step_.average().in_place();
      writer->add_epoch(metrics, model_, card_, is_best);
    }
    if (observer.epoch) observer.epoch(metrics);
  }

  /// Of the average of the weights, where one is taken; nothing when the observer asks to stop.
  std::optional<Evaluation> validate(const TrainObserver& observer) {
    struct Stop {};
    const auto averaged = step_.average().in_place();
    try {
      return evaluate(model_, val_,
                      {.policy = config_.policy,
                       .key = Key(config_.seed).of("evaluation"),
                       .several_labels = config_.several_labels,
                       .after_batch =
                           [&] {
                             if (agreed_to_stop(observer, nullptr)) throw Stop{};
                           },
                       .peers = &peers()});
    } catch (const Stop&) {
      return std::nullopt;
    } catch (const AgreedError&) {
      throw;
    } catch (const Error& error) {
      if (alone()) throw;
      agreed_to_stop(observer, error.what());  // throws
      throw;
    }
  }

  static bool asked_to_stop(const TrainObserver& observer) {
    return observer.stop && observer.stop();
  }

  /// After each batch of a validation: whether any rank is asked to stop. Throws on all ranks where
  /// one has failed.
  bool agreed_to_stop(const TrainObserver& observer, const char* failed) {
    double flags[] = {asked_to_stop(observer) ? 1. : 0., failed ? 1. : 0.};
    peers().sum(flags);
    if (flags[1] > 0) {
      const auto texts = gather_texts(peers(), failed ? failed : "");
      for (std::size_t r = 0; r < texts.size(); ++r)
        if (!texts[r].empty()) throw AgreedError(concat("rank ", r, ": ", texts[r]));
    }
    return flags[0] > 0;
  }

  [[noreturn]] void leave(const RunWriter* writer) {
    saved_.state.seconds += lap();
    save(writer);
    throw Interrupted(concat("stopped after step ", saved_.state.step, " of ", train_.batches(),
                             " in epoch ", saved_.state.epoch + 1, " of ", config_.epochs));
  }

  template <class Clips>
  static TrainConfig checked(TrainConfig config, const Clips& dataset, Index ranks) {
    config.model.classes = std::ssize(dataset.classes);
    config.model = models::with_agent_size(config.model);
    check(config);
    check_shared(config, ranks);
    require<ValueError>(dataset.train.size() >= config.batch, "train: ", dataset.train.size(),
                        " clips do not fill one batch of ", config.batch);
    require<ValueError>(dataset.val.size() > 0, "train: there are no clips to validate on");
    return config;
  }

  static void check_shared(const TrainConfig& config, Index ranks) {
    if (ranks == 1) return;
    const Index parts = config.tuning.accumulate;
    require<ValueError>(config.batch % (ranks * parts) == 0, "batch: ", ranks, " ranks",
                        parts > 1 ? concat(" do not share ", parts, " parts of") : " do not share",
                        " a batch of ", config.batch, " clips equally; expects a multiple of ",
                        ranks * parts);
    const Index clips = config.batch / (ranks * parts);
    const auto& model = config.model;
    require<ValueError>(train::synchronises(config.sync_batch_norm, clips) ||
                            !agents_have_norms(model) || clips * model.frames > 1,
                        "batch: a rank's step of one frame has no statistics for the agents' ",
                        "batch norms; expects a larger batch, or sync-bn on");
  }

  /// Both are below 2^31 (TrainConfig), so that a step can be counted.
  Index step_count() const { return config_.epochs * train_.batches(); }

  RunSummary summarise(const EpochMetrics& metrics) const {
    RunSummary summary;
    summary.model = config_.model.model;
    summary.fusion = models::to_string(config_.model.fusion);
    summary.policy = config_.model.fusion.adaptive ? to_string(config_.policy) : "none";
    summary.top1 = metrics.val.top1;
    if (config_.several_labels) summary.map = map_of(metrics.val);
    summary.macs_per_clip = metrics.val.macs_per_clip;
    summary.macs_fraction = metrics.val.macs_fraction;
    summary.parameters = nn::parameter_count(model_);
    return summary;
  }

  const Peers* peers_;
  Alone alone_;
  TrainConfig config_;
  ModelCard card_;
  models::VideoModel<float> model_;
  TrainingStep step_;
  EarlyStopping stopping_;
  data::Loader train_, val_;
  optim::Schedule schedule_;
  LambdaSchedule lambda_;
  SavedTraining saved_;
  std::chrono::steady_clock::time_point lap_;
  bool ran_ = false;
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
