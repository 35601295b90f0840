// probe: where time travels in a trained network: in the maps that are reused, or in the choices.
//
// The validation clips are classified under the network's own decisions, another clip's, the
// majority's, and none; and by a linear classifier that sees nothing but the decisions. What is
// estimated (the majority, statistics of norms, the classifier) is estimated on the training clips.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/frame_cache.hpp>
#include <adafuse/io/words.hpp>
#include <adafuse/train/evaluation.hpp>
#include <adafuse/train/linear_probe.hpp>
#include <adafuse/train/norm_statistics.hpp>
#include <adafuse/train/recorded_decisions.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Whose decisions classify the clips.
enum class Probed {
  own,                 ///< the network's
  another_clip,        ///< those that the network made of another clip
  majority,            ///< of each block, frame and channel the commonest of the training clips
  keep_all,            ///< everything is computed, statistics as trained
  keep_all_estimated,  ///< the same, batch norms with the training clips' statistics
  decisions_alone,     ///< a linear classifier of the network's own decisions, one-hot
  commonest_class      ///< the answer is the training clips' commonest class
};

inline constexpr std::string_view probed_words[] = {"own",
                                                    "another-clip",
                                                    "majority",
                                                    "keep-all",
                                                    "keep-all-estimated",
                                                    "decisions-alone",
                                                    "commonest-class"};
/// How files call them.
constexpr io::Words words_of(Probed) { return {"probed", probed_words}; }

/// How often one of them is right.
struct ProbeRow {
  Probed probed = Probed::own;  ///< what classified
  Index clips = 0;              ///< that were classified
  double top1 = 0;              ///< per cent
  double map = 0;               ///< mAP, per cent
  double macs_fraction = 0;     ///< MACs that are run, of the dense network's
};

/// What probe is told.
struct ProbeOptions {
  PolicyChoice policy{};        ///< who made the own decisions
  Key key = Key(0);             ///< of what an evaluation draws
  Key others = Key(1);          ///< of which other clip decides
  bool several_labels = false;  ///< All labels of a clip count; otherwise the first.
  double ridge = 1;             ///< of the linear classifier
};

/// What probe says.
struct Probe {
  std::vector<ProbeRow> rows;  ///< one for each of Probed, in its order
  /// The share of the clips that have each class, by label.
  std::vector<double> train_shares, val_shares;
  Index train_clips = 0;       ///< that estimates are made of
  Index features = 0;          ///< numbers of a clip's decisions as one-hot
  Index varying_features = 0;  ///< of them not the same on all training clips: the classifier's
};

namespace detail {

inline LabelSets label_sets(const data::Dataset& clips, bool several_labels) {
  LabelSets sets;
  for (Index i = 0; i < clips.size(); ++i)
    sets.push_back(several_labels ? clips.labels(i) : std::vector{clips.label(i)});
  return sets;
}

inline std::vector<double> class_shares(const LabelSets& sets, Index classes) {
  std::vector<double> shares(static_cast<std::size_t>(classes));
  for (const auto& own : sets)
    for (const auto label : own)
      shares[static_cast<std::size_t>(label)] += 1 / static_cast<double>(sets.size());
  return shares;
}

/// The row of a classifier that is no network: logits [N, classes] of clips with these labels.
inline ProbeRow row_of(Probed probed, const Tensor<double>& logits, const LabelSets& sets,
                       bool several_labels, double macs_fraction) {
  Evaluation e;
  const auto numbers = logits.cast<float>();
  for (Index n = 0; n < logits.size(0); ++n) {
    const auto& own = sets[static_cast<std::size_t>(n)];
    e.results.push_back(several_labels ? clip_result(numbers[n].values(), own)
                                       : clip_result(numbers[n].values(), own.front()));
  }
  return {probed, logits.size(0), top_k(e.results, 1), map_of(e), macs_fraction};
}

}  // namespace detail

/// Classifies the clips of `val` in each way. Clips are read as `loading` says, without
/// augmentation (test_loader). The model stays as it is. Throws ValueError for a network that
/// decides nothing, without training clips, or with fewer than two to validate on.
inline Probe probe(const models::VideoModel<float>& model, const data::Dataset& train,
                   const data::Dataset& val, data::LoaderConfig loading,
                   const ProbeOptions& options = {}) {
  require<ValueError>(model.config().fusion.adaptive,
                      "probe: this model decides nothing; expects one with adaptive fusion");
  require<ValueError>(train.size() > 0 && val.size() > 1,
                      "probe: expects clips to train on and at least 2 to validate on, got ",
                      train.size(), " and ", val.size());
  const data::FrameCache train_frames(train, loading.cache_bytes / 2);
  const data::FrameCache val_frames(val, loading.cache_bytes / 2);
  loading.cache_bytes = 0;
  const data::Loader train_loader(train_frames, loading), val_loader(val_frames, loading);
  EvaluationOptions evaluation{.policy = options.policy,
                               .key = options.key,
                               .several_labels = options.several_labels,
                               .keep_decisions = true};
  const auto of_train = evaluate(model, train_loader, evaluation).decisions;
  const auto own = evaluate(model, val_loader, evaluation);
  evaluation.keep_decisions = false;

  Probe result;
  const auto add = [&](Probed probed, const Evaluation& e) {
    result.rows.push_back({probed, e.clips, e.top1, map_of(e), e.macs_fraction});
  };
  const auto under = [&](const models::VideoModel<float>& network,
                         const DecisionSource<float>& decisions) {
    evaluation.decisions = decisions;
    return evaluate(network, val_loader, evaluation);
  };
  add(Probed::own, own);
  add(Probed::another_clip,
      under(model, decisions_of(own.decisions, other_clips(val.size(), options.others))));
  const std::vector<Index> first(static_cast<std::size_t>(val.size()), 0);
  add(Probed::majority, under(model, decisions_of(majority(of_train), first)));
  add(Probed::keep_all, under(model, keep_all<float>()));
  const auto estimated =
      nn::clone(model, [&model] { return models::VideoModel<float>(model.config(), Key(0)); });
  auto in_any_order = loading;  // A list goes class by class; a batch is to have of all.
  in_any_order.shuffle = true;
  in_any_order.key = options.key.of("norms");
  estimate_norms(estimated, data::Loader(train_frames, in_any_order), keep_all<float>());
  add(Probed::keep_all_estimated, under(estimated, keep_all<float>()));

  const Index classes = model.config().classes;
  const auto train_labels = detail::label_sets(train, options.several_labels);
  const auto val_labels = detail::label_sets(val, options.several_labels);
  // A number that is the same on all training clips does what the free bias does: its weight is 0.
  const auto columns = varying_columns(of_train);
  const auto classifier =
      fit_linear_probe(one_hot_columns(of_train, columns), train_labels, classes,
                       {.ridge = options.ridge, .several_labels = options.several_labels});
  result.rows.push_back(detail::row_of(Probed::decisions_alone,
                                       classifier.logits(one_hot_columns(own.decisions, columns)),
                                       val_labels, options.several_labels, own.macs_fraction));
  result.train_shares = detail::class_shares(train_labels, classes);
  result.val_shares = detail::class_shares(val_labels, classes);
  Tensor<double> always({val.size(), classes});
  for (Index n = 0; n < val.size(); ++n)
    std::copy(result.train_shares.begin(), result.train_shares.end(), always[n].begin());
  result.rows.push_back(
      detail::row_of(Probed::commonest_class, always, val_labels, options.several_labels, 0));
  result.train_clips = train.size();
  result.features = one_hot_size(of_train);
  result.varying_features = std::ssize(columns);
  return result;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
