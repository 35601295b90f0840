// Dimensions in reverse order, and moved around in a circle.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// Moved on by `shift` along `axis`, 0 < shift < its size.
template <class T>
Variable<T> roll(const Variable<T>& x, Index axis, Index shift) {
  auto y = Tensor<T>::uninitialized(x.shape());
  kernels::roll_rows(x.value().data(), kernels::middle_of(x.shape(), axis, axis), shift, y.data());
  // y_(i + shift) = x_i  =>  dx_i = dy_(i + shift): moved back, all the rest of the circle
  return record("roll", y, {x},
                [axis, back = x.size(axis) - shift](const Variable<T>& dy) -> Gradients<T> {
                  return {roll(dy, axis, back)};
                });
}

}  // namespace detail

/// The positions of each of `dims` in reverse order. A copy.
template <Operand X>
Variable<scalar_of<X>> flip(const X& input, const Dims& dims) {
  Variable<scalar_of<X>> y = reshape(input, input.shape());
  for (const Index axis : dims.of(y.shape(), "flip"))
    if (const Index size = y.size(axis); size > 1) y = detail::slice(y, axis, size - 1, size, -1);
  return y;
}

/// Position i goes to i + shift along each of `dims`, and what leaves at one end comes in at the
/// other. One shift for each dimension; otherwise ValueError.
template <Operand X>
Variable<scalar_of<X>> roll(const X& input, const std::vector<Index>& shifts, const Dims& dims) {
  Variable<scalar_of<X>> y = reshape(input, input.shape());
  const auto axes = dims.of(y.shape(), "roll");
  require<ValueError>(axes.size() == shifts.size(), "roll: ", shifts.size(), " shifts along ",
                      axes.size(), " dimensions");
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const Index axis = axes[k], size = y.size(axis);
    if (size == 0) continue;
    const Index shift = (shifts[k] % size + size) % size;
    if (shift == 0) continue;
    y = detail::roll(y, axis, shift);
  }
  return y;
}
/// The same along one dimension.
template <Operand X>
Variable<scalar_of<X>> roll(const X& x, Index shift, Index dim) {
  return roll(x, std::vector<Index>{shift}, Dims(dim));
}

/// The same for the elements in order, whatever their dimensions.
template <Operand X>
Variable<scalar_of<X>> roll(const X& x, Index shift) {
  return reshape(roll(reshape(x, {-1}), shift, 0), x.shape());
}

}  // namespace adafuse::inline ADAFUSE_SIMD
