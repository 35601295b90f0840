// Permutations of dimensions, against the naive twin: runs, squares and what is left of them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/permute.hpp>
#include <adafuse/kernels/reference/elementwise.hpp>
#include <algorithm>
#include <vector>

namespace permute_test {

using namespace adafuse;

namespace {

template <class T>
bool same(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

/// In every order of the dimensions.
template <class T>
void check_all_orders(const Shape& shape) {
  const auto x = Tensor<T>::arange(shape.size()).reshape(shape);
  std::vector<Index> order(static_cast<std::size_t>(shape.rank()));
  for (std::size_t d = 0; d < order.size(); ++d) order[d] = static_cast<Index>(d);
  do {
    const bool right =
        same(kernels::permute<T>(x, order), kernels::reference::permute<T>(x, order));
    CHECK_MESSAGE(right, shape, " by ", order[0], order[1]);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace

TEST_CASE("permute: equals its naive twin, for sizes on either side of a square") {
  for (const Shape& shape :
       std::vector<Shape>{{16, 16}, {3, 70}, {70, 3}, {65, 33}, {7, 8}, {129, 17}})
    check_all_orders<float>(shape);
  for (const Shape& shape :
       std::vector<Shape>{{2, 17, 40}, {19, 1, 35}, {5, 20, 2, 18}, {3, 2, 2, 9}})
    check_all_orders<float>(shape);
}

TEST_CASE("permute: other types than float") {
  for (const Shape& shape : std::vector<Shape>{{33, 20}, {4, 17, 9}, {2, 3, 21, 10}}) {
    check_all_orders<double>(shape);
    check_all_orders<std::int64_t>(shape);
    check_all_orders<std::uint8_t>(shape);
  }
}

TEST_CASE("permute: dimensions without elements, and on several threads") {
  const int before = num_threads();
  const std::vector<Index> order{2, 0, 1};
  CHECK(kernels::permute<float>(Tensor<float>({4, 0, 3}), order).shape() == Shape{3, 4, 0});
  const auto x = Tensor<float>::arange(6 * 150 * 40).reshape({6, 150, 40});
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    CHECK(same(kernels::permute<float>(x, order), kernels::reference::permute<float>(x, order)));
  }
  set_num_threads(before);
}

}  // namespace permute_test
