// Text to numbers: what is taken, what is not, and the stream against std::from_chars.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/bits_as.hpp>
#include <adafuse/core/parse_number.hpp>
#include <adafuse/core/rng.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <locale>
#include <string>

namespace parse_number_test {

using namespace adafuse;

TEST_CASE("parse number: decimal numbers, and the words for what is not finite") {
  CHECK(parse_number("0") == 0.0);
  CHECK(parse_number("-1.5") == -1.5);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("5.") == 5.0);
  CHECK(parse_number("2e-3") == 2e-3);
  CHECK(parse_number("2E+3") == 2000.0);
  CHECK(parse_number("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(parse_number("2.2250738585072014e-308") == std::numeric_limits<double>::min());
  CHECK(parse_number("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(parse_number("0e999") == 0.0);
  CHECK(std::signbit(parse_number("-0").value()));
  CHECK(parse_number("inf") == std::numeric_limits<double>::infinity());
  CHECK(parse_number("-Infinity") == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(parse_number("NaN").value()));
}

TEST_CASE("parse number: everything else is none") {
  for (const char* text : {"",
                           "-",
                           ".",
                           "-.",
                           "e5",
                           "1e",
                           "1e+",
                           "1e5.",
                           " 1",
                           "1 ",
                           "+1",
                           "--1",
                           "0x10",
                           "0x1p3",
                           "1,5",
                           "1.5.2",
                           "1_000",
                           "1f",
                           "one",
                           "in",
                           "infinit",
                           "nan(1)",
                           "+inf",
                           "\n1",
                           "1e400",
                           "-1e400",
                           "1e-400",
                           "1e99999999999999999999",
                           "1e-99999999999999999999"}) {
    INFO("text: '", text, "'");
    CHECK_FALSE(parse_number(text).has_value());
  }
  CHECK_FALSE(parse_number(std::string_view("1\0", 2)).has_value());
}

TEST_CASE("parse number: the stream gives the same doubles as std::from_chars, to the last bit") {
  const Key key(7);
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto value = bits_as<double>(key.bits(i) & 0x7fffffffffffffffu);
    if (!std::isfinite(value)) continue;
    char text[40];
    std::snprintf(text, sizeof text, i % 2 == 0 ? "%.17g" : "%.5e", value);
    INFO(text);
    CHECK(detail::read_classic(text) == parse_number(text));
  }
  CHECK(detail::read_classic("5e-324") == 5e-324);
  CHECK(std::isinf(detail::read_classic("1e400")));
  CHECK(detail::read_classic("1e-400") == 0);
}

struct DecimalComma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST_CASE("parse number: a locale with a decimal comma changes nothing") {
  const auto before = std::locale::global(std::locale(std::locale::classic(), new DecimalComma));
  const auto point = parse_number("1234.5");
  const double by_stream = detail::read_classic("1234.5");
  const auto comma = parse_number("1,5");
  std::locale::global(before);
  CHECK(point == 1234.5);
  CHECK(by_stream == 1234.5);
  CHECK_FALSE(comma.has_value());
}

}  // namespace parse_number_test
