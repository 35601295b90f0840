// Gumbel-softmax: a sample from a categorical distribution through which gradients pass.
//
//   log p = log max(softmax(logits), 1e-8),   g_i = -log(-log u_i),
//   soft  = softmax((log p + g) / tau),       hard = one_hot(argmax soft).
//
// Hard forward, soft backward (straight-through) is what the paper trains with; tau = 0.67.
// Paper: section 3.2; Jang et al., "Categorical reparameterization with Gumbel-softmax", ICLR 2017.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/kernels/gumbel.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/softmax.hpp>
#include <adafuse/ops/straight_through.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

struct GumbelOptions {
  double temperature = 0.67;
  bool hard = true;  ///< One-hot forward with the soft sample's gradient; false: the soft sample.
};

/// Standard Gumbel noise: element i is `key.gumbel(i)`, but for the last digits of a double.
template <class T>
Tensor<T> gumbel_noise(Shape shape, Key key) {
  auto noise = Tensor<T>::uninitialized(shape);
  kernels::gumbel(key, 0, noise.size(), noise.data());
  return noise;
}

/// Samples over the last dimension of `logits` [..., k], with noise that is given.
template <Operand X>
Variable<scalar_of<X>> gumbel_softmax(const X& logits, const Tensor<scalar_of<X>>& noise,
                                      GumbelOptions options = {}) {
  using T = scalar_of<X>;
  require<ValueError>(options.temperature > 0, "gumbel_softmax: temperature must be positive, got ",
                      options.temperature);
  require<ShapeError>(noise.shape() == logits.shape(), "gumbel_softmax: logits ", logits.shape(),
                      ", noise ", noise.shape());
  const auto log_p = log(clamp_min(softmax(logits, -1), static_cast<T>(1e-8)));
  const Variable<T> soft = softmax((log_p + noise) * (1 / options.temperature), -1);
  return options.hard ? straight_through(hard_one_hot(soft.value(), -1), soft) : soft;
}

/// Samples over the last dimension of `logits` [..., k], with noise drawn from `key`.
template <Operand X>
Variable<scalar_of<X>> gumbel_softmax(const X& logits, Key key, GumbelOptions options = {}) {
  return gumbel_softmax(logits, gumbel_noise<scalar_of<X>>(logits.shape(), key), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
