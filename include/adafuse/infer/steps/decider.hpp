// Decider: who decides in place of the agents, asked clip by clip, or frame by frame in a stream.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/change.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// What a session can say of the input of the block that it asks about.
class BlockInput {
 public:
  virtual ~BlockInput() = default;
  /// By how much it changed from the frame before (fusion/change.hpp), for a frame of the question;
  /// infinite for the first of a clip. A stream keeps what it was only where it is asked at every
  /// frame; throws ValueError where it was not.
  virtual double change(std::uint64_t clip, Index frame) = 0;
};

/// What a session asks before a block decides: actions for `frames` frames of a clip.
struct Question {
  const std::string& block;     ///< "layer1.0", "inception_3a"
  std::uint64_t clip;           ///< its number
  Index first_frame, frames;    ///< of the clip; a stream asks for one at a time
  Index channels;               ///< c'
  BlockInput* input = nullptr;  ///< null: nobody looks at the input
};

/// Writes actions [frames, c'] and returns true, or returns false to leave the block to its agent.
/// In a stream the frame before, to an agent, is the last one that was left to it.
using Decider = std::function<bool(const Question&, std::span<std::uint8_t> actions)>;

/// Throws ValueError when something else than actions was written.
inline void check_actions(const std::string& block, std::span<const std::uint8_t> actions) {
  const auto largest = std::max_element(actions.begin(), actions.end());
  if (largest == actions.end() || *largest < action_count) return;
  throw ValueError(
      concat("decisions of ", block, ": ", +*largest, " is no action, expects ", listed_actions()));
}

/// Asks about `clips` clips from that of the question on, whose actions follow each other. False
/// when one of them is left to the agent; throws ValueError for what is no action.
inline bool ask_clips(const Decider& decider, Question ask, Index clips,
                      std::span<std::uint8_t> actions) {
  const auto size = static_cast<std::size_t>(ask.frames * ask.channels);
  for (Index n = 0; n < clips; ++n, ++ask.clip) {
    const auto of_clip = actions.subspan(static_cast<std::size_t>(n) * size, size);
    if (!decider(ask, of_clip)) return false;
    check_actions(ask.block, of_clip);
  }
  return true;
}

/// Computes every channel: the dense network.
inline Decider keep_everything() {
  return [](const Question&, std::span<std::uint8_t> actions) {
    std::fill(actions.begin(), actions.end(), static_cast<std::uint8_t>(Action::keep));
    return true;
  };
}

/// Each channel of each frame by lot: the same lots as those of `random_actions` for a clip of this
/// number.
inline Decider draw_lots(ActionShares shares, Key key) {
  check_shares(shares, "random");
  return [shares, key](const Question& ask, std::span<std::uint8_t> actions) {
    const Key lots = key.of(ask.block).of(ask.clip);
    auto place = static_cast<std::uint64_t>(ask.first_frame * ask.channels);
    for (std::uint8_t& action : actions)
      action = static_cast<std::uint8_t>(shares.at(lots.uniform(place++)));
    return true;
  };
}

/// All channels of a frame are reused where the block's input changed by less than the threshold:
/// what `change_actions` decides.
inline Decider reuse_unchanged(double threshold) {
  check_threshold(threshold);
  return [threshold](const Question& ask, std::span<std::uint8_t> actions) {
    require<ValueError>(ask.input, "change policy: ", ask.block, ": nobody shows its input");
    for (Index t = 0; t < ask.frames; ++t) {
      const double change = ask.input->change(ask.clip, ask.first_frame + t);
      std::fill_n(actions.begin() + t * ask.channels, ask.channels,
                  static_cast<std::uint8_t>(action_of_change(change, threshold)));
    }
    return true;
  };
}

/// The decisions that are written down for each block, [N, T, c']; a block that is not listed
/// decides itself.
inline Decider follow_actions(std::map<std::string, Tensor<std::uint8_t>> written) {
  return [written = std::move(written)](const Question& ask, std::span<std::uint8_t> actions) {
    const auto found = written.find(ask.block);
    if (found == written.end()) return false;
    const auto& given = found->second;
    const auto clip = static_cast<Index>(ask.clip);
    require<ShapeError>(
        given.rank() == 3 && clip < given.size(0) && given.size(2) == ask.channels &&
            ask.first_frame + ask.frames <= given.size(1),
        "decisions of ", ask.block, ": expects [N,T,", ask.channels, "] with clip ", clip,
        " and frames up to ", ask.first_frame + ask.frames, ", got ", given.shape());
    const Index row = clip * given.size(1) + ask.first_frame;
    std::copy_n(given.data() + row * ask.channels, std::ssize(actions), actions.begin());
    return true;
  };
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
