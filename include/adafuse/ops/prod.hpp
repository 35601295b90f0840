// Products over everything or along dimensions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/prod.hpp>
#include <adafuse/ops/cumulative.hpp>
#include <adafuse/ops/reduce.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// y = the product of x [outer, count, inner] along the middle, [outer, inner]; count > 0.
///
/// y = x_1 ... x_n  =>  dx_i = dy times all x_j but x_i. Those before x_i times those behind it:
/// nothing is divided, and zeros need no care.
template <class T>
Variable<T> prod_of_middle(const Variable<T>& x) {
  const kernels::Middle m{x.size(0), x.size(1), x.size(2)};
  const auto products = kernels::product_of_middle(x.value("prod").data(), m);
  return record(
      "prod", products.template cast<T>(), {x},
      [x, m, products](const Variable<T>& dy) -> Gradients<T> {
        if (!grad_enabled()) {
          auto dx = Tensor<T>::uninitialized(x.shape());
          kernels::product_gradient(x.value().data(), m, products.data(), dy.value().data(),
                                    dx.data());
          return {dx};
        }
        const Variable<T> one = Tensor<T>::ones({m.outer, 1, m.inner});
        const auto turned = [&](const Variable<T>& v) {
          return slice(v, 1, m.count - 1, m.count, -1);
        };
        const auto before = [&](const Variable<T>& v) {
          return cat({one, slice(cumprod(v, 1), 1, 0, m.count - 1)}, 1);
        };
        return {reshape(dy, {m.outer, 1, m.inner}) * before(x) * turned(before(turned(x)))};
      });
}

}  // namespace detail

/// The product along dimensions; 1 where they hold no elements.
template <Operand X>
Variable<scalar_of<X>> prod(const X& input, const Dims& dims, ReduceOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const auto axes = dims.of(x.shape(), "prod");
  const detail::ReducedDims r = detail::reduced_dims(x.shape(), axes);
  if (r.middle.count == 0) return sum(x, dims, options) + 1;
  return reshape(detail::prod_of_middle(detail::as_middle(x, r)),
                 detail::reduced_shape(x.shape(), axes, options.keepdim));
}

/// The product of all elements, rank 0.
template <Operand X>
Variable<scalar_of<X>> prod(const X& x) {
  return prod(reshape(x, {-1}), 0);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
