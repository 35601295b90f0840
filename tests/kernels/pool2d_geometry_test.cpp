// The sizes of poolings: windows counted by hand, and the invariants that the kernels rely on.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/pool2d_geometry.hpp>
#include <limits>

namespace pool2d_geometry_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE("pooling sizes: the floor, and the ceiling without windows of padding alone") {
  CHECK(PoolAxis{7, 3, 2, 0, false}.out() == 3);
  CHECK(PoolAxis{8, 3, 2, 0, false}.out() == 3);
  CHECK(PoolAxis{8, 3, 2, 0, true}.out() == 4);  // the last window has 2 of its 3 columns
  CHECK(PoolAxis{112, 3, 2, 1, false}.out() == 56);
  CHECK(PoolAxis{112, 3, 2, 0, true}.out() == 56);
  // (4 + 2 - 2) / 3 rounded up + 1 = 3, but the third window would start at 5, beyond the input.
  CHECK(PoolAxis{4, 2, 3, 1, true}.out() == 2);
  CHECK(PoolAxis{2, 3, 2, 0, true}.out() ==
        1);  // smaller than the window: only the ceiling has one
  CHECK(PoolAxis{2, 3, 2, 0, false}.out() == 0);
}

TEST_CASE("pooling sizes: every window meets the input, and windows(q) inverts inside(i)") {
  for (Index in = 1; in <= 9; ++in)
    for (Index kernel = 1; kernel <= 5; ++kernel)
      for (Index stride = 1; stride <= 4; ++stride)
        for (Index padding = 0; 2 * padding <= kernel; ++padding)
          for (const bool ceil_mode : {false, true}) {
            const PoolAxis axis{in, kernel, stride, padding, ceil_mode};
            for (Index i = 0; i < axis.out(); ++i) {
              REQUIRE(axis.inside(i).size() >= 1);
              REQUIRE(axis.padded(i).size() >= axis.inside(i).size());
              for (Index q = 0; q < kernel; ++q) {
                const Index at = i * stride - padding + q;
                const PoolRange windows = axis.windows(q);
                REQUIRE((windows.begin <= i && i < windows.end) == (0 <= at && at < in));
              }
            }
          }
}

TEST_CASE("pooling sizes: what is no pooling is refused by name") {
  Pool2dGeometry g{.planes = 1, .height = {5, 3, 2, 1}, .width = {5, 3, 2, 1}};
  CHECK_NOTHROW(g.check("max_pool2d"));
  g.width.padding = 2;
  CHECK_THROWS_WITH_AS(g.check("max_pool2d"),
                       "max_pool2d: padding is at most half of the kernel 3, got 2", ValueError);
  g.width.padding = 0, g.width.stride = 0;
  CHECK_THROWS_AS(g.check("max_pool2d"), ValueError);
  g.width.stride = 1, g.width.kernel = 6;
  CHECK_THROWS_WITH_AS(g.check("avg_pool2d"),
                       "avg_pool2d: window 6 is larger than the padded input 5", ShapeError);
}

TEST_CASE("pooling sizes: options at the ends of the type are refused") {
  for (const Index huge : {Index{1} << 31, Index{1} << 62, std::numeric_limits<Index>::max(),
                           std::numeric_limits<Index>::min()})
    for (int option = 0; option < 3; ++option) {
      PoolAxis axis{5, 3, 2, 1};
      (option == 0 ? axis.kernel : option == 1 ? axis.stride : axis.padding) = huge;
      CHECK_THROWS_AS(
          (Pool2dGeometry{.planes = 1, .height = axis, .width = {5, 3, 2, 1}}.check("max_pool2d")),
          ValueError);
    }
}

}  // namespace pool2d_geometry_test
