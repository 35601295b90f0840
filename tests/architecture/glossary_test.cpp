// docs/glossary.md explains words that the code uses.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace glossary_test {

using namespace architecture;

namespace {

/// The words of the tables: "| `demand` | ... |".
std::vector<std::string> words_of(const std::vector<std::string>& lines) {
  static const std::regex row(R"(^\| `([A-Za-z]+)` \| \S.* \|$)");
  std::vector<std::string> words;
  std::smatch match;
  for (const auto& line : lines)
    if (std::regex_match(line, match, row)) words.push_back(match[1]);
  return words;
}

/// The parts of the identifiers of a text: "live_bits" gives live_bits, live and bits, "LiveLists"
/// itself and, in small letters, live and lists.
void add_words(const std::string& text, std::set<std::string>& words) {
  static const std::regex identifier("[A-Za-z_][A-Za-z0-9_]*"), part("[A-Z]?[a-z0-9]+");
  for (std::sregex_iterator it(text.begin(), text.end(), identifier), end; it != end; ++it) {
    const std::string name = it->str();
    if (!words.insert(name).second) continue;
    for (std::sregex_iterator piece(name.begin(), name.end(), part); piece != end; ++piece) {
      std::string word = piece->str();
      word[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(word[0])));
      words.insert(word);
    }
  }
}

const std::set<std::string>& words_of_the_library() {
  static const auto all = [] {
    std::set<std::string> words;
    for (const auto& [path, header] : library()) {
      add_words(path, words);
      for (const auto& line : header.lines) add_words(line.substr(0, line.find("//")), words);
    }
    return words;
  }();
  return all;
}

}  // namespace

TEST_CASE("glossary: each word stands in the code of the library, outside of comments") {
  const auto words =
      words_of(read_lines(fs::path(ADAFUSE_TEST_DIR).parent_path() / "docs/glossary.md"));
  CHECK(words.size() > 30);
  CHECK(std::set(words.begin(), words.end()).size() == words.size());
  for (const auto& word : words)
    if (!words_of_the_library().contains(word)) FAIL_CHECK("no identifier has the word " << word);
}

TEST_CASE("glossary: words are found in identifiers, and in nothing else") {
  std::set<std::string> words;
  add_words("const LiveChannels& of_frame(Index n); // never", words);
  CHECK(words.contains("LiveChannels"));
  CHECK(words.contains("live"));
  CHECK(words.contains("frame"));
  CHECK(!words.contains("ive"));
  CHECK(words_of({"| `a` | b |", "| word | what |", "| `c` |  |"}) ==
        std::vector<std::string>{"a"});
}

}  // namespace glossary_test
