// Text of unknown origin, made safe to print.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/in_quotes.hpp>

namespace in_quotes_test {

using adafuse::io::in_quotes;

TEST_CASE("in_quotes: plain text stays, what a terminal obeys is escaped, long text is cut") {
  CHECK(in_quotes("os.system") == "\"os.system\"");
  CHECK(in_quotes("") == "\"\"");
  CHECK(in_quotes("a\x1b[31m\n\xff") == R"("a\x1B[31m\x0A\xFF")");
  CHECK(in_quotes(R"(say "\")") == R"("say \"\\\"")");
  CHECK(in_quotes("abcdef", 4) == "\"abcd...\"");
  CHECK(in_quotes("abcd", 4) == "\"abcd\"");
}

}  // namespace in_quotes_test
