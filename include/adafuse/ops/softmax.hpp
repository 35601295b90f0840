// Softmax and its logarithm along one dimension.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/softmax_backward.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/dims.hpp>
#include <adafuse/ops/pointwise.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// y_k = e^x_k / sum over l of e^x_l, where k and l run along dimension `dim`. Rows sum to 1; large
/// x do not overflow.
template <Operand X>
Variable<scalar_of<X>> softmax(const X& input, Index dim) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index axis = Dims(dim).of(x.shape(), "softmax")[0];
  const kernels::Middle m = kernels::middle_of(x.shape(), axis, axis);
  auto value = Tensor<T>::uninitialized(x.shape());
  kernels::softmax(m, x.value().data(), value.data());
  // dy_k/dx_l = y_k ([k = l] - y_l)  =>  dx = y (dy - sum_l dy_l y_l)
  return record("softmax", value, {x},
                [m, row = x.shape().with(axis, 1)](const Variable<T>& dy,
                                                   const Variable<T>& y) -> Gradients<T> {
                  if (grad_enabled()) return {y * (dy - sum_to(dy * y, row))};
                  auto dx = Tensor<T>::uninitialized(y.shape());
                  kernels::softmax_backward(m, y.value().data(), dy.value().data(), dx.data());
                  return {dx};
                });
}

/// y_k = x_k - log(sum over l of e^x_l), where k and l run along dimension `dim`: the logarithm of
/// softmax, finite also where softmax rounds to 0.
template <Operand X>
Variable<scalar_of<X>> log_softmax(const X& input, Index dim) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index axis = Dims(dim).of(x.shape(), "log_softmax")[0];
  const kernels::Middle m = kernels::middle_of(x.shape(), axis, axis);
  auto value = Tensor<T>::uninitialized(x.shape());
  kernels::log_softmax(m, x.value().data(), value.data());
  // dy_k/dx_l = [k = l] - softmax_l  =>  dx = dy - e^y sum_l dy_l
  return record("log_softmax", value, {x},
                [m, row = x.shape().with(axis, 1)](const Variable<T>& dy,
                                                   const Variable<T>& y) -> Gradients<T> {
                  if (grad_enabled()) return {dy - exp(y) * sum_to(dy, row)};
                  auto dx = Tensor<T>::uninitialized(y.shape());
                  kernels::log_softmax_backward(m, y.value().data(), dy.value().data(), dx.data());
                  return {dx};
                });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
