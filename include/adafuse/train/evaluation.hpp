// Evaluation: how often a model is right, what it decides, and what that costs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/loader.hpp>
#include <adafuse/fusion/objective.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/train/average_precision.hpp>
#include <adafuse/train/finite.hpp>
#include <adafuse/train/gather.hpp>
#include <adafuse/train/policy_choice.hpp>
#include <adafuse/train/several_labels.hpp>
#include <chrono>
#include <functional>
#include <numeric>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Counts over many decisions.
struct ActionCounts {
  std::array<Index, action_count> count{};  ///< by Action: keep, reuse, skip

  /// Counts these actions as well.
  void add(const Tensor<std::uint8_t>& actions) {
    for (std::uint8_t action : actions) ++count[action];
  }
  Index total() const { return std::accumulate(count.begin(), count.end(), Index{0}); }
  /// The share of an action; a network that decides nothing keeps everything.
  double share(Action action) const {
    if (total() == 0) return action == Action::keep ? 1 : 0;
    return static_cast<double>(count[static_cast<std::size_t>(action)]) /
           static_cast<double>(total());
  }
};

struct Evaluation {
  Index clips = 0;                  ///< how many were evaluated
  bool several_labels = false;      ///< All labels of a clip count (train/several_labels.hpp).
  double cross_entropy = 0;         ///< nats, mean over the clips; of several labels binary
  double top1 = 0;                  ///< per cent
  double macs_per_clip = 0;         ///< that are run, agents included
  double macs_fraction = 1;         ///< of the dense network without agents
  double paper_fraction = 1;        ///< the same by the paper's formula ("real")
  double upper_bound_fraction = 1;  ///< and by its upper bound: only what is skipped is saved
  double seconds = 0;               ///< of the forward passes
  ActionCounts actions;             ///< over all blocks, frames and clips
  std::vector<std::pair<std::string, ActionCounts>> blocks;  ///< the same block by block
  std::vector<std::vector<ActionCounts>> frames;  ///< [block][t]: the same by place in the clip
  std::map<std::int64_t, ActionCounts> classes;   ///< the same by label, of clips that have it
  std::vector<ClipResult> results;                ///< of each clip, in the order of the loader
  /// [clips, T, c] by Action, block by block: only where EvaluationOptions asks for them.
  std::map<std::string, Tensor<std::uint8_t>> decisions;
};

/// mAP of an evaluation, per cent, over the classes that some clip has.
inline double map_of(const Evaluation& e) {
  const Index classes = e.results.empty() ? 0 : std::ssize(e.results.front().scores);
  return mean_average_precision(average_precisions(e.results, classes));
}

/// How many rows of logits [N, k] have their largest entry at the label.
template <class T>
Index correct_count(const Tensor<T>& logits, const Tensor<std::int64_t>& labels) {
  Index correct = 0;
  for (Index n = 0; n < logits.size(0); ++n) {
    const auto row = logits[n];
    if (std::max_element(row.begin(), row.end()) - row.begin() == labels(n)) ++correct;
  }
  return correct;
}

/// What evaluate is told.
struct EvaluationOptions {
  PolicyChoice policy{};        ///< learned: the model's agents decide, by their largest logit
  Key key = Key(0);             ///< of what is drawn; a clip draws the same in a batch of any size
  bool sample = false;          ///< Sample the agents' decisions, as the authors' code does.
  bool several_labels = false;  ///< All labels of a clip count; otherwise the first.
  bool keep_decisions = false;  ///< Collect what was decided: clips x T x channels bytes.
  std::function<void()> after_batch{};  ///< Called after each batch; may leave by an exception.
  DecisionSource<float> decisions{};    ///< Decides in place of the policy; empty: that does.
  /// The ranks that share the clips: the loader makes this one's share of each batch. All get the
  /// evaluation of all clips. Null: there are no others.
  const Peers* peers = nullptr;
};

