// Flatten and Identity: layers without parameters, for use in a Sequential.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::nn {

/// Dimensions `first` ... last as one: [N, c, h, w] -> [N, c h w].
template <class T>
struct Flatten {
  using value_type = T;
  Index first = 1;  ///< 1 keeps the examples apart.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return flatten(x, first); }
  void visit(Visitor<T>&) const {}
};

/// x.
template <class T>
struct Identity {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return x; }
  void visit(Visitor<T>&) const {}
};

}  // namespace adafuse::nn
