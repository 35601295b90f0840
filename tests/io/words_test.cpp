// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/words.hpp>

namespace words_test {

using namespace adafuse;

namespace {

enum class Side { left, middle, right };
constexpr std::string_view side_words[] = {"left", "in the middle", "right"};
constexpr io::Words words_of(Side) { return {"side", side_words}; }

enum class Nameless { one };

}  // namespace

TEST_CASE("words: each value is read as it is written") {
  for (const Side side : {Side::left, Side::middle, Side::right})
    CHECK(io::parse_word<Side>(io::word_of(side)) == side);
  CHECK(io::word_of(Side::middle) == "in the middle");
}

TEST_CASE("words: another word is told with all that there are") {
  CHECK_THROWS_WITH_AS(io::parse_word<Side>("Left"),
                       "side: expects left, in the middle or right, got 'Left'", ValueError);
  CHECK_THROWS_AS(io::parse_word<Side>(""), ValueError);
  CHECK_THROWS_WITH_AS(io::word_of(Side{7}),
                       "side: expects left, in the middle or right, got number 7", ValueError);
}

TEST_CASE("words: an enum has them when it says so") {
  static_assert(io::HasWords<Side>);
  static_assert(!io::HasWords<Nameless>);
  static_assert(!io::HasWords<std::string>);
}

}  // namespace words_test