namespace detail {

using BlockActions = std::map<std::string, Tensor<std::uint8_t>>;

/// What was decided on `count` clips of `frames` frames, counted in all, by block and by frame.
inline void count_actions(Evaluation& result, const BlockActions& actions, Index frames) {
  for (std::size_t b = 0; b < result.blocks.size(); ++b) {
    const auto& taken = actions.at(result.blocks[b].first);  // [N*T, c]
    result.actions.add(taken);
    result.blocks[b].second.add(taken);
    auto& by_frame = result.frames[b];
    by_frame.resize(std::max(by_frame.size(), static_cast<std::size_t>(frames)));
    for (Index f = 0; f < taken.size(0); ++f)
      by_frame[static_cast<std::size_t>(f % frames)].add(taken[f]);
  }
}

/// What was decided on a clip, counted for each of its labels.
inline void count_by_label(Evaluation& result, const ClipResult& clip,
                           const BlockActions& actions) {
  for (const auto label : clip.labels)
    for (const auto& [block, taken] : actions) result.classes[label].add(taken);
}

/// The clips of a batch. Returns the multiply-accumulates that they took together.
inline double add_clips(Evaluation& result, const data::Batch& batch, const Tensor<float>& logits,
                        const models::Plan<float>& plan, const BlockActions& actions) {
  const Index frames = batch.clips.size(1);
  double all = 0;
  for (Index n = 0; n < logits.size(0); ++n) {
    const auto row = logits[n].values();
    auto clip = result.several_labels
                    ? clip_result(row, batch.label_sets[static_cast<std::size_t>(n)])
                    : clip_result(row, batch.labels(n));
    BlockActions own;
    for (const auto& [block, taken] : actions)
      own[block] = taken.narrow(n * frames, (n + 1) * frames);
    count_by_label(result, clip, own);
    clip.clip = batch.indices[static_cast<std::size_t>(n)];
    clip.macs = models::run_macs(plan, own, frames, frames);
    clip.macs_fraction = clip.macs / (plan.dense_macs() * static_cast<double>(frames));
    all += clip.macs;
    result.results.push_back(std::move(clip));
  }
  return all;
}

/// Puts the decisions on a batch, whose first clip is number `first`, among those on all `clips`.
inline void keep_decisions(Evaluation& result, const BlockActions& actions, Index first,
                           Index clips, Index frames) {
  for (const auto& [block, taken] : actions) {
    auto& all = result.decisions[block];
    if (!all.defined()) all = Tensor<std::uint8_t>({clips, frames, taken.size(1)});
    const Index count = taken.size(0) / frames;
    all.narrow(first, first + count).copy_from(taken.reshape({count, frames, taken.size(1)}));
  }
}

/// Sums over clips, of which the means of an evaluation are made.
struct EvaluationSums {
  double correct = 0, entropy = 0;                  // clips; nats
  double run = 0, dense = 0, paper = 0, upper = 0;  // multiply-accumulates

  std::array<double*, 6> all() { return {&correct, &entropy, &run, &dense, &paper, &upper}; }
};

/// Numbers in a row, taken in the order in which they were put there.
class NumberReader {
 public:
  explicit NumberReader(std::span<const double> numbers) : left_(numbers) {}
  double next() {
    const double number = left_.front();
    left_ = left_.subspan(1);
    return number;
  }
  Index count() { return static_cast<Index>(next()); }

