// Ranks that shared the clips of an evaluation each get the evaluation of all clips.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/evaluation_result.hpp>
#include <adafuse/train/gather.hpp>
#include <algorithm>
#include <span>
#include <utility>

namespace adafuse::train::inline ADAFUSE_SIMD {

namespace detail {

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

}  // namespace adafuse::train::inline ADAFUSE_SIMD
