// PolicyChoice: who decides about the channels: the trained agents, nobody (all are kept), the lot,
// how large things are, or how much they change.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/parse_number.hpp>
#include <adafuse/fusion/change.hpp>
#include <adafuse/fusion/magnitude.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <charconv>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>

namespace adafuse::train::inline ADAFUSE_SIMD {

struct PolicyChoice {
  /// Who decides.
  enum class Kind { learned, keep_all, random, magnitude, change } kind = Kind::learned;  ///< who
  ActionShares shares{};  ///< of a random policy, and of one by magnitude
  double threshold = 0;   ///< of a policy by change

  bool learned() const { return kind == Kind::learned; }

  /// Decisions in place of the agents; empty for a learned policy. `key` feeds the lots.
  template <class T>
  DecisionSource<T> source(Key key) const {
    if (kind == Kind::keep_all) return keep_all<T>();
    if (kind == Kind::random) return random_actions<T>(shares, key);
    if (kind == Kind::magnitude) return magnitude_actions<T>(shares);
    if (kind == Kind::change) return change_actions<T>(threshold);
    return {};
  }
};

namespace detail {

/// The fewest digits that parse_number reads as this number.
inline std::string shortest_text(double number) {
#ifdef __cpp_lib_to_chars
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, number).ptr};
#else  // libc++ before 14 has no to_chars of a double; nor does emscripten 3.1.
  for (int precision = 1;; ++precision) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::setprecision(precision) << number;
    if (precision == 17 || equals(parse_number(text.str()).value_or(0), number)) return text.str();
  }
#endif
}

}  // namespace detail

/// The text that parse_policy reads as this choice.
inline std::string to_string(const PolicyChoice& choice) {
  switch (choice.kind) {
    case PolicyChoice::Kind::learned:
      return "learned";
    case PolicyChoice::Kind::keep_all:
      return "keep-all";
    case PolicyChoice::Kind::change:
      return "change:" + detail::shortest_text(choice.threshold);
    case PolicyChoice::Kind::random:
    case PolicyChoice::Kind::magnitude:
      break;
  }
  std::string text = choice.kind == PolicyChoice::Kind::random ? "random" : "magnitude";
  char separator = ':';
  for (const double share : {choice.shares.keep, choice.shares.reuse, choice.shares.skip}) {
    text += std::exchange(separator, ',');
    text += detail::shortest_text(share);
  }
  return text;
}

/// "learned", "keep-all", or "random:0.5,0.3,0.2" and "magnitude:0.5,0.3,0.2" with the shares of
/// keep, reuse and skip, or "change:0.3" with a threshold.
inline PolicyChoice parse_policy(const std::string& text) {
  if (text == "learned") return {};
  if (text == "keep-all") return {.kind = PolicyChoice::Kind::keep_all};
  const std::string name = text.substr(0, text.find(':'));
  const bool has_numbers = name.size() < text.size();
  require<ValueError>(
      has_numbers && (name == "random" || name == "magnitude" || name == "change"),
      "policy: expects learned, keep-all, random:k,r,s, magnitude:k,r,s or change:t, got ",
      io::in_single_quotes(text));
  if (name == "change") {
    const auto threshold = parse_number(std::string_view(text).substr(name.size() + 1));
    require<ValueError>(threshold.has_value(), "policy: change:t takes a threshold, got ",
                        io::in_single_quotes(text));
    check_threshold(*threshold);
    return {.kind = PolicyChoice::Kind::change, .threshold = *threshold};
  }
  PolicyChoice choice{.kind = name == "random" ? PolicyChoice::Kind::random
                                               : PolicyChoice::Kind::magnitude};
  std::string_view rest = std::string_view(text).substr(name.size() + 1);
  for (double* share : {&choice.shares.keep, &choice.shares.reuse, &choice.shares.skip}) {
    const bool last = share == &choice.shares.skip;
    const auto comma = last ? rest.size() : rest.find(',');
    const auto number = comma == rest.npos ? std::nullopt : parse_number(rest.substr(0, comma));
    require<ValueError>(number.has_value(), "policy: ", name, ":k,r,s takes three shares, got ",
                        io::in_single_quotes(text));
    *share = *number;
    rest.remove_prefix(last ? comma : comma + 1);
  }
  check_shares(choice.shares, name.c_str());
  return choice;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