 private:
  std::span<const double> left_;
};

/// A rank's clips, behind the number of the batch that each came in. What follows from logits and
/// labels is left out.
inline std::vector<double> numbers_of_clips(const Evaluation& e,
                                            const std::vector<Index>& batches) {
  std::vector<double> numbers;
  const auto put = [&](auto... values) { (numbers.push_back(static_cast<double>(values)), ...); };
  put(e.results.size());
  for (std::size_t i = 0; i < e.results.size(); ++i) {
    const ClipResult& clip = e.results[i];
    put(batches[i], clip.clip, clip.macs, clip.macs_fraction, clip.labels.size());
    for (const auto label : clip.labels) put(label);
    put(clip.logits.size());
    for (const float logit : clip.logits) put(logit);
  }
  return numbers;
}

/// Puts the clips of all ranks where the shares of one rank were, in the order of the batches.
inline void take_clips(Evaluation& e, const std::vector<std::vector<double>>& by_rank) {
  std::vector<std::pair<Index, ClipResult>> all;
  for (const auto& numbers : by_rank) {
    NumberReader read(numbers);
    for (Index left = read.count(); left > 0; --left) {
      const Index batch = read.count(), clip = read.count();
      const double macs = read.next(), fraction = read.next();
      std::vector<std::int64_t> labels(static_cast<std::size_t>(read.count()));
      for (auto& label : labels) label = read.count();
      std::vector<float> logits(static_cast<std::size_t>(read.count()));
      for (float& logit : logits) logit = static_cast<float>(read.next());
      auto result =
          e.several_labels ? clip_result(logits, labels) : clip_result(logits, labels.front());
      result.clip = clip, result.macs = macs, result.macs_fraction = fraction;
      all.emplace_back(batch, std::move(result));
    }
  }
  // Within a batch the ranks have their parts in their order.
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  e.results.clear();
  for (auto& [batch, result] : all) e.results.push_back(std::move(result));
}

/// Adds the counts of actions of all ranks; one that had no clip does not know the blocks.
inline void sum_actions(const Peers& peers, Evaluation& e) {
  std::string names;
  for (const auto& [block, counts] : e.blocks) names += block + "\n";
  for (const auto& text : gather_texts(peers, names)) {
    if (!e.blocks.empty()) break;
    for (std::size_t begin = 0, end; begin < text.size(); begin = end + 1) {
      end = text.find('\n', begin);
      e.blocks.push_back({text.substr(begin, end - begin), {}});
    }
  }
  e.frames.resize(e.blocks.size());
  std::vector<double> most{0};
  for (const auto& frames : e.frames) most[0] = static_cast<double>(frames.size());
  for (const auto& rank : gather_numbers(peers, most)) most[0] = std::max(most[0], rank[0]);
  std::vector<ActionCounts*> all{&e.actions};
  for (auto& [block, counts] : e.blocks) all.push_back(&counts);
  for (auto& frames : e.frames) {
    frames.resize(static_cast<std::size_t>(most[0]));
    for (auto& counts : frames) all.push_back(&counts);
  }
  std::vector<double> numbers;
  for (const ActionCounts* counts : all)
    for (const Index count : counts->count) numbers.push_back(static_cast<double>(count));
  peers.sum(numbers);
  NumberReader read(numbers);
  for (ActionCounts* counts : all)
    for (Index& count : counts->count) count = read.count();

  std::vector<double> by_label;  // a label and its counts, one after the other
  for (const auto& [label, counts] : std::exchange(e.classes, {})) {
    by_label.push_back(static_cast<double>(label));
    for (const Index count : counts.count) by_label.push_back(static_cast<double>(count));
  }
  for (const auto& rank : gather_numbers(peers, by_label)) {
    NumberReader own(rank);
    for (std::size_t i = 0; i < rank.size(); i += 1 + static_cast<std::size_t>(action_count)) {
      auto& counts = e.classes[own.count()].count;
      for (Index& count : counts) count += own.count();
    }
  }
}

/// Makes of a rank's share the evaluation of all ranks' clips, the same on each. `batches` are the
/// numbers of those that its clips came in. Its seconds are those of the slowest rank.
inline void merge_ranks(const Peers& peers, Evaluation& e, EvaluationSums& sums,
                        const std::vector<Index>& batches) {
  std::vector<double> numbers{static_cast<double>(e.clips)};
  for (const double* sum : sums.all()) numbers.push_back(*sum);
  peers.sum(numbers);
  NumberReader read(numbers);
  e.clips = read.count();
  for (double* sum : sums.all()) *sum = read.next();
  const double own[] = {e.seconds};
  for (const auto& rank : gather_numbers(peers, own)) e.seconds = std::max(e.seconds, rank[0]);
  sum_actions(peers, e);
  take_clips(e, gather_numbers(peers, numbers_of_clips(e, batches)));
}

}  // namespace detail

