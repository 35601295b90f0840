// Where weights start: drawn from a key. Who overwrites all of them, or asks only for their names
// and shapes, need not wait for that, nor have the memory.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <utility>

namespace adafuse::nn {

/// How the layers start that are built in this thread.
enum class Start {
  drawn,       ///< from their keys
  unwritten,   ///< for who writes all of them: their memory as it comes
  shapes_only  ///< no memory at all: they can be listed, and neither read nor written
};

/// As long as it lives, layers that this thread builds start in another way.
class StartGuard {
 public:
  ADAFUSE_INLINE explicit StartGuard(Start start) : before_(std::exchange(start_, start)) {}
  StartGuard(const StartGuard&) = delete;
  StartGuard& operator=(const StartGuard&) = delete;
  ADAFUSE_INLINE ~StartGuard() { start_ = before_; }

  /// How they start now.
  static Start start() { return start_; }

 private:
  static constinit inline thread_local Start start_ = Start::drawn;
  Start before_;
};

inline namespace ADAFUSE_SIMD {

inline bool weights_are_drawn() { return StartGuard::start() == Start::drawn; }

/// A tensor for weights that are not drawn: see Start.
template <class T>
Tensor<T> undrawn(Shape shape) {
  static T nothing{};
  return StartGuard::start() == Start::shapes_only ? Tensor<T>::borrow(&nothing, shape)
                                                   : Tensor<T>::uninitialized(shape);
}

/// The same number everywhere.
template <class T>
Tensor<T> constant_init(Shape shape, T value) {
  return StartGuard::start() == Start::shapes_only ? undrawn<T>(shape)
                                                   : Tensor<T>::full(shape, value);
}

/// N(0, deviation^2).
template <class T>
Tensor<T> normal_init(Shape shape, double deviation, Key key) {
  if (!weights_are_drawn()) return undrawn<T>(shape);
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
  if (!weights_are_drawn()) return undrawn<T>(shape);
  const T bound = static_cast<T>(1 / std::sqrt(static_cast<double>(std::max<Index>(fan_in, 1))));
  return Tensor<T>::uniform(shape, key, -bound, bound);
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::nn
