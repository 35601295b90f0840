// Boxes that are erased: torchvision's (golden/transforms.py), and what becomes of the planes.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/random_erase.hpp>

#include "box_moments.hpp"

namespace random_erase_test {

using namespace adafuse;
using namespace adafuse::data;

TEST_CASE("random erase: torchvision's boxes have the same means and deviations") {
  check_moments("erased", [](Key key) {
    const auto box = erased_box(40, 60, 1, key);
    REQUIRE(box.has_value());
    return std::array{box->top, box->left, box->height, box->width};
  });
}

TEST_CASE("random erase: as often as it is probable") {
  int erased = 0;
  for (std::uint64_t k = 0; k < 4000; ++k) erased += erased_box(20, 20, 0.25, Key(k)).has_value();
  CHECK(std::abs(erased - 1000) < 120);
  CHECK(!erased_box(1, 1, 1, Key(0)).has_value());  // no box is smaller
}

TEST_CASE("random erase: the box of all planes is 0, nothing else is touched") {
  Tensor<float> planes({3, 5, 6});
  for (float& x : planes) x = 7;
  const CropBox box{1, 2, 3, 4};
  erase(planes.view<3>(), box);
  for (Index c = 0; c < 3; ++c)
    for (Index i = 0; i < 5; ++i)
      for (Index j = 0; j < 6; ++j) {
        const bool inside = 1 <= i && i < 4 && 2 <= j;
        CHECK(planes(c, i, j) == (inside ? 0 : 7));
      }
}

}  // namespace random_erase_test
