// A height and a width.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/size2.hpp>

namespace size2_test {

using namespace adafuse;

TEST_CASE("Size2: one number stands for both") {
  const Size2 both = 3;
  const Size2 each = {2, 5};
  CHECK(both == Size2(3, 3));
  CHECK(each.height == 2);
  CHECK(each.width == 5);
  CHECK(concat(each) == "2x5");
}

}  // namespace size2_test
