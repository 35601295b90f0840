// Lesson 1: tensors. Making them, sharing and copying, windows onto them, keys, errors.
//
// Prints, section by section: three new tensors, who shares whose numbers, a window with a step and
// a transposed one, the number that a key names, and the text of an error.
// SPDX-License-Identifier: MIT
#include <adafuse/core/core.hpp>
#include <cstdio>
#include <iostream>

using namespace adafuse;

int main() {
  std::cout << "-- making\n";
  // A tensor is numbers and a shape. A shape in the constructor means zeros; `of` lists the
  // numbers.
  const Tensor<float> zeros(Shape{2, 3});
  const auto x = Tensor<float>::of({{1, 2, 3}, {4, 5, 6}});
  std::cout << zeros << "\n" << x << "\nshape " << x.shape() << ", " << x.size() << " elements\n";
  // The type is part of it: nothing is promoted behind your back.
  std::cout << Tensor<double>::of({1.5, 2.5, -1.5}).cast<std::int64_t>() << " by cast\n";

  std::cout << "-- sharing\n";
  // A copy, a reshape and a row are handles on the same numbers. Only clone() copies them.
  Tensor<float> column = x.reshape({-1, 1});
  Tensor<float> second_row = x[1];
  Tensor<float> copy = x.clone();
  column(3, 0) = 40;
  copy(1, 0) = -1;
  std::cout << "x " << x << "\nits second row " << second_row << "\n";
  std::cout << "the column shares with x: " << std::boolalpha << column.shares_with(x)
            << ", the clone: " << copy.shares_with(x) << "\n";

  std::cout << "-- windows\n";
  // A View is a strided window of fixed rank: what loops work on. It owns nothing.
  const auto v = x.view<2>();
  std::cout << "every second column:\n" << contiguous(v.slice(1, 0, 3, 2)) << "\n";
  std::cout << "backwards, transposed:\n"
            << contiguous(v.slice(1, 2, -1, -1).transpose(0, 1)) << "\n";
  float total = 0;
  for (Index i = 0; i < v.size(0); ++i)
    for (Index j = 0; j < v.size(1); ++j) total += v(i, j);
  std::cout << "the sum is " << total << "\n";

  std::cout << "-- keys\n";
  // Randomness is a function: the number at a position of a key. No generator is advanced, so it
  // does not matter who draws first, or on which thread.
  const Key key(2021);
  const auto noise = Tensor<double>::randn({4}, key.of("noise"));
  std::printf("element 2 of the noise: %.4f, and asked for alone: %.4f\n", noise(2),
              key.of("noise").normal(2));

  std::cout << "-- errors\n";
  // Every error says what was expected and what was got.
  try {
    x.reshape({4, 2});
  } catch (const ShapeError& error) {
    std::cout << error.what() << "\n";
  }
}
