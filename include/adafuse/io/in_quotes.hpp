// Text from a file inside of an error: in quotes, cut when long, with no byte that a terminal
// obeys.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <string>
#include <string_view>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// `text` in double quotes. Bytes outside of printable ASCII, quotes and backslashes are escaped as
/// in C (`\x1B`); what follows the first `longest` bytes is left out.
inline std::string in_quotes(std::string_view text, std::size_t longest = 100) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result = "\"";
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (byte < 0x20 || byte > 0x7e)
      result += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    else
      result += c;
  }
  return result += text.size() > longest ? "...\"" : "\"";
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
