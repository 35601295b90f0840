// Pooling layers for lines and volumes, and those that pool to a given size. Images: pool.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/ops/adaptive_pool.hpp>
#include <adafuse/ops/pool1d.hpp>
#include <adafuse/ops/pool3d.hpp>

namespace adafuse::nn {

/// The largest value of each window of [N, c, l].
template <class T>
struct MaxPool1d {
  using value_type = T;
  Pool1dOptions options;  ///< The window.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return max_pool1d(x, options); }
  void visit(Visitor<T>&) const {}
};

/// The mean of each window of [N, c, l].
template <class T>
struct AvgPool1d {
  using value_type = T;
  Pool1dOptions options;  ///< The window.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return avg_pool1d(x, options); }
  void visit(Visitor<T>&) const {}
};

/// The largest value of each window of [N, c, d, h, w].
template <class T>
struct MaxPool3d {
  using value_type = T;
  Pool3dOptions options;  ///< The window.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return max_pool3d(x, options); }
  void visit(Visitor<T>&) const {}
};

/// The mean of each window of [N, c, d, h, w].
template <class T>
struct AvgPool3d {
  using value_type = T;
  Pool3dOptions options;  ///< The window.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return avg_pool3d(x, options); }
  void visit(Visitor<T>&) const {}
};

/// [N, c, l] -> [N, c, size]: means.
template <class T>
struct AdaptiveAvgPool1d {
  using value_type = T;
  Index size = 1;  ///< Of the result.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return adaptive_avg_pool1d(x, size);
  }
  void visit(Visitor<T>&) const {}
};

/// [N, c, h, w] -> [N, c, size]: means.
template <class T>
struct AdaptiveAvgPool2d {
  using value_type = T;
  Size2 size = 1;  ///< Of the result.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return adaptive_avg_pool2d(x, size);
  }
  void visit(Visitor<T>&) const {}
};

/// [N, c, d, h, w] -> [N, c, size]: means.
template <class T>
struct AdaptiveAvgPool3d {
  using value_type = T;
  Size3 size = 1;  ///< Of the result.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return adaptive_avg_pool3d(x, size);
  }
  void visit(Visitor<T>&) const {}
};

/// [N, c, l] -> [N, c, size]: the largest.
template <class T>
struct AdaptiveMaxPool1d {
  using value_type = T;
  Index size = 1;  ///< Of the result.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return adaptive_max_pool1d(x, size);
  }
  void visit(Visitor<T>&) const {}
};

/// [N, c, h, w] -> [N, c, size]: the largest.
template <class T>
struct AdaptiveMaxPool2d {
  using value_type = T;
  Size2 size = 1;  ///< Of the result.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return adaptive_max_pool2d(x, size);
  }
  void visit(Visitor<T>&) const {}
};

/// [N, c, d, h, w] -> [N, c, size]: the largest.
template <class T>
struct AdaptiveMaxPool3d {
  using value_type = T;
  Size3 size = 1;  ///< Of the result.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return adaptive_max_pool3d(x, size);
  }
  void visit(Visitor<T>&) const {}
};

}  // namespace adafuse::nn
