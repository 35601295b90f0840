// Turned matrices, element by element.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/transpose.hpp>

namespace transpose_test {

using namespace adafuse;

TEST_CASE("turn: the transpose of the sum of parts, of any size, and nothing beside it") {
  const auto source = Tensor<float>::randn({3, 40, 50}, Key(1));
  for (const Index rows : {1, 3, 16, 17, 33})
    for (const Index columns : {1, 9, 16, 31})
      for (const Index count : {1, 2, 3}) {
        const kernels::Parts parts{count, 40 * 50};
        const auto sum = [&](Index r, Index c) {
          float result = source(0, r, c);
          for (Index p = 1; p < count; ++p) result += source(p, r, c);
          return result;
        };
        auto transposed = Tensor<float>::full({35, 45}, 5), copied = transposed.clone(),
             upwards = transposed.clone();
        kernels::transpose_into(source.data(), 50, rows, columns, parts, transposed.data(), 45);
        kernels::transpose_into(source.data() + (columns - 1) * 50, -50, rows, columns, parts,
                                upwards.data(), 45);
        kernels::copy_into(source.data(), 50, rows, columns, parts, copied.data(), 45);
        for (Index r = 0; r < 35; ++r)
          for (Index c = 0; c < 45; ++c) {
            const bool inside = r < rows && c < columns;
            CHECK(transposed(r, c) == (inside ? sum(c, r) : 5));
            CHECK(upwards(r, c) == (inside ? sum(columns - 1 - c, r) : 5));
            CHECK(copied(r, c) == (inside ? sum(r, c) : 5));
          }
      }
}

}  // namespace transpose_test
