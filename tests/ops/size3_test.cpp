// A depth, a height and a width.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/size3.hpp>

namespace size3_test {

using namespace adafuse;

TEST_CASE("Size3: one number stands for all") {
  const Size3 all = 3;
  const Size3 each = {2, 5, 4};
  CHECK(all == Size3(3, 3, 3));
  CHECK(each.depth == 2);
  CHECK(each.height == 5);
  CHECK(each.width == 4);
  CHECK(concat(each) == "2x5x4");
}

}  // namespace size3_test
