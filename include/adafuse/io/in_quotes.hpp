// Text that somebody else wrote, on its way to a terminal or into an error: with no byte that a
// terminal obeys, and cut when long.
//
// Bytes that stay as they are: printable ASCII, and letters and signs outside of it in well-formed
// UTF-8. Control characters of either kind, characters without a width or that turn the direction
// of writing around, and bytes that are no UTF-8 are escaped as in C: `\x1B`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

namespace detail {

/// How many bytes the first character of `text` takes when it may be shown as it is, 0 when it is
/// to be escaped. `text` is not empty.
inline std::size_t shown_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return 0x20 <= lead && lead < 0x7F ? 1 : 0;
  const std::size_t bytes = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes == 0 || lead > 0xF4 || bytes > text.size()) return 0;
  std::uint32_t code = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const auto within = [code](std::uint32_t first, std::uint32_t last) {
    return first <= code && code <= last;
  };
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  const bool no_character = within(0xD800, 0xDFFF) || code > 0x10FFFF;
  const bool obeyed = within(0x80, 0x9F) || within(0x200B, 0x200F) || within(0x2028, 0x202E) ||
                      within(0x2060, 0x206F) || code == 0xFEFF;
  return overlong || no_character || obeyed ? 0 : bytes;
}

inline std::string escape(std::string_view text, std::size_t longest, bool quotes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const bool cut = text.size() > longest;
  text = text.substr(0, longest);
  std::string result;
  while (!text.empty()) {
    const std::size_t shown = shown_bytes(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (quotes && (byte == '"' || byte == '\\')) result += '\\';
    if (shown > 0)
      result += text.substr(0, shown);
    else
      result += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    text.remove_prefix(shown > 0 ? shown : 1);
  }
  return cut ? result + "..." : result;
}

}  // namespace detail

/// The most that an error shows of what it did not write.
inline constexpr std::size_t longest_quote = 100;

/// `text` in double quotes, quotes and backslashes inside of it escaped too; what follows the first
/// `longest` bytes is left out.
inline std::string in_quotes(std::string_view text, std::size_t longest = longest_quote) {
  return '"' + detail::escape(text, longest, true) + '"';
}

/// The same in single quotes: for a word that should have been one of a few.
inline std::string in_single_quotes(std::string_view text) {
  return '\'' + detail::escape(text, longest_quote, false) + '\'';
}

/// `text` without quotes around it, whole: for a line that is text of ours with theirs in it.
inline std::string escaped(std::string_view text) {
  return detail::escape(text, std::string_view::npos, false);
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
