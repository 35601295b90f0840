// How far a tensor is from the expected one.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <cmath>

namespace adafuse::testing {

/// The largest difference, as a fraction of the largest expected magnitude; NaN counts as infinite.
template <class T>
double relative_error(const Tensor<T>& got, const Tensor<T>& expected) {
  double difference = 0, scale = 1e-30;
  for (Index i = 0; i < got.size(); ++i) {
    const double e = double(expected.data()[i]), d = std::abs(double(got.data()[i]) - e);
    if (!(d <= difference)) difference = std::isnan(d) ? 1e30 : d;
    scale = std::max(scale, std::abs(e));
  }
  return difference / scale;
}

}  // namespace adafuse::testing
