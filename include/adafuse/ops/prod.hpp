// Products over everything or along dimensions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/reduce.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The product along dimensions; 1 where they hold no elements.
///
/// y = x_1 ... x_n  =>  dx_i = dy times all x_j but x_i. The product of all divided by x_i would
/// not do where x_i is 0. So a half of the factors is multiplied with the other half, until one is
/// left: mul multiplies dy with just those others on the way back, derivatives of derivatives
/// included.
template <Operand X>
Variable<scalar_of<X>> prod(const X& input, const Dims& dims, ReduceOptions options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const auto axes = dims.of(x.shape(), "prod");
  const detail::ReducedDims r = detail::reduced_dims(x.shape(), axes);
  if (r.middle.count == 0) return sum(x, dims, options) + 1;
  Variable<T> y = detail::as_middle(x, r);
  while (y.size(1) > 1) {
    const Index count = y.size(1), half = count / 2 + count % 2;
    Variable<T> others = slice(y, 1, half, count);
    if (count % 2 == 1)
      others = cat({others, Variable<T>(Tensor<T>::ones(y.shape().with(1, 1)))}, 1);
    y = slice(y, 1, 0, half) * others;
  }
  return reshape(y, detail::reduced_shape(x.shape(), axes, options.keepdim));
}

/// The product of all elements, rank 0.
template <Operand X>
Variable<scalar_of<X>> prod(const X& x) {
  return prod(reshape(x, {-1}), 0);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
