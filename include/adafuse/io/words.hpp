// Words: the values of an enum as users write them, in one list that reads, writes and explains.
//
//   enum class Side { left, right };
//   inline constexpr std::string_view side_words[] = {"left", "right"};
//   constexpr io::Words words_of(Side) { return {"side", side_words}; }
//
//   parse_word<Side>("right")   Side::right
//   parse_word<Side>("top")     ValueError: side: expects left or right, got 'top'
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <concepts>
#include <span>
#include <type_traits>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// The list of an enum whose values count from 0.
struct Words {
  std::string_view what;                    ///< what errors call the enum
  std::span<const std::string_view> words;  ///< of value 0, 1, ...
};

/// Enums that have a `words_of`.
template <class Enum>
concept HasWords = std::is_enum_v<Enum> && requires(Enum value) {
  { words_of(value) } -> std::same_as<Words>;
};

/// "a, b or c".
inline std::string listed_words(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + std::string(words[i]);
  return text;
}

/// The value that a word stands for. Throws ValueError, with all words, for another one.
template <HasWords Enum>
Enum parse_word(std::string_view text) {
  const Words list = words_of(Enum{});
  const auto found = std::find(list.words.begin(), list.words.end(), text);
  if (found != list.words.end()) return static_cast<Enum>(found - list.words.begin());
  throw ValueError(
      concat(list.what, ": expects ", listed_words(list.words), ", got ", in_single_quotes(text)));
}

/// The word of a value. Throws ValueError for a number that is none of the enum's values.
template <HasWords Enum>
std::string word_of(Enum value) {
  const Words list = words_of(value);
  const auto number = static_cast<std::size_t>(value);
  if (number >= list.words.size())
    throw ValueError(
        concat(list.what, ": expects ", listed_words(list.words), ", got number ", number));
  return std::string(list.words[number]);
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
