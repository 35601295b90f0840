// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/reference/elementwise.hpp>

namespace strided_loop_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE("strides: contiguous, last dimension fastest; 0 where a broadcast stretches") {
  const auto own = contiguous_strides({2, 3, 4});
  CHECK(own[0] == 12);
  CHECK(own[1] == 4);
  CHECK(own[2] == 1);
  const auto stretched = broadcast_strides({3, 1}, {2, 3, 4});
  CHECK(stretched[0] == 0);
  CHECK(stretched[1] == 1);
  CHECK(stretched[2] == 0);
}

TEST_CASE("strided loop: visits each element once, at the position that its index gives") {
  for (const Shape& shape : {Shape{}, Shape{1, 1}, Shape{7}, Shape{2, 3, 4}, Shape{5, 1, 6, 2},
                             Shape{3, 40000}, Shape{40000, 3}, Shape{0, 3}}) {
    // The second operand is read in another order, with a gap between its elements.
    Strides other{};
    Index stride = 2;
    for (Index d = 0; d < shape.rank(); ++d) {
      other[static_cast<std::size_t>(d)] = stride;
      stride *= shape[d];
    }
    const StridedLoop<2> loop(shape, {contiguous_strides(shape), other});
    std::vector<int> visits(static_cast<std::size_t>(shape.size()));
    std::vector<Index> second(visits.size(), -1);
    loop.for_each_run([&](Index i, const std::array<Index, 2>& at, Index count) {
      for (Index j = 0; j < count; ++j) {
        const auto k = static_cast<std::size_t>(at[0] + j * loop.inner()[0]);
        CHECK_MESSAGE(k == static_cast<std::size_t>(i + j), "of ", shape);
        ++visits[k];
        second[k] = at[1] + j * loop.inner()[1];
      }
    });
    std::size_t k = 0;
    bool all = true;
    reference::for_each_index(shape, [&](const std::vector<Index>& index) {
      Index expected = 0;
      for (std::size_t d = 0; d < index.size(); ++d) expected += index[d] * other[d];
      all &= visits[k] == 1 && second[k] == expected;
      ++k;
    });
    CHECK_MESSAGE(all, "of ", shape);
  }
}

TEST_CASE("strided loop: dimensions that all operands cross alike become one run") {
  const Shape shape{4, 8, 5, 6};
  const auto image = contiguous_strides(shape);
  const auto runs_with = [&](const Shape& other) {
    Index runs = 0;
    const StridedLoop<2> loop(shape, {image, broadcast_strides(other, shape)});
    loop.for_each_run([&](Index, const std::array<Index, 2>&, Index) { ++runs; });
    return runs;
  };
  CHECK(runs_with(shape) == 1);
  CHECK(runs_with({}) == 1);
  CHECK(runs_with({5, 6}) == 4 * 8);
  CHECK(runs_with({1, 8, 1, 1}) == 4 * 8);
  CHECK(runs_with({4, 1, 1, 1}) == 4);
}

}  // namespace strided_loop_test
