// Text that goes into a picture: numbers, escaping, and how wide it will be.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// A number with at most `decimals` decimals and no zeros to spare: 12, 1.5, 0.33. The same in
/// every locale. Throws ValueError for what is not finite: no picture has a place for it.
inline std::string number(double value, int decimals = 2) {
  require<ValueError>(std::isfinite(value), "report: a picture cannot show the number ", value);
  std::array<char, 400> buffer;  // the largest double has 309 digits before the point
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, decimals)
                       .ptr;
  std::string text(buffer.data(), end);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

/// One character of UTF-8 text.
struct Character {
  char32_t code;      ///< its number in Unicode
  std::size_t bytes;  ///< that it takes in UTF-8
};

/// What stands for bytes that are no character.
inline constexpr char32_t replacement_character = 0xFFFD;

/// The character at the start of `text`, which is not empty. A byte that starts none counts as one
/// replacement character.
inline Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t bytes = lead < 0x80   ? 1
                            : lead < 0xC2 ? 0
                            : lead < 0xE0 ? 2
                            : lead < 0xF0 ? 3
                                          : 4;
  if (bytes == 0 || bytes > text.size()) return {replacement_character, 1};
  if (bytes == 1) return {lead, 1};
  char32_t code = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {replacement_character, 1};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = 0xD800 <= code && code <= 0xDFFF;
  if (code < least[bytes] || code > 0x10FFFF || surrogate) return {replacement_character, 1};
  return {code, bytes};
}

/// The text as it stands in an element or in a quoted attribute. What XML cannot hold (control
/// characters, bytes that are not UTF-8) becomes U+FFFD.
inline std::string escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    const bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
    if (control || code == replacement_character || code == 0xFFFE || code == 0xFFFF)
      out += "\xEF\xBF\xBD";
    else if (code == '&')
      out += "&amp;";
    else if (code == '<')
      out += "&lt;";
    else if (code == '>')
      out += "&gt;";
    else if (code == '"')
      out += "&quot;";
    else
      out += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return out;
}

/// About how wide the text is in a sans-serif font of this size; rather too wide than too narrow.
inline double text_width(std::string_view text, double font_size, bool bold = false) {
  double em = 0;
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    const bool narrow =
        code < 0x80 && std::string_view(" .,:;'|!()[]iljtfr").find(static_cast<char>(code)) !=
                           std::string_view::npos;
    const bool wide = (U'A' <= code && code <= U'Z') || code == U'm' || code == U'w' ||
                      code == U'%' || code >= 0x1100;
    em += narrow ? 0.4 : wide ? 0.85 : 0.62;
    text.remove_prefix(bytes);
  }
  return em * font_size * (bold ? 1.13 : 1);
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
