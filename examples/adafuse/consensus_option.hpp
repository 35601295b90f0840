// The value of --consensus: over which frames so far a stream's answer is taken.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parse_number.hpp>
#include <adafuse/infer/steps/running_consensus.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <cmath>
#include <string>
#include <string_view>

namespace adafuse::cli {

/// As parse_consensus reads it.
inline std::string consensus_text(const infer::RunningConsensus& consensus) {
  if (const auto* last = std::get_if<infer::LastFrames>(&consensus))
    return concat("last:", last->count);
  if (const auto* fading = std::get_if<infer::FadingFrames>(&consensus))
    return concat("fading:", fading->keep);
  return "all";
}

/// "all", "last:T" or "fading:K".
inline infer::RunningConsensus parse_consensus(const std::string& text) {
  const auto number = [&](std::size_t prefix) {
    const auto value = parse_number(std::string_view(text).substr(prefix));
    require<ValueError>(value.has_value(), "--consensus: expects all, last:T or fading:K, got ",
                        io::in_single_quotes(text));
    return *value;
  };
  infer::RunningConsensus consensus = infer::AllFrames{};
  if (text.starts_with("last:")) {
    const double count = number(5);
    require<ValueError>(count == std::floor(count) && std::abs(count) < 1e6,
                        "--consensus: expects a whole number of frames, got ",
                        io::in_single_quotes(text));
    consensus = infer::LastFrames{static_cast<Index>(count)};
  } else if (text.starts_with("fading:")) {
    consensus = infer::FadingFrames{number(7)};
  } else {
    require<ValueError>(text == "all", "--consensus: expects all, last:T or fading:K, got ",
                        io::in_single_quotes(text));
  }
  infer::check_consensus(consensus);
  return consensus;
}

}  // namespace adafuse::cli
