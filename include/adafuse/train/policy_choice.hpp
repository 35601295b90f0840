// PolicyChoice: who decides about the channels: the trained agents, everybody stays, or the lot.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/context.hpp>
#include <charconv>
#include <string>
#include <string_view>

namespace adafuse::train {

struct PolicyChoice {
  enum class Kind { learned, keep_all, random } kind = Kind::learned;
  ActionShares shares{};  ///< of a random policy

  bool learned() const { return kind == Kind::learned; }

  /// Decisions in place of the agents; empty for a learned policy. `key` feeds the lots.
  template <class T>
  DecisionSource<T> source(Key key) const {
    if (kind == Kind::keep_all) return keep_all<T>();
    if (kind == Kind::random) return random_actions<T>(shares, key);
    return {};
  }
};

/// "learned", "keep-all", or "random:0.5,0.3,0.2": the shares of keep, reuse and skip.
inline PolicyChoice parse_policy(const std::string& text) {
  if (text == "learned") return {};
  if (text == "keep-all") return {.kind = PolicyChoice::Kind::keep_all};
  const std::string_view prefix = "random:";
  require<ValueError>(text.starts_with(prefix),
                      "policy: expects learned, keep-all or random:k,r,s, ", "got '", text, "'");
  PolicyChoice choice{.kind = PolicyChoice::Kind::random};
  const char* at = text.data() + prefix.size();
  const char* const end = text.data() + text.size();
  for (double* share : {&choice.shares.keep, &choice.shares.reuse, &choice.shares.skip}) {
    const auto [next, error] = std::from_chars(at, end, *share);
    const bool last = share == &choice.shares.skip;
    require<ValueError>(error == std::errc() && (last ? next == end : next != end && *next == ','),
                        "policy: random:k,r,s takes three shares, got '", text, "'");
    at = last ? next : next + 1;
  }
  random_actions<float>(choice.shares, Key(0));  // checks that they are shares
  return choice;
}

}  // namespace adafuse::train
