// Printing: nested rows, long dimensions shortened.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/print.hpp>

namespace print_test {

using namespace adafuse;

TEST_CASE("print: numbers, rows, matrices and planes") {
  CHECK(concat(Tensor<float>::scalar(1.5f)) == "1.5");
  CHECK(concat(Tensor<int>::of({1, 2, 3})) == "[1, 2, 3]");
  CHECK(concat(Tensor<int>::of({{1, 2}, {3, 4}})) == "[[1, 2],\n [3, 4]]");
  CHECK(concat(Tensor<int>::arange(8).reshape({2, 2, 2})) ==
        "[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]");
}

TEST_CASE("print: a uint8 is a number and not a letter") {
  CHECK(concat(Tensor<std::uint8_t>::of({65, 0})) == "[65, 0]");
}

TEST_CASE("print: nothing, and no elements") {
  CHECK(concat(Tensor<float>()) == "undefined");
  CHECK(concat(Tensor<float>(Shape{0})) == "[]");
  CHECK(concat(Tensor<float>(Shape{2, 0})) == "[[],\n []]");
}

TEST_CASE("print: a long dimension is shortened in its middle, a short one is not") {
  CHECK(concat(Tensor<int>::arange(9)) == "[0, 1, 2, 3, 4, 5, 6, 7, 8]");
  CHECK(concat(Tensor<int>::arange(10)) == "[0, 1, 2, 3, ..., 6, 7, 8, 9]");
  CHECK(concat(Tensor<int>::arange(1000)) == "[0, 1, 2, 3, ..., 996, 997, 998, 999]");
  CHECK(concat(Tensor<int>::arange(12).reshape({12, 1})) ==
        "[[0],\n [1],\n [2],\n [3],\n ...,\n [8],\n [9],\n [10],\n [11]]");
}

}  // namespace print_test
