// How close a tensor comes to what another program computed.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <string>

namespace adafuse::golden {

/// The largest difference of two tensors of one shape, over the largest element of `expected`, or
/// over 1 where all are smaller.
inline double difference(const Tensor<double>& got, const Tensor<double>& expected) {
  double largest = 0, scale = 1;
  for (Index i = 0; i < got.size(); ++i) {
    const double d = std::abs(got.data()[i] - expected.data()[i]);
    if (!(d <= largest)) largest = d;  // a NaN too, which stays
    scale = std::max(scale, std::abs(expected.data()[i]));
  }
  return largest / scale;
}

inline void check_close(const Tensor<double>& got, const Tensor<double>& expected,
                        const std::string& name, double tolerance = 1e-12) {
  CAPTURE(name);
  REQUIRE(got.shape() == expected.shape());
  CHECK(difference(got, expected) <= tolerance);
}

}  // namespace adafuse::golden
