// Stretching sizes of 1, and its transpose: broadcast_to and sum_to are each other's derivative.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/reduce.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

template <Operand X>
Variable<scalar_of<X>> sum_to(const X& input, const Shape& shape);

/// x repeated along dimensions where it has size 1 or none, until it has `shape`.
/// Throws ShapeError when x does not broadcast to `shape`.
template <Operand X>
Variable<scalar_of<X>> broadcast_to(const X& input, const Shape& shape) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  require<ShapeError>(broadcast_shapes(x.shape(), shape, "broadcast_to") == shape,
                      "broadcast_to: ", x.shape(), " does not broadcast to ", shape);
  if (x.shape() == shape) return detail::unchanged(x);
  // y_ij = x_i  =>  dx_i = sum_j dy_ij
  return record(
      "broadcast_to", kernels::broadcast_to(x.value(), shape), {x},
      [to = x.shape()](const Variable<T>& dy) -> Gradients<T> { return {sum_to(dy, to)}; });
}

/// The sum over all dimensions along which `shape` would have to stretch to become x's shape: what
/// turns the gradient of a broadcast result into that of the operand.
/// Throws ShapeError when `shape` does not broadcast to x's.
template <Operand X>
Variable<scalar_of<X>> sum_to(const X& input, const Shape& shape) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  require<ShapeError>(broadcast_shapes(x.shape(), shape, "sum_to") == x.shape(), "sum_to: ", shape,
                      " does not broadcast to ", x.shape());
  if (x.shape() == shape) return detail::unchanged(x);
  // y_i = sum_j x_ij  =>  dx_ij = dy_i
  return record(
      "sum_to", kernels::sum_to(x.value(), shape), {x},
      [to = x.shape()](const Variable<T>& dy) -> Gradients<T> { return {broadcast_to(dy, to)}; });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