/// Runs the model over the clips of a loader (its epoch 0). Throws ValueError, naming the clip,
/// when a logit is not finite.
inline Evaluation evaluate(const models::VideoModel<float>& model, const data::Loader& loader,
                           const EvaluationOptions& options = {}) {
  const NoGrad guard;
  const bool shared = options.peers && options.peers->size() > 1;
  require<ValueError>(!shared || !options.keep_decisions,
                      "evaluate: decisions are kept by one rank, not by ",
                      shared ? options.peers->size() : 1);
  Evaluation result;
  result.several_labels = options.several_labels;
  detail::EvaluationSums sums;
  auto& [correct, entropy, run, dense, paper, upper] = sums;
  std::vector<Index> batch_of_clip;
  Index number = -1;
  for (const auto& batch : loader.epoch(0)) {
    ++number;
    if (batch.indices.empty()) {  // a share of the last batch
      if (options.after_batch) options.after_batch();
      continue;
    }
    AdaptiveContext<float> ctx(false, options.key.of("noise"));
    ctx.sample = options.sample;
    ctx.decisions = options.decisions ? options.decisions
                                      : options.policy.source<float>(options.key.of("lots"));
    ctx.samples.assign(batch.indices.begin(), batch.indices.end());  // in any batch the same
    const auto start = std::chrono::steady_clock::now();
    const auto out = model.forward(batch.clips, ctx);
    result.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    const Index clips = batch.clips.size(0), frames = batch.clips.size(1);
    result.clips += clips;
    batch_of_clip.resize(static_cast<std::size_t>(result.clips), number);
    for (Index n = 0; n < clips; ++n) {
      const auto name = io::in_quotes(loader.name(batch.indices[static_cast<std::size_t>(n)]));
      require_finite_logits(out.logits.value()[n].values(), "evaluate: clip " + name);
    }
    const auto& logits = out.logits;
    correct +=
        static_cast<double>(options.several_labels ? correct_count(logits.value(), batch.label_sets)
                                                   : correct_count(logits.value(), batch.labels));
    entropy +=
        static_cast<double>((options.several_labels ? mean(label_losses(logits, batch.label_sets))
                                                    : cross_entropy(logits, batch.labels))
                                .item()) *
        static_cast<double>(clips);

    detail::BlockActions actions;
    if (result.blocks.empty())
      for (const auto& decision : out.decisions) result.blocks.push_back({decision.block, {}});
    result.frames.resize(result.blocks.size());
    for (const auto& decision : out.decisions) actions[decision.block] = decision.actions();
    detail::count_actions(result, actions, frames);
    if (options.keep_decisions)
      detail::keep_decisions(result, actions, result.clips - clips, loader.clips(), frames);
    const auto plan = model.plan(batch.clips.size(3), batch.clips.size(4));
    run += detail::add_clips(result, batch, out.logits.value(), plan, actions);
    dense += plan.dense_macs() * static_cast<double>(clips * frames);
    const auto by_formula = [&](CostKind kind) {
      return static_cast<double>(adaptive_cost<float>(plan.macs(), models::channel_costs(plan),
                                                      out.decisions, frames, kind,
                                                      plan.dense_macs())
                                     .item()) *
             plan.dense_macs() * static_cast<double>(clips * frames);
    };
    paper += by_formula(CostKind::real);
    upper += by_formula(CostKind::upper_bound);
    if (options.after_batch) options.after_batch();
  }
  if (shared) detail::merge_ranks(*options.peers, result, sums, batch_of_clip);
  require<ValueError>(result.clips > 0, "evaluate: there are no clips");
  const double clips = static_cast<double>(result.clips);
  result.cross_entropy = entropy / clips;
  result.top1 = 100 * correct / clips;
  result.macs_per_clip = run / clips;
  result.macs_fraction = run / dense;
  result.paper_fraction = paper / dense;
  result.upper_bound_fraction = upper / dense;
  return result;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
