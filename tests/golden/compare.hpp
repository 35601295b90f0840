// How close a tensor comes to what another program computed.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>

namespace adafuse::golden {

/// Equal within `tolerance` of the largest element, or of 1 where all are smaller.
inline void check_close(const Tensor<double>& got, const Tensor<double>& expected, const char* name,
                        double tolerance = 1e-12) {
  CAPTURE(name);
  REQUIRE(got.shape() == expected.shape());
  double difference = 0, scale = 1;
  for (Index i = 0; i < got.size(); ++i) {
    const double d = std::abs(got.data()[i] - expected.data()[i]);
    if (!(d <= difference)) difference = d;
    scale = std::max(scale, std::abs(expected.data()[i]));
  }
  CHECK(difference <= tolerance * scale);
}

}  // namespace adafuse::golden
