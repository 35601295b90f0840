// Turned matrices, element by element.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/turn.hpp>

namespace turn_test {

using namespace adafuse;

TEST_CASE(
    "turn: the transpose of any size, added or stored, upwards or downwards, and nothing beside "
    "it") {
  const auto source = Tensor<float>::randn({40, 50}, Key(1));
  for (const Index rows : {1, 3, 16, 17, 33})
    for (const Index columns : {1, 9, 16, 31})
      for (const bool add : {false, true}) {
        auto up = Tensor<float>::full({35, 45}, 5), down = up.clone();
        kernels::turn_into(source.data(), 50, rows, columns, add, up.data(), 45);
        kernels::turn_into(source.data() + (columns - 1) * 50, -50, rows, columns, add, down.data(),
                           45);
        for (Index r = 0; r < 35; ++r)
          for (Index c = 0; c < 45; ++c) {
            const bool inside = r < rows && c < columns;
            const float start = add || !inside ? 5 : 0;
            CHECK(up(r, c) == start + (inside ? source(c, r) : 0));
            CHECK(down(r, c) == start + (inside ? source(columns - 1 - c, r) : 0));
          }
      }
}

}  // namespace turn_test
