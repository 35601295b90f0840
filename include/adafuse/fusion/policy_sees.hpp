// Which frames an agent sees: this one and the one before, this one, all so far, or none.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/words.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What an agent is told before it decides on a frame.
enum class PolicySees {
  both,    ///< v_{t-1} and v_t (the paper)
  now,     ///< v_t: an agent without history
  memory,  ///< v_t, and what an LSTM remembers of the frames before
  none,    ///< nothing: its logits are parameters, the same for every frame
};

inline constexpr std::string_view policy_sees_words[] = {"both", "now", "memory", "none"};
constexpr io::Words words_of(PolicySees) { return {"policy-sees", policy_sees_words}; }

}  // namespace adafuse::inline ADAFUSE_SIMD
