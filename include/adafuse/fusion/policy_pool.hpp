// What an agent sees of a map: the mean of its pixels, or the largest.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/words.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// How the pixels of a map become one number: their mean, or the largest.
enum class PolicyPool { average, max };

inline constexpr std::string_view policy_pool_words[] = {"average", "max"};
constexpr io::Words words_of(PolicyPool) { return {"policy-pool", policy_pool_words}; }

}  // namespace adafuse::inline ADAFUSE_SIMD
