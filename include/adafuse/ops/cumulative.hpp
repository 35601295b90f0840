// Running sums and products along a dimension.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/cumulative.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

// y_k = sum of x_l over l <= k  =>  dx_l = sum of dy_k over k >= l: the same backwards
template <class T>
Variable<T> cumsum(const Variable<T>& x, Index axis, bool backwards) {
  auto y = Tensor<T>::uninitialized(x.shape());
  kernels::cumulative_sum(x.value().data(), kernels::middle_of(x.shape(), axis, axis), backwards,
                          y.data());
  return record("cumsum", y, {x}, [axis, backwards](const Variable<T>& dy) -> Gradients<T> {
    return {cumsum(dy, axis, !backwards)};
  });
}

}  // namespace detail

/// y_k = x_0 + ... + x_k along dimension `dim`.
template <Operand X>
Variable<scalar_of<X>> cumsum(const X& input, Index dim) {
  const Variable<scalar_of<X>> x = input;
  return detail::cumsum(x, Dims(dim).of(x.shape(), "cumsum")[0], false);
}

/// y_k = x_0 ... x_k along dimension `dim`.
template <Operand X>
Variable<scalar_of<X>> cumprod(const X& input, Index dim);

namespace detail {

/// The gradient of cumprod in operations, so that it can be differentiated again. With L_i the
/// product of what is before x_i,
///   dx_i = L_i s_i,  s_i = sum over k >= i of dy_k x_(i + 1) ... x_k
/// Of the first `step` terms of s_i, and a_i = x_(i + 1) ... x_(i + step), twice as many are made:
///   s_i + a_i s_(i + step),  a_i a_(i + step)
template <class T>
Variable<T> cumprod_gradient(const Variable<T>& x, Index axis, const Variable<T>& dy) {
  const Index size = x.size(axis);
  const auto moved = [&](const Variable<T>& v, Index step) {
    const Variable<T> zeros = Tensor<T>(v.shape().with(axis, step));
    return cat({adafuse::slice(v, axis, step, size), zeros}, axis);
  };
  const Variable<T> one = Tensor<T>::ones(x.shape().with(axis, 1));
  const auto before = cat({one, adafuse::slice(cumprod(x, axis), axis, 0, size - 1)}, axis);
  Variable<T> sum = dy, product = moved(x, 1);
  for (Index step = 1; step < size; step *= 2) {
    sum = sum + product * moved(sum, step);
    product = product * moved(product, step);
  }
  return before * sum;
}

}  // namespace detail

template <Operand X>
Variable<scalar_of<X>> cumprod(const X& input, Index dim) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index axis = Dims(dim).of(x.shape(), "cumprod")[0];
  const auto m = kernels::middle_of(x.shape(), axis, axis);
  auto y = Tensor<T>::uninitialized(x.shape());
  kernels::cumulative_product(x.value().data(), m, y.data());
  return record("cumprod", y, {x}, [x, axis, m](const Variable<T>& dy) -> Gradients<T> {
    if (x.size() == 0) return {Tensor<T>(x.shape())};
    if (grad_enabled()) return {detail::cumprod_gradient(x, axis, dy)};
    auto dx = Tensor<T>::uninitialized(x.shape());
    kernels::cumulative_product_gradient(x.value().data(), m, dy.value().data(), dx.data());
    return {dx};
  });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
