// Several views of each video at test: clips of other frames, and crops at other places. A video's
// logits are the mean of its views' (as TSN's and TSM's tests have it; the softmax comes after),
// and its cost is the sum of theirs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/train/evaluation.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// How many views are taken: clips x crops (data::test_frames, data::test_crop).
struct ViewCounts {
  /// Of each video.
  Index clips = 1, crops = 1;

  Index all() const { return clips * crops; }
};

namespace detail {

/// Adds a view's logits to a clip's sum; of a mirrored view each class has its counterpart's.
inline void add_view(ClipResult& sum, const ClipResult& view, bool mirrored,
                     const std::vector<std::int64_t>& mirrored_labels) {
  for (std::size_t k = 0; k < sum.logits.size(); ++k) {
    const bool swapped = mirrored && !mirrored_labels.empty();
    sum.logits[k] += view.logits[swapped ? static_cast<std::size_t>(mirrored_labels[k]) : k];
  }
  sum.macs += view.macs;
}

/// The counts of a further view; blocks and frames are those of the first.
inline void add_counts(Evaluation& sum, const Evaluation& view) {
  const auto add = [](ActionCounts& to, const ActionCounts& from) {
    for (std::size_t a = 0; a < to.count.size(); ++a) to.count[a] += from.count[a];
  };
  add(sum.actions, view.actions);
  for (const auto& [label, counts] : view.classes) add(sum.classes[label], counts);
  for (std::size_t b = 0; b < sum.blocks.size(); ++b) {
    add(sum.blocks[b].second, view.blocks[b].second);
    for (std::size_t t = 0; t < sum.frames[b].size(); ++t) add(sum.frames[b][t], view.frames[b][t]);
  }
  sum.macs_per_clip += view.macs_per_clip;
  sum.seconds += view.seconds;
}

/// The loss of a clip: -log of its label's score, or, where there are several, the binary
/// cross-entropy of each class: log(1 + e^z) - z where the clip has it.
inline double loss_of(const ClipResult& clip, bool several_labels) {
  if (!several_labels) return -std::log(clip.scores[static_cast<std::size_t>(clip.label)]);
  double loss = 0;
  for (const float logit : clip.logits) {
    const double z = static_cast<double>(logit);
    loss += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
  }
  for (const auto label : clip.labels)
    loss -= static_cast<double>(clip.logits[static_cast<std::size_t>(label)]);
  return loss;
}

}  // namespace detail

/// Evaluates all views of the clips of `dataset`, read as `loading` says. One view is what
/// `evaluate` says of it, bit for bit. Of several, shares of the dense network are of all views
/// together. `mirrored_labels` names each class's counterpart in mirrored crops; empty: itself.
/// Throws ValueError for counts that the sampling or the crops do not have, and for decisions that
/// are to be kept of several views.
inline Evaluation evaluate_views(const models::VideoModel<float>& model,
                                 const data::Dataset& dataset, data::LoaderConfig loading,
                                 const ViewCounts& views, const EvaluationOptions& options = {},
                                 const std::vector<std::int64_t>& mirrored_labels = {}) {
  const Index all = views.all();
  require<ValueError>(all == 1 || !options.keep_decisions,
                      "evaluate: decisions are kept of one view, not of ", all);
  const data::FrameCache frames(dataset, all > 1 ? loading.cache_bytes : 0);
  if (all > 1) loading.cache_bytes = 0;
  Evaluation sum;
  double dense = 0, paper = 0, upper = 0;
  for (Index v = 0; v < all; ++v) {
    loading.view = {.clip = v / views.crops,
                    .clips = views.clips,
                    .crop = {.number = v % views.crops, .count = views.crops}};
    const data::Loader loader(frames, loading);
    auto own = options;
    if (v > 0) own.key = options.key.of("view").of(static_cast<std::uint64_t>(v));
    auto view = evaluate(model, loader, own);
    if (all == 1) return view;
    const double of_dense = view.macs_per_clip / view.macs_fraction;
    dense += of_dense;
    paper += view.paper_fraction * of_dense;
    upper += view.upper_bound_fraction * of_dense;
    if (v == 0) {
      sum = std::move(view);
      continue;
    }
    // Of ten crops the second five are mirrored.
    const bool mirrored = views.crops == 10 && v % views.crops >= 5;
    detail::add_counts(sum, view);
    for (std::size_t i = 0; i < sum.results.size(); ++i)
      detail::add_view(sum.results[i], view.results[i], mirrored, mirrored_labels);
  }
  double entropy = 0;
  for (auto& clip : sum.results) {
    for (float& logit : clip.logits) logit /= static_cast<float>(all);
    auto result = options.several_labels ? clip_result(clip.logits, clip.labels)
                                         : clip_result(clip.logits, clip.label);
    result.clip = clip.clip;
    result.macs = clip.macs;
    result.macs_fraction = clip.macs / dense;
    entropy += detail::loss_of(result, options.several_labels);
    clip = std::move(result);
  }
  sum.cross_entropy = entropy / static_cast<double>(sum.clips);
  sum.top1 = top_k(sum.results, 1);
  sum.macs_fraction = sum.macs_per_clip / dense;
  sum.paper_fraction = paper / dense;
  sum.upper_bound_fraction = upper / dense;
  return sum;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
