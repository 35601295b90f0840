// Batch normalisation (Ioffe and Szegedy, ICML 2015): each channel gets mean 0 and variance 1, then
// a scale and a shift that are learnt.
//
// In training mean and variance are those of the batch, and the derivative flows through them too.
// At evaluation they are constants, which a layer has tracked with momentum m (0.1 in PyTorch):
//   running_mean <- (1 - m) running_mean + m mean
//   running_var  <- (1 - m) running_var + m variance,  the unbiased one: sum (x - mean)^2 / (M - 1)
// although y itself is normalised with the biased one, sum (x - mean)^2 / M, over the M elements of
// a channel. The op returns what that rule needs; the layer that owns the statistics applies it.
//
// With peers x is a part of a batch that several processes share, and all of the above is said of
// the whole batch. The gradient of x is then that of the sum of all processes' losses.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/batch_norm.hpp>
#include <adafuse/ops/peers.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The result of batch_norm_train on a batch.
template <class T>
struct BatchNormOutput {
  Variable<T> y;       ///< x's shape
  Tensor<T> mean;      ///< [C]
  Tensor<T> variance;  ///< [C], unbiased: for the running statistics
};

namespace detail {

/// x [N, C, ...], with at most three dimensions more, and the [C] numbers of a channel. Throws
/// ShapeError.
template <class T>
kernels::ChannelLayout batch_norm_layout(const char* op, const Variable<T>& x,
                                         const Variable<T>& weight, const Variable<T>& bias) {
  require<ShapeError>(2 <= x.rank() && x.rank() <= 5, op,
                      ": expects x [N,C], [N,C,L], [N,C,H,W] or [N,C,D,H,W], got ", x.shape());
  Index pixels = 1;
  for (Index d = 2; d < x.rank(); ++d) pixels *= x.size(d);
  const kernels::ChannelLayout layout{x.size(0), x.size(1), pixels};
  for (const auto* p : {&weight, &bias})
    require<ShapeError>(!p->defined() || p->shape() == Shape{layout.channels}, op,
                        ": expects weight and bias [", layout.channels, "] for x ", x.shape(),
                        ", got ", p->shape());
  return layout;
}

/// The shape in which [C] meets x: [1, C], [1, C, 1], ...
inline Shape channel_shape(const Shape& x) {
  Shape shape = x;
  for (Index d = 0; d < x.rank(); ++d)
    if (d != 1) shape = shape.with(d, 1);
  return shape;
}

template <class T>
const T* data_or_null(const Variable<T>& x) {
  return x.defined() ? x.value().data() : nullptr;
}

/// The gradients of batch_norm_train, written so that they can be differentiated again:
///   d = x - mean,  s = (mean of d^2 + eps)^(-1/2),  xhat = d s,  dxhat = dy weight
///   dx = s (dxhat - mean of dxhat - xhat mean of (dxhat xhat)), dweight = sum dy xhat, dbias = sum
///   dy
/// With peers the means are over the `count` elements of all, the sums over those here.
template <class T>
Gradients<T> batch_norm_gradients(const Variable<T>& x, const Variable<T>& weight,
                                  const Variable<T>& bias, double eps, const Peers* peers,
                                  double count, const Variable<T>& dy) {
  const Shape channel = channel_shape(x.shape());
  const auto mean = [&](const Variable<T>& v) {
    const Variable<T> here = sum_to(v, channel);
    return (peers ? sum_over(*peers, here) : here) / static_cast<T>(count);
  };
  const Variable<T> d = x - mean(x);
  const Variable<T> s = pow(mean(d * d) + static_cast<T>(eps), -0.5), xhat = d * s;
  const Variable<T> dxhat = weight.defined() ? dy * reshape(weight, channel) : dy;
  return {s * (dxhat - mean(dxhat) - xhat * mean(dxhat * xhat)),
          weight.defined() ? reshape(sum_to(dy * xhat, channel), weight.shape()) : Variable<T>(),
          bias.defined() ? reshape(sum_to(dy, channel), bias.shape()) : Variable<T>()};
}

}  // namespace detail

