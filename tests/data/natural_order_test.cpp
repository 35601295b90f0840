// Names in the order in which people number them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/natural_order.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace natural_order_test {

using adafuse::data::natural_less;

TEST_CASE("natural order: 1, 2, 10, and no two names are equal") {
  const std::vector<std::string> sorted{"",
                                        "1.jpg",
                                        "01.jpg",
                                        "2.jpg",
                                        "10.jpg",
                                        "a",
                                        "a1b2",
                                        "a1b10",
                                        "a2",
                                        "a02",
                                        "img_9.x",
                                        "img_10.x",
                                        "img_18446744073709551616.x"};
  auto names = sorted;
  std::reverse(names.begin(), names.end());
  std::sort(names.begin(), names.end(), natural_less);
  CHECK(names == sorted);
  for (const auto& name : sorted) CHECK_FALSE(natural_less(name, name));
}

TEST_CASE("natural order: a number ends where its digits end") {
  CHECK(natural_less("a1", "a1.jpg"));
  CHECK(natural_less("1a", "2"));
  CHECK_FALSE(natural_less("2", "1a"));
}

}  // namespace natural_order_test
