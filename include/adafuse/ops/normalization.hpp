// Normalisation of each example by itself: layer, group and instance norm take off the mean and
// divide by the deviation of some of its elements, RMS norm divides by their root mean square.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/layer_norm.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/shape.hpp>
#include <limits>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// (the mean of x^2 in each row + eps)^(-1/2), for x [rows, count]: [rows, 1].
template <class T>
Variable<T> inverse_root_mean_square(const Variable<T>& x, double eps) {
  return pow(sum_to(x * x, {x.size(0), 1}) / x.size(1) + static_cast<T>(eps), -0.5);
}

/// The gradients of layer_norm_rows, written so that they can be differentiated again:
///   d = x - mean,  s = (mean of d^2 + eps)^(-1/2),  xhat = d s,  g = dy weight
///   dx = s (g - mean of g - xhat mean of g xhat),  dweight = sum of dy xhat,  dbias = sum of dy
template <class T>
Gradients<T> layer_norm_gradients(const Variable<T>& x, const Variable<T>& weight,
                                  const Variable<T>& bias, double eps, const Variable<T>& dy) {
  const auto mean = [&](const Variable<T>& v) { return sum_to(v, {x.size(0), 1}) / x.size(1); };
  const Variable<T> d = x - mean(x), s = inverse_root_mean_square(d, eps), xhat = d * s;
  const Variable<T> g = weight.defined() ? dy * weight : dy;
  return {s * (g - mean(g) - xhat * mean(g * xhat)),
          weight.defined() ? sum_to(dy * xhat, weight.shape()) : Variable<T>(),
          bias.defined() ? sum_to(dy, bias.shape()) : Variable<T>()};
}

/// y = (x - mean) (variance + eps)^(-1/2) weight + bias, with mean and (biased) variance of each
/// row of x [rows, count]; weight and bias [count], 1 and 0 where undefined.
template <class T>
Variable<T> layer_norm_rows(const Variable<T>& x, const Variable<T>& weight,
                            const Variable<T>& bias, double eps) {
  const Index rows = x.size(0), count = x.size(1);
  const auto data = [](const Variable<T>& v) { return v.defined() ? v.value().data() : nullptr; };
  auto y = Tensor<T>::uninitialized(x.shape());
  auto mean = Tensor<double>::uninitialized({rows}), inverse = mean.clone();
  kernels::layer_norm(rows, count, x.value().data(), data(weight), data(bias), eps, y.data(),
                      mean.data(), inverse.data());
  return record("layer_norm", y, {x, weight, bias},
                [x, weight, bias, mean, inverse, eps](const Variable<T>& dy) -> Gradients<T> {
                  if (grad_enabled()) return layer_norm_gradients(x, weight, bias, eps, dy);
                  const auto room = [](const Variable<T>& v) {
                    return v.requires_grad() ? Tensor<T>::uninitialized(v.shape()) : Tensor<T>();
                  };
                  Tensor<T> dx = room(x), dweight = room(weight), dbias = room(bias);
                  kernels::layer_norm_backward(x.size(0), x.size(1), x.value().data(),
                                               weight.defined() ? weight.value().data() : nullptr,
                                               mean.data(), inverse.data(), dy.value().data(),
                                               dx.data(), dweight.data(), dbias.data());
                  return {dx, dweight, dbias};
                });
}

/// y = x (mean of x^2 + eps)^(-1/2) weight, with the mean of each row of x [rows, count]; weight
/// [count], 1 where undefined.
template <class T>
Variable<T> rms_norm_rows(const Variable<T>& x, const Variable<T>& weight, double eps) {
  const Index rows = x.size(0), count = x.size(1);
  const auto data = [](const Variable<T>& v) { return v.defined() ? v.value().data() : nullptr; };
  auto y = Tensor<T>::uninitialized(x.shape());
  auto inverse = Tensor<double>::uninitialized({rows});
  kernels::layer_norm<T>(rows, count, x.value().data(), data(weight), nullptr, eps, y.data(),
                         nullptr, inverse.data());
  // s = (mean of x^2 + eps)^(-1/2), xhat = x s, g = dy weight
  //   =>  dx = s (g - xhat mean of g xhat), dweight = sum of dy xhat
  return record(
      "rms_norm", y, {x, weight}, [x, weight, inverse, eps](const Variable<T>& dy) -> Gradients<T> {
        if (grad_enabled()) {
          const Variable<T> s = inverse_root_mean_square(x, eps), xhat = x * s;
          const Variable<T> g = weight.defined() ? dy * weight : dy;
          return {s * (g - xhat * (sum_to(g * xhat, {x.size(0), 1}) / x.size(1))),
                  weight.defined() ? sum_to(dy * xhat, weight.shape()) : Variable<T>()};
        }
        const auto room = [](const Variable<T>& v) {
          return v.requires_grad() ? Tensor<T>::uninitialized(v.shape()) : Tensor<T>();
        };
        Tensor<T> dx = room(x), dweight = room(weight);
        kernels::layer_norm_backward<T>(x.size(0), x.size(1), x.value().data(),
                                        weight.defined() ? weight.value().data() : nullptr, nullptr,
                                        inverse.data(), dy.value().data(), dx.data(),
                                        dweight.data(), nullptr);
        return {dx, dweight};
      });
}