namespace detail {

/// batch_norm_train, or with `relu`: relu(batch_norm_train(x) + residual), which may be undefined.
template <class T>
BatchNormOutput<T> batch_norm_train(const char* op, const Variable<T>& x, const Variable<T>& weight,
                                    const Variable<T>& bias, double eps, bool relu,
                                    const Variable<T>& residual, const Peers* peers) {
  const auto layout = batch_norm_layout(op, x, weight, bias);
  require<ShapeError>(!residual.defined() || residual.shape() == x.shape(), op,
                      ": expects a residual ", x.shape(), ", got ", residual.shape());
  auto y = Tensor<T>::uninitialized(x.shape());
  auto mean = Tensor<double>::uninitialized({layout.channels}), variance = mean.clone();
  const double count = kernels::batch_norm_train(
      layout, x.value().data(), data_or_null(weight), data_or_null(bias), eps, y.data(),
      mean.data(), variance.data(), {.residual = data_or_null(residual), .relu = relu}, peers);
  require<ValueError>(!equals(count, 1), op,
                      ": expects more than one element for each channel, got x ", x.shape());
  // The gradients for dy, which passes the ReLU backwards first when `gated` is set.
  const auto gradients = [layout, x, weight, bias, mean, variance, eps, peers](
                             const Variable<T>& dy, bool gated) {
    const auto room = [](const Variable<T>& v) {
      return v.requires_grad() ? Tensor<T>::uninitialized(v.shape()) : Tensor<T>();
    };
    Tensor<T> dx = room(x), dweight = room(weight), dbias = room(bias);
    kernels::batch_norm_train_backward(layout, x.value().data(), data_or_null(weight),
                                       data_or_null(bias), mean.data(), variance.data(), eps, gated,
                                       dy.value().data(), dx.data(), dweight.data(), dbias.data(),
                                       peers);
    return Gradients<T>{dx, dweight, dbias};
  };
  const auto finish = [&](Variable<T> result) -> BatchNormOutput<T> {
    if (count < 1) {
      const auto nothing = Tensor<T>::full({layout.channels}, std::numeric_limits<T>::quiet_NaN());
      return {std::move(result), nothing, nothing};
    }
    const double unbiased = count / (count - 1);
    auto sample_variance = Tensor<T>::uninitialized({layout.channels});
    for (Index c = 0; c < layout.channels; ++c)
      sample_variance.data()[c] = static_cast<T>(variance.data()[c] * unbiased);
    return {std::move(result), mean.template cast<T>(), sample_variance};
  };
  // y = relu(z + residual)  =>  dz = dresidual = dy where y > 0
  if (residual.defined())
    return finish(record(
        op, y, {x, weight, bias, residual},
        [gradients, x, weight, bias, eps, peers, count, adds = residual.requires_grad()](
            const Variable<T>& dy, const Variable<T>& out) -> Gradients<T> {
          const Variable<T> dz = gate(dy, out.value());
          auto all = grad_enabled() ? batch_norm_gradients(x, weight, bias, eps, peers, count, dz)
                                    : gradients(dz, false);
          all.push_back(adds ? dz : Variable<T>());
          return all;
        }));
  return finish(record(
      op, y, {x, weight, bias},
      [gradients, x, weight, bias, eps, relu, peers, count](const Variable<T>& dy) -> Gradients<T> {
        if (!grad_enabled()) return gradients(dy, relu);  // one fused kernel
        if (!relu) return batch_norm_gradients(x, weight, bias, eps, peers, count, dy);
        const auto z = batch_norm_train<T>("batch_norm_train", x.detach(), weight.detach(),
                                           bias.detach(), eps, false, {}, peers);
        return batch_norm_gradients(x, weight, bias, eps, peers, count, gate(dy, z.y.value()));
      }));
}

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias with mean and (biased) variance of each
/// channel over the batch: x [N, C], [N, C, L], [N, C, H, W] or [N, C, D, H, W]; weight and bias
/// [C], 1 and 0 where undefined. Throws ValueError when a channel has a single element: it has no
/// variance. Of no elements mean and variance are NaN, and the gradients of weight and bias 0.
/// `peers`, if any, share the batch, and must outlive the gradients.
template <Operand X>
BatchNormOutput<scalar_of<X>> batch_norm_train(const X& x,
                                               const Variable<scalar_of<X>>& weight = {},
                                               const Variable<scalar_of<X>>& bias = {},
                                               double eps = 1e-5, const Peers* peers = nullptr) {
  using T = scalar_of<X>;
  return detail::batch_norm_train<T>("batch_norm_train", x, weight, bias, eps, false, {}, peers);
}

/// relu(batch_norm_train(x, weight, bias, eps) + residual) in fewer passes over memory; the
/// residual, of x's shape, counts as 0 where undefined.
template <Operand X>
BatchNormOutput<scalar_of<X>> batch_norm_relu_train(
    const X& x, const Variable<scalar_of<X>>& weight, const Variable<scalar_of<X>>& bias,
    double eps = 1e-5, const Variable<scalar_of<X>>& residual = {}, const Peers* peers = nullptr) {
  using T = scalar_of<X>;
  return detail::batch_norm_train<T>("batch_norm_relu_train", x, weight, bias, eps, true, residual,
                                     peers);
}

namespace detail {

/// batch_norm, or with `relu`: relu(batch_norm(x) + residual), which may be undefined.
template <class T>
Variable<T> batch_norm(const char* op, const Variable<T>& x, const Variable<T>& weight,
                       const Variable<T>& bias, const Tensor<T>& running_mean,
                       const Tensor<T>& running_var, double eps, bool relu,
                       const Variable<T>& residual) {
  const auto layout = batch_norm_layout(op, x, weight, bias);
  const Shape channels{layout.channels};
  require<ShapeError>(running_mean.shape() == channels && running_var.shape() == channels, op,
                      ": expects running statistics ", channels, " for x ", x.shape(), ", got ",
                      running_mean.shape(), " and ", running_var.shape());
  require<ShapeError>(!residual.defined() || residual.shape() == x.shape(), op,
                      ": expects a residual ", x.shape(), ", got ", residual.shape());
  auto y = Tensor<T>::uninitialized(x.shape());
  kernels::batch_norm(layout, x.value().data(), running_mean.data(), running_var.data(),
                      data_or_null(weight), data_or_null(bias), eps, y.data(),
                      {.residual = data_or_null(residual), .relu = relu});
  // xhat = (x - mean) s  =>  dx = dz weight s, dweight = sum dz xhat, dbias = sum dz
  // y = relu(z + residual)  =>  dz = dresidual = dy where y > 0
  return record(
      op, y, {x, weight, bias, residual},
      [x, weight, bias, running_mean = Saved("running_mean", running_mean),
       running_var = Saved("running_var", running_var), eps, relu, adds = residual.requires_grad(),
       layout](const Variable<T>& dy, const Variable<T>& out) -> Gradients<T> {
        constexpr Index short_plane = 16;  // takes longer by itself than together with others
        if (!grad_enabled() && layout.inner >= short_plane) {
          const auto room = [](bool wanted, const Shape& shape) {
            return wanted ? Tensor<T>::uninitialized(shape) : Tensor<T>();
          };
          const Shape of_channels{layout.channels};
          Tensor<T> dx = room(x.requires_grad(), x.shape()),
                    dweight = room(weight.requires_grad(), of_channels),
                    dbias = room(bias.requires_grad(), of_channels),
                    dresidual = room(adds, x.shape());
          kernels::batch_norm_backward(
              layout, x.value().data(), relu ? out.value().data() : nullptr,
              running_mean.value().data(), running_var.value().data(), data_or_null(weight), eps,
              dy.value().data(), dx.data(), dweight.data(), dbias.data(), dresidual.data());
          return {dx, dweight, dbias, dresidual};
        }
        const Shape channel = channel_shape(x.shape());
        const auto per_channel = [&](const Variable<T>& v) { return reshape(v, channel); };
        const Variable<T> s = per_channel(kernels::map(running_var.value(), [eps](T v) {
          return static_cast<T>(1 / std::sqrt(static_cast<double>(v) + eps));
        }));
        const Variable<T> dz = relu ? gate(dy, out.value()) : dy;
        Gradients<T> gradients(4);
        if (x.requires_grad()) gradients[0] = dz * (weight.defined() ? per_channel(weight) * s : s);
        if (weight.requires_grad())
          gradients[1] = reshape(
              sum_to(dz * ((x - per_channel(running_mean.value())) * s), channel), weight.shape());
        if (bias.requires_grad()) gradients[2] = reshape(sum_to(dz, channel), bias.shape());
        if (adds) gradients[3] = dz;
        return gradients;
      });
}

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias with the given mean and variance [C],
/// which are constants: x [N, C], [N, C, L], [N, C, H, W] or [N, C, D, H, W]; weight and bias [C],
/// 1 and 0 where undefined.
template <Operand X>
Variable<scalar_of<X>> batch_norm(const X& x, const Variable<scalar_of<X>>& weight,
                                  const Variable<scalar_of<X>>& bias,
                                  const Tensor<scalar_of<X>>& running_mean,
                                  const Tensor<scalar_of<X>>& running_var, double eps = 1e-5) {
  using T = scalar_of<X>;
  return detail::batch_norm<T>("batch_norm", x, weight, bias, running_mean, running_var, eps, false,
                               {});
}

/// relu(batch_norm(x, weight, bias, running_mean, running_var, eps) + residual) in one pass over
/// memory; the residual, of x's shape, counts as 0 where undefined.
template <Operand X>
Variable<scalar_of<X>> batch_norm_relu(const X& x, const Variable<scalar_of<X>>& weight,
                                       const Variable<scalar_of<X>>& bias,
                                       const Tensor<scalar_of<X>>& running_mean,
                                       const Tensor<scalar_of<X>>& running_var, double eps = 1e-5,
                                       const Variable<scalar_of<X>>& residual = {}) {
  using T = scalar_of<X>;
  return detail::batch_norm<T>("batch_norm_relu", x, weight, bias, running_mean, running_var, eps,
                               true, residual);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
