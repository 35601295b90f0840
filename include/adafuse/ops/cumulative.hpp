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
///
/// Each element is multiplied with the one `step` before it, for step 1, 2, 4, ...: it is then the
/// product of the last 2 step elements. The derivative divides by nothing, so zeros need no care.
template <Operand X>
Variable<scalar_of<X>> cumprod(const X& input, Index dim) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index axis = Dims(dim).of(x.shape(), "cumprod")[0], size = x.size(axis);
  Variable<T> y = reshape(x, x.shape());
  for (Index step = 1; step<size; step = step> size / 2 ? size : 2 * step)
    y = cat({slice(y, axis, 0, step), slice(y, axis, step, size) * slice(y, axis, 0, size - step)},
            axis);
  return y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
