// Dimensions of size 1 come and go.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// x without those of the dimensions `dims` that have size 1; the others stay. The memory is
/// shared.
template <Operand X>
Variable<scalar_of<X>> squeeze(const X& x, const Dims& dims) {
  const auto axes = dims.of(x.shape(), "squeeze");
  Shape shape;
  for (Index d = 0; d < x.rank(); ++d)
    if (x.size(d) != 1 || std::find(axes.begin(), axes.end(), d) == axes.end())
      shape.push_back(x.size(d));
  return reshape(x, shape);
}

/// x without its dimensions of size 1. The memory is shared.
template <Operand X>
Variable<scalar_of<X>> squeeze(const X& x) {
  Shape shape;
  for (const Index size : x.shape())
    if (size != 1) shape.push_back(size);
  return reshape(x, shape);
}

/// x with one more dimension, of size 1: it is number `dim` of the result. The memory is shared.
template <Operand X>
Variable<scalar_of<X>> unsqueeze(const X& x, Index dim) {
  require<ShapeError>(-x.rank() - 1 <= dim && dim <= x.rank(), "unsqueeze: dimension ", dim,
                      " is outside of the result of ", x.shape());
  const Index axis = dim < 0 ? dim + x.rank() + 1 : dim;
  Shape shape;
  for (Index d = 0; d <= x.rank(); ++d)
    shape.push_back(d == axis ? 1 : x.size(d < axis ? d : d - 1));
  return reshape(x, shape);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