/// x weight + bias, of which either may be undefined; both are given in `shape`, which stretches.
template <class T>
Variable<T> scaled_and_shifted(Variable<T> x, const Variable<T>& weight, const Variable<T>& bias,
                               const Shape& shape) {
  if (weight.defined()) x = x * reshape(weight, shape);
  if (bias.defined()) x = x + reshape(bias, shape);
  return x;
}

/// How many rows x has for elements of shape `normalized`. Throws ShapeError unless x ends in that
/// shape, and weight and bias have it or are undefined.
template <class T>
Index rows_before(const char* op, const Variable<T>& x, const Shape& normalized,
                  const Variable<T>& weight, const Variable<T>& bias) {
  const Index outer = x.rank() - normalized.rank();
  require<ShapeError>(
      x.defined() && normalized.rank() > 0 && outer >= 0 &&
          std::equal(normalized.begin(), normalized.end(), x.shape().begin() + outer),
      op, ": expects x [...] that ends in ", normalized, ", got ", x.shape());
  for (const auto* p : {&weight, &bias})
    require<ShapeError>(!p->defined() || p->shape() == normalized, op, ": expects weight and bias ",
                        normalized, ", got ", p->shape());
  Index rows = 1;
  for (Index d = 0; d < outer; ++d) rows *= x.size(d);
  return rows;
}

inline void require_eps(const char* op, double eps) {
  require<ValueError>(eps >= 0, op, ": eps is not negative, got ", eps);
}

/// The gradients of group_norm, written so that they can be differentiated again: those of
/// layer_norm for the groups as `rows`, and weight and bias in the shape `channel`.
template <class T>
Gradients<T> group_norm_gradients(const Variable<T>& x, const Variable<T>& weight,
                                  const Variable<T>& bias, const Shape& rows, const Shape& channel,
                                  double eps, const Variable<T>& dy) {
  const Variable<T> none, of_groups = reshape(x, rows);
  const Variable<T> g = weight.defined() ? dy * reshape(weight, channel) : dy;
  const auto dx = layer_norm_gradients(of_groups, none, none, eps, reshape(g, rows))[0];
  Variable<T> dweight, dbias;
  if (weight.defined()) {
    const Variable<T> xhat = reshape(layer_norm_rows(of_groups, none, none, eps), x.shape());
    dweight = reshape(sum_to(dy * xhat, channel), weight.shape());
  }
  if (bias.defined()) dbias = reshape(sum_to(dy, channel), bias.shape());
  return {reshape(dx, x.shape()), dweight, dbias};
}

