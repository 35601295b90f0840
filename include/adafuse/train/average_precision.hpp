// Average precision: how well the scores of a class put the clips that have it before the others.
//
//   AP(k) = 1/P sum over the P clips that have k of  (those of them with at least its score)
//                                                  / (clips with at least its score)
//
// the precision at the rank of each, where clips of one score share the last of their ranks: so it
// does not depend on the order of the clips. It is scikit-learn's average_precision_score,
// sum over n of (R_n - R_{n-1}) P_n over falling thresholds. mAP is the mean over the classes that
// some clip has.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/train/clip_results.hpp>
#include <limits>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// AP of one class from its scores and of which clips have it, from 0 to 1; NaN where none has it.
inline double average_precision(std::span<const double> scores, const std::vector<bool>& has) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
  double sum = 0, found = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    double tied = 0;  // of this score, and have the class
    std::size_t end = begin;
    for (; end < order.size() && equals(scores[order[end]], scores[order[begin]]); ++end)
      tied += has[order[end]];
    found += tied;
    sum += tied * found / static_cast<double>(end);
    begin = end;
  }
  return found > 0 ? sum / found : std::numeric_limits<double>::quiet_NaN();
}

/// AP of each class, per cent; NaN of a class that no clip has.
inline std::vector<double> average_precisions(const std::vector<ClipResult>& clips, Index classes) {
  std::vector<double> result, scores(clips.size());
  for (Index k = 0; k < classes; ++k) {
    std::vector<bool> has(clips.size());
    for (std::size_t i = 0; i < clips.size(); ++i) {
      scores[i] = clips[i].scores[static_cast<std::size_t>(k)];
      has[i] =
          std::find(clips[i].labels.begin(), clips[i].labels.end(), k) != clips[i].labels.end();
    }
    result.push_back(100 * average_precision(scores, has));
  }
  return result;
}

/// mAP, per cent, of what average_precisions returned.
inline double mean_average_precision(const std::vector<double>& of_classes) {
  double sum = 0, count = 0;
  for (const double precision : of_classes)
    if (!std::isnan(precision)) sum += precision, ++count;
  return count > 0 ? sum / count : 0;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
