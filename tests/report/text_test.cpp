// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/text.hpp>
#include <limits>

namespace text_test {

using namespace adafuse;
using namespace adafuse::report;

TEST_CASE("number: is as short as it can be") {
  CHECK(number(12) == "12");
  CHECK(number(1.5) == "1.5");
  CHECK(number(1.0 / 3) == "0.33");
  CHECK(number(1.0 / 3, 4) == "0.3333");
  CHECK(number(100) == "100");
  CHECK(number(1200, 0) == "1200");
  CHECK(number(99.96, 1) == "100");
  CHECK(number(-2.25) == "-2.25");
}

TEST_CASE("number: there is no minus zero") {
  CHECK(number(-0.0) == "0");
  CHECK(number(-0.001) == "0");
}

TEST_CASE("number: holds the largest double, and refuses what is not finite") {
  CHECK(number(std::numeric_limits<double>::max()).size() == 309);
  CHECK_THROWS_AS(number(std::numeric_limits<double>::infinity()), ValueError);
  CHECK_THROWS_WITH_AS(number(std::nan("")), "report: a picture cannot show the number nan",
                       ValueError);
}

TEST_CASE("escape: markup becomes text") {
  CHECK(escape("a < b && c > \"d\"") == "a &lt; b &amp;&amp; c &gt; &quot;d&quot;");
  CHECK(escape("&lt;") == "&amp;lt;");
  CHECK(escape("it's") == "it's");
  CHECK(escape("") == "");
}

TEST_CASE("escape: UTF-8 passes, of any length") {
  const std::string text = "gr\xC3\xBC\xC3\x9F \xE2\x86\x92 \xF0\x9F\x8E\xAC";
  CHECK(escape(text) == text);
}

TEST_CASE("escape: what XML cannot hold becomes the replacement character") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(escape(std::string_view("a\0b", 3)) == "a" + bad + "b");
  CHECK(escape("\x1B[1m") == bad + "[1m");
  CHECK(escape("\tline\n") == "\tline\n");
  CHECK(escape("\xFF") == bad);
  CHECK(escape("\xC3") == bad);                                // cut off
  CHECK(escape("\xC3(") == bad + "(");                         // not continued
  CHECK(escape("\xC0\xBC") == bad + bad);                      // '<' in two bytes
  CHECK(escape("\xE0\x80\xBC") == bad + bad + bad);            // and in three
  CHECK(escape("\xED\xA0\x80") == bad + bad + bad);            // half a surrogate pair
  CHECK(escape("\xF4\x90\x80\x80") == bad + bad + bad + bad);  // beyond the last character
  CHECK(escape("\xEF\xBF\xBF") == bad);                        // no character
}

TEST_CASE("text_width: grows with text and size, and counts characters, not bytes") {
  CHECK(text_width("", 13) == 0);
  CHECK(text_width("ab", 13) == doctest::Approx(text_width("a", 13) + text_width("b", 13)));
  CHECK(text_width("label", 26) == doctest::Approx(2 * text_width("label", 13)));
  CHECK(text_width("label", 13, true) > text_width("label", 13));
  CHECK(text_width("WWW", 13) > text_width("iii", 13));
  CHECK(text_width("\xC3\xBC", 13) == doctest::Approx(text_width("u", 13)));
}

}  // namespace text_test
