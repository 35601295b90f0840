// How close a tensor comes to what another program computed.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <cmath>
#include <string>

namespace adafuse::golden {

/// The largest difference of two tensors of one shape, over the largest finite element of
/// `expected`, or over 1 where all are smaller. NaN differs from all but NaN, infinity from all but
/// itself.
inline double difference(const Tensor<double>& got, const Tensor<double>& expected) {
  double largest = 0, scale = 1;
  for (Index i = 0; i < got.size(); ++i) {
    const double a = got.data()[i], b = expected.data()[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    if (const double d = std::abs(a - b); !(d <= largest)) largest = d;  // a NaN too, which stays
  }
  for (const double b : expected)
    if (std::isfinite(b)) scale = std::max(scale, std::abs(b));
  return largest / scale;
}

inline void check_close(const Tensor<double>& got, const Tensor<double>& expected,
                        const std::string& name, double tolerance = 1e-12) {
  CAPTURE(name);
  REQUIRE(got.shape() == expected.shape());
  CHECK(difference(got, expected) <= tolerance);
}

}  // namespace adafuse::golden
