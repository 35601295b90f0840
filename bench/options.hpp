// Options of a benchmark: a list of names, and where their values go.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace bench {

/// `--name VALUE`; `--name` alone where it goes into a bool.
struct Option {
  std::string name;
  std::variant<bool*, int*, adafuse::Index*, double*, std::string*> value;
};

namespace detail {

inline void read_value(const std::string&, std::string& value, const std::string& word) {
  value = word;
}
template <class Number>
void read_value(const std::string& option, Number& value, const std::string& word) {
  std::istringstream text(word);
  adafuse::require<adafuse::ValueError>((text >> value) && text.peek() == EOF, option,
                                        " expects a number, got ", word);
}

}  // namespace detail

/// Reads the words after the program's name. Throws ValueError for what is not among `options`.
inline void parse_options(const std::string& program, const std::vector<Option>& options, int count,
                          char** words) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    std::string known;
    const Option* found = nullptr;
    for (const auto& option : options) {
      known += (known.empty() ? "" : ", ") + option.name;
      if (option.name == word) found = &option;
    }
    adafuse::require<adafuse::ValueError>(found, program, ": expects ", known, ", got ", word);
    if (bool* const* flag = std::get_if<bool*>(&found->value)) {
      **flag = true;
      continue;
    }
    adafuse::require<adafuse::ValueError>(++i < count, program, ": ", word, " expects a value");
    std::visit([&](auto* value) { detail::read_value(word, *value, words[i]); }, found->value);
  }
}

}  // namespace bench
