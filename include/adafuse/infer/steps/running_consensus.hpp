// Running consensus: what a stream makes of the logits of its frames so far.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <span>
#include <variant>
#include <vector>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// The mean over the last `count` frames, or as many as there were.
struct LastFrames {
  Index count = 8;
};
/// The mean over all frames.
struct AllFrames {};
/// A mean in which a frame weighs `keep` times as much as the one after it.
struct FadingFrames {
  double keep = 0.9;
};

using RunningConsensus = std::variant<AllFrames, LastFrames, FadingFrames>;

/// Throws ValueError for a consensus of no frames, or one that does not fade.
inline void check_consensus(const RunningConsensus& consensus) {
  if (const auto* last = std::get_if<LastFrames>(&consensus))
    require<ValueError>(last->count > 0, "consensus: expects at least one frame, got ",
                        last->count);
  if (const auto* fading = std::get_if<FadingFrames>(&consensus))
    require<ValueError>(0 <= fading->keep && fading->keep < 1,
                        "consensus: expects a fading of [0, 1), got ", fading->keep);
}

template <class T>
class RunningMean {
 public:
  RunningMean(const RunningConsensus& consensus, Index classes)
      : consensus_(consensus),
        window_(rows() * static_cast<std::size_t>(classes)),
        sums_(static_cast<std::size_t>(classes)),
        mean_(static_cast<std::size_t>(classes)) {
    check_consensus(consensus);
  }

  /// The consensus after one more frame's logits.
  std::span<const T> add(std::span<const T> logits) {
    if (const auto* last = std::get_if<LastFrames>(&consensus_)) {
      // Added up anew each time: a sum that is added to and taken from for days would drift.
      const auto size = logits.size(), row = seen_ % rows();
      std::copy(logits.begin(), logits.end(),
                window_.begin() + static_cast<std::ptrdiff_t>(row * size));
      ++seen_;
      const std::size_t used = std::min<std::size_t>(seen_, static_cast<std::size_t>(last->count));
      for (std::size_t k = 0; k < size; ++k) {
        double sum = 0;
        for (std::size_t r = 0; r < used; ++r) sum += static_cast<double>(window_[r * size + k]);
        mean_[k] = static_cast<T>(sum / static_cast<double>(used));
      }
      return mean_;
    }
    const auto* fading = std::get_if<FadingFrames>(&consensus_);
    const double keep = fading ? fading->keep : 1;
    ++seen_;
    weight_ = keep * weight_ + 1;
    for (std::size_t k = 0; k < logits.size(); ++k) {
      const double before = keep > 0 ? keep * sums_[k] : 0;  // What has faded is not read.
      sums_[k] = before + static_cast<double>(logits[k]);
      mean_[k] = static_cast<T>(sums_[k] / weight_);
    }
    return mean_;
  }

  /// Forgets all frames.
  void reset() {
    seen_ = 0;
    weight_ = 0;
    std::fill(sums_.begin(), sums_.end(), 0.0);
  }

 private:
  std::size_t rows() const {
    const auto* last = std::get_if<LastFrames>(&consensus_);
    return last ? static_cast<std::size_t>(std::max<Index>(last->count, 0)) : 0;
  }

  RunningConsensus consensus_;
  std::vector<T> window_;     // the last frames' logits, [count, classes]
  std::vector<double> sums_;  // weighted, [classes]
  std::vector<T> mean_;
  std::size_t seen_ = 0;
  double weight_ = 0;
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