/// group_norm under the name of `op`.
template <class T>
Variable<T> group_norm(const char* op, const Variable<T>& x, Index groups,
                       const Variable<T>& weight, const Variable<T>& bias, double eps) {
  require_eps(op, eps);
  const Index n = x.size(0), channels = x.size(1);
  for (const auto* p : {&weight, &bias})
    require<ShapeError>(!p->defined() || p->shape() == Shape{channels}, op,
                        ": expects weight and bias [", channels, "] for x ", x.shape(), ", got ",
                        p->shape());
  kernels::GroupLayout layout{n, groups, channels / groups, 1};
  Shape channel{channels};
  for (Index d = 2; d < x.rank(); ++d) {
    layout.inner *= x.size(d);
    channel.push_back(1);
  }
  const Shape rows{layout.rows(), layout.count()};
  constexpr Index short_channel = 16;  // takes longer by itself than together with others
  if (layout.inner < short_channel) {
    const Variable<T> none;
    const auto y = reshape(layer_norm_rows(reshape(x, rows), none, none, eps), x.shape());
    return scaled_and_shifted(y, weight, bias, channel);
  }
  const auto data = [](const Variable<T>& v) { return v.defined() ? v.value().data() : nullptr; };
  auto y = Tensor<T>::uninitialized(x.shape());
  auto mean = Tensor<double>::uninitialized({rows[0]}), inverse = mean.clone();
  kernels::group_norm(layout, x.value().data(), data(weight), data(bias), eps, y.data(),
                      mean.data(), inverse.data());
  return record(op, y, {x, weight, bias},
                [x, weight, bias, layout, rows, channel, mean, inverse,
                 eps](const Variable<T>& dy) -> Gradients<T> {
                  if (grad_enabled())
                    return group_norm_gradients(x, weight, bias, rows, channel, eps, dy);
                  const auto room = [](const Variable<T>& v) {
                    return v.requires_grad() ? Tensor<T>::uninitialized(v.shape()) : Tensor<T>();
                  };
                  Tensor<T> dx = room(x), dweight = room(weight), dbias = room(bias);
                  kernels::group_norm_backward(layout, x.value().data(),
                                               weight.defined() ? weight.value().data() : nullptr,
                                               mean.data(), inverse.data(), dy.value().data(),
                                               dx.data(), dweight.data(), dbias.data());
                  return {dx, dweight, dbias};
                });
}

}  // namespace detail

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, with mean and (biased) variance over the
/// last dimensions of x, which are `normalized_shape`; weight and bias of that shape, 1 and 0 where
/// undefined.
template <Operand X>
Variable<scalar_of<X>> layer_norm(const X& input, const Shape& normalized_shape,
                                  const std::type_identity_t<Variable<scalar_of<X>>>& weight = {},
                                  const std::type_identity_t<Variable<scalar_of<X>>>& bias = {},
                                  double eps = 1e-5) {
  const Variable<scalar_of<X>> x = input;
  const Index rows = detail::rows_before("layer_norm", x, normalized_shape, weight, bias);
  detail::require_eps("layer_norm", eps);
  const Index count = normalized_shape.size();
  const auto flat = [count](const Variable<scalar_of<X>>& v) {
    return v.defined() ? reshape(v, {count}) : v;
  };
  const auto y = detail::layer_norm_rows(reshape(x, {rows, count}), flat(weight), flat(bias), eps);
  return reshape(y, x.shape());
}

/// y = x / sqrt(mean of x^2 + eps) * weight, with the mean over the last dimensions of x, which are
/// `normalized_shape`; weight of that shape, 1 where undefined. Without an eps it is the distance
/// from 1 to the next number, as in PyTorch.
template <Operand X>
Variable<scalar_of<X>> rms_norm(const X& input, const Shape& normalized_shape,
                                const std::type_identity_t<Variable<scalar_of<X>>>& weight = {},
                                std::optional<double> eps = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index rows = detail::rows_before("rms_norm", x, normalized_shape, weight, Variable<T>());
  const double added = eps.value_or(static_cast<double>(std::numeric_limits<T>::epsilon()));
  detail::require_eps("rms_norm", added);
  const Index count = normalized_shape.size();
  const auto y = detail::rms_norm_rows(reshape(x, {rows, count}),
                                       weight.defined() ? reshape(weight, {count}) : weight, added);
  return reshape(y, x.shape());
}

/// y = (x - mean) / sqrt(variance + eps) * weight + bias for x [N, C, ...], with mean and (biased)
/// variance of each example over each of `groups` groups of channels, which divide C; weight and
/// bias [C], 1 and 0 where undefined.
template <Operand X>
Variable<scalar_of<X>> group_norm(const X& input, Index groups,
                                  const std::type_identity_t<Variable<scalar_of<X>>>& weight = {},
                                  const std::type_identity_t<Variable<scalar_of<X>>>& bias = {},
                                  double eps = 1e-5) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(x.rank() >= 2, "group_norm: expects x [N,C,...], got ", x.shape());
  const Index channels = std::max<Index>(x.size(1), 1);
  require<ValueError>(0 < groups && groups <= channels && channels % groups == 0,
                      "group_norm: ", groups, " groups do not divide the channels of x ",
                      x.shape());
  return detail::group_norm("group_norm", x, groups, weight, bias, eps);
}

/// y = (x - mean) / sqrt(variance + eps) * weight + bias for x [N, C, ...], with mean and (biased)
/// variance of each channel of each example; weight and bias [C], 1 and 0 where undefined. Throws
/// ValueError where a channel is a single element: it has no variance.
template <Operand X>
Variable<scalar_of<X>> instance_norm(
    const X& input, const std::type_identity_t<Variable<scalar_of<X>>>& weight = {},
    const std::type_identity_t<Variable<scalar_of<X>>>& bias = {}, double eps = 1e-5) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(x.rank() >= 3, "instance_norm: expects x [N,C,L...], got ", x.shape());
  Index count = 1;
  for (Index d = 2; d < x.rank(); ++d) count *= x.size(d);
  require<ValueError>(count != 1,
                      "instance_norm: expects more than one element for each channel, got x ",
                      x.shape());
  return detail::group_norm("instance_norm", x, std::max<Index>(x.size(1), 1), weight, bias, eps);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
