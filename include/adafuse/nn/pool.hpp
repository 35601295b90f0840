// Pooling layers: they have a window and no parameters.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/ops/pool2d.hpp>

namespace adafuse::nn {

/// The largest value of each window.
template <class T>
struct MaxPool2d {
  using value_type = T;
  PoolOptions options;  ///< The window.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return max_pool2d(x, options); }
  void visit(Visitor<T>&) const {}
};

/// The mean of each window.
template <class T>
struct AvgPool2d {
  using value_type = T;
  PoolOptions options;  ///< The window.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return avg_pool2d(x, options); }
  void visit(Visitor<T>&) const {}
};

/// The mean of each channel: [N, c, h, w] -> [N, c].
template <class T>
struct GlobalAvgPool {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return global_avg_pool(x); }
  void visit(Visitor<T>&) const {}
};

}  // namespace adafuse::nn
