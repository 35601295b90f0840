// Whoever draws is given a key: no default stands in for it, and each step of training has its own.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace keys_test {

using namespace architecture;

namespace {

std::string without_comments(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line.substr(0, line.find("//")) + "\n";
  return text;
}

/// Parameters of type Key that have a default, as they are written. A default ends at a comma or a
/// parenthesis that closes more than it opened; a variable's first value ends at a semicolon.
std::vector<std::string> defaulted_keys(const std::string& text) {
  static const std::regex declared(R"(\bKey\s*&?\s*\w*\s*=[^=])");
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), declared), end; it != end; ++it) {
    const auto begin = static_cast<std::size_t>(it->position());
    int depth = 0;
    for (std::size_t i = begin; i < text.size() && text[i] != ';'; ++i) {
      if (text[i] == '(' || text[i] == '{') ++depth;
      if (text[i] == '}' || (text[i] == ')' && depth > 0))
        --depth;
      else if (depth == 0 && (text[i] == ')' || text[i] == ',')) {
        found.push_back(text.substr(begin, i - begin));
        break;
      }
    }
  }
  return found;
}

/// Contexts for training whose key does not depend on the step.
std::vector<std::string> repeated_noise(const std::string& text) {
  static const std::regex made(R"(Context<\w+>\s+\w+\([^;]*\btrue\b,[^;]*;)");
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), made), end; it != end; ++it)
    if (it->str().find("step") == std::string::npos) found.push_back(it->str());
  return found;
}

}  // namespace

TEST_CASE("keys: no function of the library draws from a key that nobody gave it") {
  for (const auto& [path, header] : library())
    for (const auto& parameter : defaulted_keys(without_comments(header.lines)))
      FAIL_CHECK(path << " has a default: " << parameter);
}

TEST_CASE("keys: the examples train with another key in each step") {
  for (const auto& [path, header] : headers_under("examples", "examples"))
    for (const auto& context : repeated_noise(without_comments(header.lines)))
      FAIL_CHECK("examples/" << path << " draws the same in each step: " << context);
}

TEST_CASE("keys: the rules see defaults, and constant keys") {
  CHECK(defaulted_keys("Linear(const LinearConfig& config, Key key = Key(0)) : c_(config) {}") ==
        std::vector<std::string>{"Key key = Key(0)"});
  CHECK(defaulted_keys("void draw(Key = Key(3),\n int n);").size() == 1);
  CHECK(defaulted_keys("void draw(int n, const Key& key = Key{}, int m = 1);").size() == 1);
  CHECK(defaulted_keys("const Key own = key.of(concat(\"fc\", i));").empty());
  CHECK(defaulted_keys("struct S { Key key = Key(0); };").empty());
  CHECK(defaulted_keys("bool operator==(const Key&, const Key&) = default;").empty());
  CHECK(repeated_noise("nn::Context<float> ctx(true, seed.of(\"noise\"));").size() == 1);
  CHECK(repeated_noise("nn::Context<float> ctx(true, seed.of(step));").empty());
  CHECK(repeated_noise("nn::Context<float> ctx(false, seed);").empty());
}

}  // namespace keys_test
