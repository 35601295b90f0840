// Gumbel-softmax: a sample from a categorical distribution through which gradients pass.
//
//   log p = log max(softmax(logits), 1e-8),   g_i = -log(-log u_i),
//   soft  = softmax((log p + g) / tau),       hard = one_hot(argmax soft).
//
// A logit of -inf rules its choice out: log p is -inf there, not the logarithm of 1e-8.
//
// Hard forward, soft backward (straight-through) is what the paper trains with; tau = 0.67.
// Paper: section 3.2; Jang et al., "Categorical reparameterization with Gumbel-softmax", ICLR 2017.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/core/equals.hpp>
#include <adafuse/fusion/logits.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/gumbel.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/softmax.hpp>
#include <adafuse/ops/straight_through.hpp>
#include <algorithm>
#include <limits>

namespace adafuse::inline ADAFUSE_SIMD {

/// What gumbel_softmax is told.
struct GumbelOptions {
  double temperature = 0.67;  ///< tau; 0.67 as in the paper's experiments
  bool hard = true;  ///< One-hot forward with the soft sample's gradient; false: the soft sample.
};

/// Standard Gumbel noise: element i is `key.gumbel(i)`, but for the last digits of a double.
template <class T>
Tensor<T> gumbel_noise(Shape shape, Key key) {
  auto noise = Tensor<T>::uninitialized(shape);
  kernels::gumbel(key, 0, noise.size(), noise.data());
  return noise;
}

/// The largest number of each row of x [..., k], [..., 1].
template <class T>
Tensor<T> largest_of_rows(const Tensor<T>& x) {
  const Index k = x.size(-1);
  auto largest = Tensor<T>::uninitialized(x.shape().with(x.rank() - 1, 1));
  for (Index i = 0; i < largest.size(); ++i)
    largest.data()[i] = *std::max_element(x.data() + i * k, x.data() + (i + 1) * k);
  return largest;
}

/// Samples over the last dimension of `logits` [..., k], with noise that is given. Throws
/// ValueError for a temperature that is not above 0, and where nothing can be drawn: logits of NaN,
/// of +inf, or of -inf alone, or noise that is not finite.
template <Operand X>
Variable<scalar_of<X>> gumbel_softmax(const X& logits, const Tensor<scalar_of<X>>& noise,
                                      GumbelOptions options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = logits;
  require<ValueError>(options.temperature > 0, "gumbel_softmax: temperature must be positive, got ",
                      options.temperature);
  require<ShapeError>(noise.shape() == logits.shape(), "gumbel_softmax: logits ", logits.shape(),
                      ", noise ", noise.shape());
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const auto g = kernels::zip(noise, x.value(), [](T draw, T logit) {
    return equals(logit, -infinity) ? -infinity : draw;  // ruled out
  });
  const Variable<T> z = log(clamp_min(softmax(x, -1), static_cast<T>(1e-8))) + g;
  require_choices(z.value(), "gumbel_softmax");
  // Softmax stays as it is when the largest of its arguments is taken off them. Then none is above
  // 0, and none overflows, however small tau is: at the limit of 0 soft is hard.
  const T tau = std::clamp(static_cast<T>(options.temperature),
                           std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::max());
  const Variable<T> soft = softmax((z - largest_of_rows(z.value())) / tau, -1);
  return options.hard ? straight_through(hard_one_hot(z.value(), -1), soft) : soft;
}

/// Samples over the last dimension of `logits` [..., k], with noise drawn from `key`.
template <Operand X>
Variable<scalar_of<X>> gumbel_softmax(const X& logits, Key key, GumbelOptions options = {}) {
  return gumbel_softmax(logits, gumbel_noise<scalar_of<X>>(logits.shape(), key), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
