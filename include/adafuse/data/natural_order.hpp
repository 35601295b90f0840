// Natural order: names as people number them, 1, 2, 10 and not 1, 10, 2.
//
// Runs of digits are compared as numbers, all else byte by byte; where numbers are equal, fewer
// leading zeros come first.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <string_view>

namespace adafuse::data::inline ADAFUSE_SIMD {

namespace detail {

constexpr bool is_digit(char c) { return '0' <= c && c <= '9'; }

/// How many digits `text` begins with.
inline std::size_t digits_at_front(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  return count;
}

}  // namespace detail

/// Whether `a` comes before `b`.
inline bool natural_less(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a, whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (!detail::is_digit(a.front()) || !detail::is_digit(b.front())) {
      if (a.front() != b.front())
        return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front());
      a.remove_prefix(1), b.remove_prefix(1);
      continue;
    }
    auto x = a.substr(0, detail::digits_at_front(a)), y = b.substr(0, detail::digits_at_front(b));
    a.remove_prefix(x.size()), b.remove_prefix(y.size());
    while (x.size() > 1 && x.front() == '0') x.remove_prefix(1);
    while (y.size() > 1 && y.front() == '0') y.remove_prefix(1);
    if (x.size() != y.size()) return x.size() < y.size();
    if (x != y) return x < y;
  }
  if (a.empty() != b.empty()) return a.empty();
  if (whole_a.size() != whole_b.size()) return whole_a.size() < whole_b.size();
  return whole_a < whole_b;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
