// What the tables of sizes call operations with: tensors of any shape, and numbers up to the ends
// of the type.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/ops/reduce.hpp>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace sizes_table {

using namespace adafuse;

using F = Variable<float>;
inline constexpr Index most = std::numeric_limits<Index>::max(),
                       least = std::numeric_limits<Index>::min();

inline const std::vector<Shape> shapes = {{},
                                          {0},
                                          {1},
                                          {5},
                                          {0, 3},
                                          {3, 0},
                                          {1, 1},
                                          {4, 3},
                                          {0, 0},
                                          {2, 0, 3},
                                          {1, 1, 1},
                                          {2, 4, 3},
                                          {0, 3, 4, 4},
                                          {2, 0, 4, 4},
                                          {2, 3, 0, 4},
                                          {2, 3, 4, 0},
                                          {1, 1, 1, 1},
                                          {2, 3, 4, 4},
                                          {0, 2, 3, 4, 4}};

/// Dimensions, positions, sizes and counts that a caller may come with.
inline const std::vector<Index> numbers = {least,
                                           least + 1,
                                           -(Index{1} << 62),
                                           -(Index{1} << 31),
                                           -6,
                                           -2,
                                           -1,
                                           0,
                                           1,
                                           2,
                                           5,
                                           7,
                                           Index{1} << 31,
                                           Index{1} << 32,
                                           (Index{1} << 60) + 1,
                                           Index{1} << 62,
                                           most - 1,
                                           most};

/// Calls `op` on a parameter of each shape, and asks for the gradient of what it returns.
inline void on_every_shape(const std::string& name, const std::function<F(const F&)>& op) {
  for (const Shape& shape : shapes) {
    CAPTURE(name);
    CAPTURE(concat(shape));
    const auto x = parameter(Tensor<float>::ones(shape));
    try {
      const F y = op(x);
      REQUIRE(y.defined());
      if (!y.requires_grad()) continue;
      backward(sum(y));
      REQUIRE(x.grad().defined());
      CHECK(x.grad().shape() == shape);
    } catch (const Error& error) {
      CHECK(std::string(error.what()).size() > 10);
    }
  }
}

/// The same with each of `numbers` as an option.
inline void with_every_number(const std::string& name,
                              const std::function<F(const F&, Index)>& op) {
  for (const Index n : numbers)
    on_every_shape(concat(name, " ", n), [&](const F& x) { return op(x, n); });
}

}  // namespace sizes_table
