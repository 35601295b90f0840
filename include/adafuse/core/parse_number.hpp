// parse_number: text to a double, the same in every locale and with every standard library.
//
// std::from_chars does that where it knows doubles: libc++ learnt them in version 20. Elsewhere a
// stream in the classic locale reads what has been checked before: streams also take spaces, a plus
// and hexadecimal digits, and each library has its own idea of denormals.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// Whether it is digits, with a point before, between or behind them, and an exponent or none.
inline bool is_decimal(std::string_view text) {
  const auto digits = [&] {
    const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  const auto skip = [&](std::string_view any_of) {
    const bool there = !text.empty() && any_of.find(text[0]) != any_of.npos;
    if (there) text.remove_prefix(1);
    return there;
  };
  const auto whole = digits();
  if (whole + (skip(".") ? digits() : 0) == 0) return false;
  if (skip("eE")) {
    skip("+-");
    if (digits() == 0) return false;
  }
  return text.empty();
}

/// The value of a decimal number by a stream; what is too large or too small is left to the caller.
inline double read_classic(std::string_view text) {
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  double value = 0;
  in >> value;
  // One that is too large is the largest in some libraries, infinite in others; a denormal is a
  // failure in some, and right.
  const bool too_large = in.fail() && value >= 1;
  return too_large ? std::numeric_limits<double>::infinity() : value;
}

}  // namespace detail

/// The number that is all of the text: "-1.5", "2e-3", ".5"; also "inf", "infinity" and "nan" in
/// letters of either case. Nothing for other texts (a space, a plus before it, a hexadecimal
/// number, a decimal comma), and for what a double cannot hold: 1e400, and 1e-400, which would be
/// 0.
inline std::optional<double> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto is = [&](std::string_view word) {
    return text.size() == word.size() && std::equal(text.begin(), text.end(), word.begin(),
                                                    [](char a, char b) { return (a | 0x20) == b; });
  };
  using Limits = std::numeric_limits<double>;
  double value = 0;
  if (is("inf") || is("infinity")) {
    value = Limits::infinity();
  } else if (is("nan")) {
    value = Limits::quiet_NaN();
  } else {
    if (!detail::is_decimal(text)) return std::nullopt;
#ifdef __cpp_lib_to_chars
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
      return std::nullopt;
#else
    value = detail::read_classic(text);
#endif
    const auto digits = text.substr(0, text.find_first_of("eE"));
    if (std::isinf(value)) return std::nullopt;
    if (equals(value, 0) && digits.find_first_of("123456789") != digits.npos) return std::nullopt;
  }
  return negative ? -value : value;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
