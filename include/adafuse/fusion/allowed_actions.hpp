// Which actions an agent may choose: the paper's three, or two of them, to tell what each is worth.
//
// The logit of an excluded action is -inf: no draw and no choice takes it, and its gradient is 0.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/words.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The actions that an agent may choose from. Keep is always one.
enum class AllowedActions {
  keep_reuse_skip,  ///< the paper's
  keep_skip,        ///< nothing comes from the frame before
  keep_reuse,       ///< nothing is zero but what is reused in the first frame
};

inline constexpr std::string_view allowed_actions_words[] = {"keep,reuse,skip", "keep,skip",
                                                             "keep,reuse"};
constexpr io::Words words_of(AllowedActions) { return {"actions", allowed_actions_words}; }

}  // namespace adafuse::inline ADAFUSE_SIMD
