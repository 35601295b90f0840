// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/logical.hpp>
#include <vector>

namespace logical_test {

using namespace adafuse;

namespace {

using Mask = Tensor<std::uint8_t>;

std::vector<int> bits(const Mask& mask) { return {mask.begin(), mask.end()}; }

}  // namespace

TEST_CASE("logical: the tables of truth; what is not 0 is true, and true is 1") {
  const auto a = Mask::of({0, 0, 3, 2}), b = Mask::of({0, 5, 0, 4});
  CHECK(bits(logical_and(a, b)) == std::vector{0, 0, 0, 1});
  CHECK(bits(logical_or(a, b)) == std::vector{0, 1, 1, 1});
  CHECK(bits(logical_xor(a, b)) == std::vector{0, 1, 1, 0});
  CHECK(bits(logical_not(a)) == std::vector{1, 1, 0, 0});
  CHECK(bits(a && b) == std::vector{0, 0, 0, 1});
  CHECK(bits(a || b) == std::vector{0, 1, 1, 1});
  CHECK(bits(!a) == std::vector{1, 1, 0, 0});
}

TEST_CASE("logical: sizes of 1 stretch") {
  const auto y = logical_and(Mask::of({1, 0}).reshape({2, 1}), Mask::of({1, 0}));
  CHECK(y.shape() == Shape{2, 2});
  CHECK(bits(y) == std::vector{1, 0, 0, 0});
  CHECK_THROWS_WITH_AS(logical_or(Mask({2}), Mask({3})),
                       "logical_or: [2] and [3] do not broadcast: 2 against 3", ShapeError);
  CHECK_THROWS_WITH_AS(logical_not(Mask()), "logical_not: needs a mask that is defined",
                       ValueError);
}

TEST_CASE("any and all: of everything") {
  CHECK(any(Mask::of({0, 0, 7})).item() == 1);
  CHECK(any(Mask::of({{0, 0}, {0, 0}})).item() == 0);
  CHECK(all(Mask::of({1, 7})).item() == 1);
  CHECK(all(Mask::of({1, 0})).item() == 0);
  CHECK(any(Mask::of({1, 0})).rank() == 0);
  CHECK(all(Mask::scalar(1)).item() == 1);
}

TEST_CASE("any and all: along dimensions") {
  const auto mask = Mask::of({{0, 1, 0}, {0, 2, 3}});
  CHECK(bits(any(mask, 0)) == std::vector{0, 1, 1});
  CHECK(bits(all(mask, 0)) == std::vector{0, 1, 0});
  CHECK(bits(any(mask, -1)) == std::vector{1, 1});
  CHECK(bits(all(mask, 1)) == std::vector{0, 0});
  CHECK(any(mask, 1).shape() == Shape{2});
  CHECK(all(mask, 1, {.keepdim = true}).shape() == Shape{2, 1});
  CHECK(any(mask, {0, 1}).item() == 1);
  CHECK(all(mask, {0, 1}, {.keepdim = true}).shape() == Shape{1, 1});
  CHECK_THROWS_AS(any(mask, 2), ShapeError);
}

TEST_CASE("any and all: more than 255 of a byte are still counted") {
  CHECK(any(Mask::ones({2, 256}), 1).values()[0] == 1);
  CHECK(all(Mask::full({256, 2}, 255), 0).values()[1] == 1);
  CHECK(all(Mask({512}), 0).item() == 0);
}

TEST_CASE("any and all: of nothing they are false and true") {
  CHECK(any(Mask({0})).item() == 0);
  CHECK(all(Mask({0})).item() == 1);
  CHECK(bits(any(Mask({2, 0}), 1)) == std::vector{0, 0});
  CHECK(bits(all(Mask({2, 0}), 1)) == std::vector{1, 1});
  CHECK(all(Mask({2, 0}), 0).shape() == Shape{0});
}

}  // namespace logical_test

// Both namespaces at once: the operators, and names that say whose they are.
namespace logical_test_beside_std {

using namespace std;
using namespace adafuse;

TEST_CASE("logical: beside the standard library's names") {
  const auto a = Tensor<uint8_t>::of({1, 0}), b = Tensor<uint8_t>::of({1, 1});
  CHECK(adafuse::any(a && !b).item() == 0);
  CHECK(all(a || b).item() == 1);
  CHECK(adafuse::logical_and(a, b)(0) == 1);
}

}  // namespace logical_test_beside_std
