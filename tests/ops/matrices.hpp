// Matrices for the tests of linear algebra, and how they are compared.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/ops/broadcast.hpp>
#include <adafuse/ops/matmul.hpp>
#include <algorithm>
#include <cmath>

namespace matrices {

using namespace adafuse;

template <class T>
Tensor<T> unit(Index n) {
  Tensor<T> x(Shape{n, n});
  for (Index i = 0; i < n; ++i) x(i, i) = 1;
  return x;
}

template <class T>
Tensor<T> product(const Tensor<T>& a, const Tensor<T>& b, MatmulOptions options = {}) {
  return matmul(a, b, options).value();
}

/// Element by element within `tolerance` of the largest element.
template <class T>
void check_close(const Tensor<T>& got, const Tensor<T>& expected, double tolerance) {
  CAPTURE(got.shape());
  REQUIRE(got.shape() == expected.shape());
  double worst = 0, scale = 1;
  for (Index i = 0; i < got.size(); ++i) {
    const auto a = static_cast<double>(got.data()[i]), b = static_cast<double>(expected.data()[i]);
    const double d = std::abs(a - b);
    if (!(d <= worst)) worst = d;
    scale = std::max(scale, std::abs(b));
  }
  CHECK(worst <= tolerance * scale);
}

template <class T>
Tensor<T> stretched_unit(const Tensor<T>& like) {
  return broadcast_to(unit<T>(like.size(-1)), like.shape()).value();
}

}  // namespace matrices
