// Where weights start.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// N(0, deviation^2).
template <class T>
Tensor<T> normal_init(Shape shape, double deviation, Key key) {
  Tensor<T> w = Tensor<T>::randn(shape, key);
  for (T& x : w) x *= static_cast<T>(deviation);
  return w;
}

/// N(0, 2 / fan_out) for a convolution weight [out, in/groups, kh, kw], fan_out = out kh kw: keeps
/// the variance of gradients through ReLU (He et al., "Delving deep into rectifiers", 2015).
template <class T>
Tensor<T> kaiming_normal(Shape shape, Key key) {
  const double fan_out = static_cast<double>(shape.size()) / static_cast<double>(shape[1]);
  return normal_init<T>(shape, std::sqrt(2 / fan_out), key);
}

/// U(-b, b) with b = 1 / sqrt(fan_in): what PyTorch gives linear layers and biases by default.
template <class T>
Tensor<T> fan_in_uniform(Shape shape, Index fan_in, Key key) {
  const T bound = static_cast<T>(1 / std::sqrt(static_cast<double>(std::max<Index>(fan_in, 1))));
  return Tensor<T>::uniform(shape, key, -bound, bound);
}

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
