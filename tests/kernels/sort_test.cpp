// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/reference/sort.hpp>
#include <adafuse/kernels/sort.hpp>

namespace sort_test {

using namespace adafuse;

TEST_CASE("sorted_positions: equals its naive twin, with equals, NaN and infinities") {
  Draws draw{Key(1)};
  for (const kernels::Middle m :
       {kernels::Middle{1, 9, 1}, {3, 1, 5}, {2, 40, 3}, {1, 300, 1}, {2, 0, 3}})
    for (const bool descending : {false, true})
      for (const Index most : {m.count, m.count / 3, m.count / 12}) {
        Tensor<float> x(Shape{m.outer, m.count, m.inner});
        for (float& v : x) {
          const auto n = draw.integer(9);
          v = n == 0 ? NAN : n == 1 ? -INFINITY : n == 2 ? INFINITY : static_cast<float>(n);
        }
        Tensor<std::int64_t> y(Shape{m.outer, most, m.inner}), twin(y.shape());
        kernels::sorted_positions(x.data(), m, most, descending, y.data());
        kernels::reference::sorted_positions(x.data(), m, most, descending, twin.data());
        CHECK(std::equal(y.begin(), y.end(), twin.begin()));
      }
}

}  // namespace sort_test
