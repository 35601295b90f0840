// Straight-through: a hard decision on the way forward, the derivative of a soft one on the way
// back (Bengio, Leonard and Courville, "Estimating or propagating gradients through stochastic
// neurons", 2013).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <adafuse/ops/dims.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// 1 at the largest element along dimension `dim` (the first, where several are), 0 elsewhere.
template <Operand X>
Tensor<scalar_of<X>> hard_one_hot(const X& soft, Index dim) {
  using T = scalar_of<X>;
  const Variable<T> x = soft;
  const Index axis = Dims(dim).of(x.shape(), "hard_one_hot")[0];
  require<ShapeError>(x.size(axis) > 0, "hard_one_hot: dimension ", dim, " of ", x.shape(),
                      " is empty");
  const auto m = kernels::middle_of(x.shape(), axis, axis);
  const auto largest = kernels::argmax(x.value(), axis);
  Tensor<T> y(x.shape());
  if (y.size() == 0) return y;
  for (Index o = 0; o < m.outer; ++o)
    for (Index i = 0; i < m.inner; ++i) {
      const Index k = largest.data()[o * m.inner + i];
      y.data()[(o * m.count + k) * m.inner + i] = 1;
    }
  return y;
}

/// y = hard, exactly, with the derivative of y = soft: what arrives goes on to `soft` unchanged,
/// and nothing to `hard`. Both have one shape.
template <Operand Hard>
Variable<scalar_of<Hard>> straight_through(const Hard& hard,
                                           const Variable<scalar_of<Hard>>& soft) {
  using T = scalar_of<Hard>;
  const Variable<T> value = hard;
  require<ShapeError>(value.shape() == soft.shape(), "straight_through: hard is ", value.shape(),
                      ", soft is ", soft.shape());
  // y = hard + soft - detach(soft)  =>  dsoft = dy
  return record("straight_through", value.value(), {soft},
                [](const Variable<T>& dy) -> Gradients<T> { return {dy}; });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
