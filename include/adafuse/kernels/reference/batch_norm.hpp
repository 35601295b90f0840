// The naive batch normalisation and its gradients, written from the definitions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/batch_norm.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

struct Moments {
  std::vector<double> mean, variance;  // [channels]; the variance is biased
};

template <class T>
Moments channel_moments(const ChannelLayout& layout, const T* x) {
  const View<const T, 3> in(x, {layout.batch, layout.channels, layout.inner});
  const auto channels = static_cast<std::size_t>(layout.channels);
  Moments moments{std::vector<double>(channels), std::vector<double>(channels)};
  for (Index c = 0; c < layout.channels; ++c) {
    double &mean = moments.mean[static_cast<std::size_t>(c)],
           &variance = moments.variance[static_cast<std::size_t>(c)];
    for (Index n = 0; n < layout.batch; ++n)
      for (Index i = 0; i < layout.inner; ++i)
        mean += double(in(n, c, i)) / static_cast<double>(layout.count());
    for (Index n = 0; n < layout.batch; ++n)
      for (Index i = 0; i < layout.inner; ++i)
        variance += std::pow(double(in(n, c, i)) - mean, 2) / static_cast<double>(layout.count());
  }
  return moments;
}

/// y = (x - mean) / sqrt(variance + eps) * weight + bias.
template <class T>
void batch_norm(const ChannelLayout& layout, const T* x, const Moments& moments, const T* weight,
                const T* bias, double eps, T* y) {
  const View<const T, 3> in(x, {layout.batch, layout.channels, layout.inner});
  const View<T, 3> out(y, in.sizes());
  for (Index n = 0; n < layout.batch; ++n)
    for (Index c = 0; c < layout.channels; ++c)
      for (Index i = 0; i < layout.inner; ++i) {
        const auto k = static_cast<std::size_t>(c);
        const double xhat =
            (double(in(n, c, i)) - moments.mean[k]) / std::sqrt(moments.variance[k] + eps);
        out(n, c, i) = static_cast<T>(xhat * double(weight[c]) + double(bias[c]));
      }
}

/// By the chain rule through mean m and variance v, with d = x - m, s = (v + eps)^(-1/2), M
/// elements:
///   dxhat = dy weight,  dv = sum dxhat d (-1/2) s^3,  dm = -s sum dxhat - dv 2/M sum d,
///   dx = dxhat s + dv 2 d / M + dm / M
template <class T>
void batch_norm_train_backward(const ChannelLayout& layout, const T* x, const T* weight,
                               const Moments& moments, double eps, const T* dy, T* dx, T* dweight,
                               T* dbias) {
  const View<const T, 3> in(x, {layout.batch, layout.channels, layout.inner}), dout(dy, in.sizes());
  const View<T, 3> din(dx, in.sizes());
  const auto count = static_cast<double>(layout.count());
  for (Index c = 0; c < layout.channels; ++c) {
    const auto k = static_cast<std::size_t>(c);
    const double m = moments.mean[k], s = std::pow(moments.variance[k] + eps, -0.5);
    double dw = 0, db = 0, dv = 0, sum_dxhat = 0, sum_d = 0;
    for (Index n = 0; n < layout.batch; ++n)
      for (Index i = 0; i < layout.inner; ++i) {
        const double d = double(in(n, c, i)) - m, g = double(dout(n, c, i));
        const double dxhat = g * double(weight[c]);
        dw += g * d * s;
        db += g;
        dv += dxhat * d * -0.5 * s * s * s;
        sum_dxhat += dxhat;
        sum_d += d;
      }
    const double dm = -s * sum_dxhat - dv * 2 / count * sum_d;
    dweight[c] = static_cast<T>(dw);
    dbias[c] = static_cast<T>(db);
    for (Index n = 0; n < layout.batch; ++n)
      for (Index i = 0; i < layout.inner; ++i) {
        const double d = double(in(n, c, i)) - m, dxhat = double(dout(n, c, i)) * double(weight[c]);
        din(n, c, i) = static_cast<T>(dxhat * s + dv * 2 * d / count + dm / count);
      }
  }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
