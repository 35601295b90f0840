// A linear layer with what follows it: y = activation(W x + b), a batch norm made part of W and b.
//
// Of floats, W is packed into panels when the layer is made: agents have small layers, for which
// anything but the products would take longer than the products.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <adafuse/kernels/linear.hpp>
#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/linear.hpp>
#include <concepts>

namespace adafuse::infer {

/// What one file folds, another may run, whatever they are compiled for.
template <class T>
class FoldedLinear {
 public:
  /// weight [out, in], bias [out] or undefined.
  ADAFUSE_INLINE FoldedLinear(const Tensor<T>& weight, Tensor<T> bias,
                              kernels::Activation activation)
      : in_(weight.size(1)),
        out_(weight.size(0)),
        weight_(weight),
        bias_(std::move(bias)),
        activation_(activation) {
    if constexpr (in_panels) {
      weight_ = Tensor<T>::uninitialized({shape().packed_size()});
      kernels::pack_linear(shape(), weight.data(), weight_.data());
    }
  }

  ADAFUSE_INLINE FoldedLinear(const FoldedLinear&) = default;
  ADAFUSE_INLINE FoldedLinear(FoldedLinear&&) = default;
  ADAFUSE_INLINE FoldedLinear& operator=(const FoldedLinear&) = default;
  ADAFUSE_INLINE FoldedLinear& operator=(FoldedLinear&&) = default;
  ADAFUSE_INLINE ~FoldedLinear() = default;

  Index in() const { return in_; }
  Index out() const { return out_; }

  /// x: [rows, in] -> y: [rows, out].
  ADAFUSE_INLINE void operator()(Index rows, const T* x, T* y) const {
    if constexpr (in_panels) {
      (*this)(
          rows, [x, in = in_](Index r) { return x + r * in; }, y);
    } else {  // As a convolution of maps of one pixel.
      const kernels::Conv2dGeometry g{
          .batch = rows, .in_channels = in_, .in_height = 1, .in_width = 1, .out_channels = out_};
      kernels::conv2d<T>(g, x, weight_.data(), y,
                         {.epilogue = {.shift = bias(), .activation = activation_}});
    }
  }
  /// The same for rows of which `row_at(r)` points to the r-th: they may overlap.
  template <std::invocable<Index> RowAt>
  ADAFUSE_INLINE void operator()(Index rows, const RowAt& row_at, T* y) const {
    if constexpr (in_panels)
      kernels::linear(shape(), rows, row_at, weight_.data(), bias(), activation_, y);
    else
      for (Index r = 0; r < rows; ++r) (*this)(1, row_at(r), y + r * out_);
  }

 private:
  static constexpr bool in_panels = std::is_same_v<T, float>;
  ADAFUSE_INLINE const T* bias() const { return bias_.defined() ? bias_.data() : nullptr; }
  ADAFUSE_INLINE kernels::LinearShape shape() const { return {in_, out_}; }

  Index in_, out_;
  Tensor<T> weight_;  // [out, in], or panels
  Tensor<T> bias_;    // [out]
  kernels::Activation activation_;
};

inline namespace ADAFUSE_SIMD {

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
  return {weight.value(), bias.defined() ? bias.value() : Tensor<T>{},
          kernels::Activation::identity};
}

/// relu(bn(W x + b)).
template <class T>
FoldedLinear<T> fold_linear(const nn::Linear<T>& layer, const nn::BatchNorm1d<T>& norm) {
  const auto affine = Affine<T>::of_norm(norm.weight.value(), norm.bias.value(), norm.running_mean,
                                         norm.running_var, norm.config().eps,
                                         layer.bias.defined() ? layer.bias.value() : Tensor<T>{});
  auto weight = layer.weight.value().clone();
  for (Index o = 0; o < weight.size(0); ++o)
    for (T& w : weight[o]) w *= affine.scale(o);
  return {weight, affine.shift, kernels::Activation::relu};
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::infer
