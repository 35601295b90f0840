// Values of a pickle: bounded in number, and without cycles.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/pickle_value.hpp>
#include <string>

namespace pickle_value_test {

using namespace adafuse;
using namespace adafuse::io::pickle;

TEST_CASE("pickle values: each is what it was added as, and says so") {
  Values values;
  const Ref number = values.add(std::int64_t{7});
  const Ref list = values.add(List{{number, number}});
  CHECK(values.size() == 2);
  REQUIRE(values.as<std::int64_t>(number));
  CHECK(*values.as<std::int64_t>(number) == 7);
  CHECK(!values.as<bool>(number));
  CHECK(values.as<List>(list)->items.size() == 2);
  CHECK(kind_of(values[number]) == "an integer");
  CHECK(kind_of(NoneValue{}) == "None");
  CHECK(kind_of(Dict{}) == "a dict");
  CHECK(kind_of(Object{0}) == "an object");
}

TEST_CASE("pickle values: there is a most") {
  Values values;
  for (std::size_t i = 0; i < Values::most; ++i) values.add(NoneValue{});
  CHECK_THROWS_AS(values.add(NoneValue{}), FormatError);
}

}  // namespace pickle_value_test
