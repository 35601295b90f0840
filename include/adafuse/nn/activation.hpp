// Activations as layers, for use in a Sequential; elsewhere call the op.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/ops/pointwise.hpp>

namespace adafuse::nn {

/// max(x, 0).
template <class T>
struct Relu {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return relu(x); }
  void visit(Visitor<T>&) const {}
};

/// tanh x.
template <class T>
struct Tanh {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return tanh(x); }
  void visit(Visitor<T>&) const {}
};

}  // namespace adafuse::nn
