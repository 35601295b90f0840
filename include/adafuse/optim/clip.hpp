// Clipping: gradients whose joint norm is too large are scaled down to it, direction kept; or each
// element by itself is brought into an interval.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// Scales all gradients by min(1, max_norm / norm), norm = sqrt(sum of all squares). Returns the
/// norm before. Throws ValueError when the norm is not finite: scaling would hide where that came
/// from.
template <class T>
double clip_by_norm(const std::vector<Variable<T>>& parameters, double max_norm) {
  require<ValueError>(max_norm > 0, "clip_by_norm: max_norm must be positive, got ", max_norm);
  double squares = 0;
  for (const auto& p : parameters)
    if (const Variable<T> grad = p.grad(); grad.defined())
      for (T g : grad.value()) squares += static_cast<double>(g) * static_cast<double>(g);
  const double norm = std::sqrt(squares);
  require<ValueError>(std::isfinite(norm), "clip_by_norm: the gradients' norm is ", norm);
  if (norm > max_norm) {
    const T scale = static_cast<T>(max_norm / (norm + 1e-6));  // the same guard as PyTorch's
    for (const auto& p : parameters) {
      if (!p.grad().defined()) continue;
      Tensor<T> scaled = p.grad().value().clone();
      for (T& g : scaled) g *= scale;
      p.set_grad(std::move(scaled));
    }
  }
  return norm;
}

/// g <- min(max(g, -most), most), element by element: PyTorch's clip_grad_value_. A NaN stays a
/// NaN. Throws ValueError unless `most` is positive.
template <class T>
void clip_by_value(const std::vector<Variable<T>>& parameters, double most) {
  require<ValueError>(most > 0, "clip_by_value: the largest value must be positive, got ", most);
  const T high = static_cast<T>(most), low = -high;
  for (const auto& p : parameters) {
    if (!p.grad().defined()) continue;
    Tensor<T> clipped = p.grad().value().clone();
    for (T& g : clipped) g = g < low ? low : g > high ? high : g;
    p.set_grad(std::move(clipped));
  }
}

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
