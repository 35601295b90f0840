// Text of unknown origin, made safe to print.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/in_quotes.hpp>

namespace in_quotes_test {

using adafuse::io::escaped;
using adafuse::io::in_quotes;

TEST_CASE("in_quotes: plain text stays, what a terminal obeys is escaped, long text is cut") {
  CHECK(in_quotes("os.system") == "\"os.system\"");
  CHECK(in_quotes("") == "\"\"");
  CHECK(in_quotes("a\x1b[31m\n\xff") == R"("a\x1B[31m\x0A\xFF")");
  CHECK(in_quotes(R"(say "\")") == R"("say \"\\\"")");
  CHECK(in_quotes("abcdef", 4) == "\"abcd...\"");
  CHECK(in_quotes("abcd", 4) == "\"abcd\"");
}

TEST_CASE("in_quotes: letters of any language are shown, malformed UTF-8 is escaped") {
  CHECK(in_quotes("caf\xC3\xA9 \xE8\xB7\xB3 \xF0\x9F\x98\x80") ==
        "\"caf\xC3\xA9 \xE8\xB7\xB3 \xF0\x9F\x98\x80\"");
  CHECK(in_quotes("\xC3") == R"("\xC3")");                          // cut off
  CHECK(in_quotes("\xC0\xAF") == R"("\xC0\xAF")");                  // overlong
  CHECK(in_quotes("\xE0\x80\xAF") == R"("\xE0\x80\xAF")");          // overlong
  CHECK(in_quotes("\xED\xA0\x80") == R"("\xED\xA0\x80")");          // half of a pair
  CHECK(in_quotes("\xF4\x90\x80\x80") == R"("\xF4\x90\x80\x80")");  // beyond the last
  CHECK(in_quotes("\xC3(") == R"("\xC3(")");
}

TEST_CASE("in_quotes: what steers a terminal outside of ASCII is escaped as well") {
  CHECK(in_quotes("\xC2\x9B"
                  "31m") == R"("\xC2\x9B31m")");            // the one-byte form of ESC [
  CHECK(in_quotes("\xE2\x80\xAE") == R"("\xE2\x80\xAE")");  // writes from right to left
  CHECK(in_quotes("\xE2\x80\x8B") == R"("\xE2\x80\x8B")");  // a space without width
}

TEST_CASE("escaped: a line of ours keeps its quotes, and loses what a terminal obeys") {
  CHECK(escaped("a.txt:1: got \"\\x1B\"") == "a.txt:1: got \"\\x1B\"");
  CHECK(escaped("\x1b]0;title\a\r\n") == R"(\x1B]0;title\x07\x0D\x0A)");
  CHECK(escaped(std::string(1000, 'a')).size() == 1000);
}

}  // namespace in_quotes_test
