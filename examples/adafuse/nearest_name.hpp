// The name that somebody meant who wrote another one.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::cli {

/// Letters to put in, to leave out, to replace or to exchange with their neighbours, until one word
/// is the other (Damerau's distance, each place edited once).
inline std::size_t edits_between(std::string_view a, std::string_view b) {
  // Of the beginnings of a with 2, 1 and 0 letters less than now, against each beginning of b.
  std::vector<std::size_t> before_last, last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = now;
  }
  return last[b.size()];
}

/// The name that is nearest to a word, or nothing when none is near: a third of its letters may
/// differ.
inline std::string nearest_name(std::string_view word, const std::vector<std::string>& names) {
  std::string nearest;
  std::size_t fewest = word.size() / 3 + 1;
  for (const auto& name : names)
    if (const std::size_t edits = edits_between(word, name); edits < fewest) {
      fewest = edits;
      nearest = name;
    }
  return nearest;
}

/// ", did you mean --model?" or ", did you mean --model, --epochs?", of the words that are near to
/// a name; nothing when none is.
inline std::string did_you_mean(const std::vector<std::string>& words,
                                const std::vector<std::string>& names) {
  std::string meant;
  for (const auto& word : words)
    if (const auto nearest = nearest_name(word, names); !nearest.empty())
      meant += (meant.empty() ? "" : ", ") + nearest;
  return meant.empty() ? "" : ", did you mean " + meant + "?";
}

}  // namespace adafuse::cli
