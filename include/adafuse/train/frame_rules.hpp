// Frame rules: which frames of a clip or a stream are looked at. A frame that is not costs nothing.
//
// The actions keep, reuse and skip are a block's, for channels of a frame that is there. Whether a
// frame is there is decided outside of the network, by two rules
// (docs/decisions/0074-whole-frames.md):
//
//   change  before a frame: it is passed over when it differs from the last one that was looked at
//           by less than a share of its size, as fusion/change.hpp measures it
//   exit    after a frame: when the score of the best class is above a confidence, no more are
//           looked at
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/fusion/change.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Rules that look at every frame, unless they are told otherwise.
struct FrameRules {
  double exit_confidence = 1;  ///< from 0 (after one frame) to 1 (never)
  double frame_change = 0;     ///< from 0 (every frame) to infinity (the first alone)
};

/// Throws ValueError for rules that are none.
inline void check(const FrameRules& rules) {
  require<ValueError>(0 <= rules.exit_confidence && rules.exit_confidence <= 1,
                      "exit-confidence: a score from 0 to 1, got ", rules.exit_confidence);
  require<ValueError>(rules.frame_change >= 0,
                      "frame-change: a share of a frame's size, at least 0, got ",
                      rules.frame_change);
}

/// Whether a score ends a clip. A score is at most 1: a confidence of 1 ends none.
inline bool is_sure(double score, const FrameRules& rules) { return score > rules.exit_confidence; }

/// The first rule, frame after frame.
class FrameGate {
 public:
  /// A gate that has seen no frame.
  explicit FrameGate(const FrameRules& rules) : threshold_(rules.frame_change) { check(rules); }

  /// Whether a frame of any shape is to be looked at. The first one is, and one that holds what is
  /// no number.
  bool admits(const Tensor<float>& frame) {
    if (equals(threshold_, 0)) return true;
    if (last_.defined()) {
      require<ShapeError>(last_.shape() == frame.shape(), "frame gate: expects a frame ",
                          last_.shape(), ", got ", frame.shape());
      RelativeChange change;
      change.add(frame.data(), std::as_const(last_).data(), frame.size());
      if (change.value() < threshold_) return false;
    }
    last_ = frame.clone();
    return true;
  }

  /// Begins anew: the next frame is the first.
  void reset() { last_ = {}; }

 private:
  double threshold_;
  Tensor<float> last_;  // that was looked at; undefined: none was
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
