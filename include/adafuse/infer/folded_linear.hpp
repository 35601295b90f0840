// A linear layer with what follows it: y = relu(scale * (W x) + shift).
//
// It runs as a convolution of maps of one pixel: that kernel packs rows into vectors, fuses the
// rest, and allocates nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d.hpp>
#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/linear.hpp>

namespace adafuse::infer {

template <class T>
struct FoldedLinear {
  Tensor<T> weight;        // [out, in]
  Tensor<T> scale, shift;  // [out], undefined where there is none
  bool relu = false;

  Index in() const { return weight.size(1); }
  Index out() const { return weight.size(0); }

  /// x: [rows, in] -> y: [rows, out].
  void operator()(Index rows, const T* x, T* y) const {
    const kernels::Conv2dGeometry g{
        .batch = rows, .in_channels = in(), .in_height = 1, .in_width = 1, .out_channels = out()};
    const auto data = [](const Tensor<T>& t) { return t.defined() ? t.data() : nullptr; };
    kernels::conv2d<T>(g, x, weight.data(), y,
                       {.algorithm = kernels::ConvAlgorithm::direct,
                        .epilogue = {.scale = data(scale), .shift = data(shift), .relu = relu}});
  }
};

/// The affine map that a batch norm is at inference: scale * x + shift, each [c].
template <class T>
struct Affine {
  Tensor<T> scale, shift;

  /// weight * (x + bias - mean) / sqrt(variance + eps) + shift; `bias` may be undefined.
  static Affine of_norm(const Tensor<T>& weight, const Tensor<T>& shift, const Tensor<T>& mean,
                        const Tensor<T>& variance, double eps, const Tensor<T>& bias) {
    Affine result{Tensor<T>::uninitialized(mean.shape()), Tensor<T>::uninitialized(mean.shape())};
    for (Index c = 0; c < mean.size(); ++c) {  // In double: it is done once and used forever.
      const double s =
          static_cast<double>(weight(c)) / std::sqrt(static_cast<double>(variance(c)) + eps);
      const double offset =
          (bias.defined() ? static_cast<double>(bias(c)) : 0.0) - static_cast<double>(mean(c));
      result.scale(c) = static_cast<T>(s);
      result.shift(c) = static_cast<T>(s * offset + static_cast<double>(shift(c)));
    }
    return result;
  }
};

/// W x + b, nothing after it.
template <class T>
FoldedLinear<T> fold_linear(const Variable<T>& weight, const Variable<T>& bias) {
  return {weight.value(), {}, bias.defined() ? bias.value() : Tensor<T>{}, false};
}

/// relu(bn(W x + b)).
template <class T>
FoldedLinear<T> fold_linear(const nn::Linear<T>& layer, const nn::BatchNorm1d<T>& norm) {
  auto affine = Affine<T>::of_norm(norm.weight.value(), norm.bias.value(), norm.running_mean,
                                   norm.running_var, norm.config().eps,
                                   layer.bias.defined() ? layer.bias.value() : Tensor<T>{});
  return {layer.weight.value(), std::move(affine.scale), std::move(affine.shift), true};
}

}  // namespace adafuse::infer
