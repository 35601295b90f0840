// What a mirrored clip is called: classes that say left or right, clockwise or anticlockwise,
// change places with the class that says the other.
//
//   "Pushing [something] from left to right"  <->  "Pushing [something] from right to left"
//   "swipe_left" <-> "swipe_right"     "Turning Hand Clockwise" <-> "Turning Hand Counterclockwise"
//
// So the pairs of Something-Something V1 (2-4, 30-41, 52-66), V2 (86-87, 93-94, 166-167) and Jester
// follow from their names.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

namespace detail {

/// The words of a name in small letters: "SwipeLeft_2" is swipe, left, 2. Clockwise is one word,
/// whatever stands before it.
inline std::vector<std::string> words_of_name(const std::string& name) {
  const auto is_upper = [](char c) { return 'A' <= c && c <= 'Z'; };
  const auto is_letter = [&](char c) {
    return ('a' <= c && c <= 'z') || is_upper(c) || static_cast<unsigned char>(c) >= 128;
  };
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : name) {
    const bool digit = '0' <= c && c <= '9', digit_before = '0' <= before && before <= '9';
    if (is_letter(c) || digit) {
      const bool goes_on =
          digit ? digit_before : is_letter(before) && !(is_upper(c) && !is_upper(before));
      if (!goes_on) words.emplace_back();
      words.back() += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
    before = c;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool counter = words[i] == "counter" || words[i] == "anti";
    if (counter && i + 1 < words.size() && words[i + 1] == "clockwise")
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
    else if (words[i] != "counterclockwise" && words[i] != "anticlockwise")
      continue;
    words[i] = "anticlockwise";
  }
  return words;
}

/// What a word is in a mirror.
inline std::string mirrored_word(const std::string& word) {
  if (word == "clockwise") return "anticlockwise";
  if (word == "anticlockwise") return "clockwise";
  for (const std::string ending : {"", "s", "ward", "wards", "most", "hand", "handed"}) {
    if (word == "left" + ending) return "right" + ending;
    if (word == "right" + ending) return "left" + ending;
  }
  return word;
}

}  // namespace detail

/// The label of each class in a mirror: its own, or that of the class whose name has left and
/// right, clockwise and anticlockwise exchanged. Throws ValueError, naming the class, where there
/// is none or several.
inline std::vector<std::int64_t> mirrored_labels(const std::vector<std::string>& classes) {
  std::vector<std::vector<std::string>> names;
  std::map<std::vector<std::string>, std::vector<std::int64_t>> labels;
  for (const auto& name : classes) {
    names.push_back(detail::words_of_name(name));
    labels[names.back()].push_back(std::ssize(names) - 1);
  }
  std::vector<std::int64_t> result;
  for (std::size_t k = 0; k < names.size(); ++k) {
    auto mirrored = names[k];
    for (auto& word : mirrored) word = detail::mirrored_word(word);
    if (mirrored == names[k]) {
      result.push_back(static_cast<std::int64_t>(k));
      continue;
    }
    const auto found = labels.find(mirrored);
    require<ValueError>(found != labels.end() && found->second.size() == 1, "class ",
                        io::in_quotes(classes[k]), " says left or right, and ",
                        found == labels.end() ? "no class" : "more than one class",
                        " is its counterpart in a mirror");
    result.push_back(found->second.front());
  }
  return result;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
