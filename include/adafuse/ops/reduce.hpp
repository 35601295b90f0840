// Sums, means, maxima: over everything or along dimensions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/dims.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

struct ReduceOptions {
  bool keepdim = false;  ///< Leave the reduced dimensions, with size 1.
};

namespace detail {
/// The result of reducing `dims`, with sizes of 1 in their place or without them.
inline Shape reduced_shape(const Shape& shape, const std::vector<Index>& dims, bool keepdim) {
  Shape result;
  for (Index d = 0; d < shape.rank(); ++d)
    if (std::find(dims.begin(), dims.end(), d) == dims.end())
      result.push_back(shape[d]);
    else if (keepdim)
      result.push_back(1);
  return result;
}
}  // namespace detail

/// The sum of all elements, rank 0.
template <Operand X>
Variable<scalar_of<X>> sum(const X& x) {
  return sum_to(x, {});
}

/// The sum along dimensions: `sum(x, 1)`, `sum(x, {0, 2, 3}, {.keepdim = true})`.
template <Operand X>
Variable<scalar_of<X>> sum(const X& input, const Dims& dims, ReduceOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const auto axes = dims.of(x.shape(), "sum");
  return reshape(sum_to(x, detail::reduced_shape(x.shape(), axes, true)),
                 detail::reduced_shape(x.shape(), axes, options.keepdim));
}

/// The mean of all elements, rank 0. Of none it is NaN, as in PyTorch.
template <Operand X>
Variable<scalar_of<X>> mean(const X& input) {
  const Variable<scalar_of<X>> x = input;
  return sum(x) / x.size();
}

/// The mean along dimensions: NaN where they hold no elements.
template <Operand X>
Variable<scalar_of<X>> mean(const X& input, const Dims& dims, ReduceOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  Index count = 1;
  for (const Index d : dims.of(x.shape(), "mean")) count *= x.size(d);
  return sum(x, dims, options) / count;
}

/// The position along `dim` of the first of the largest elements (a NaN counts as larger than any
/// number). x's shape without `dim`. Throws ShapeError when that dimension is empty.
template <class T>
Tensor<std::int64_t> argmax(const Tensor<T>& x, Index dim) {
  const Index axis = Dims(dim).of(x.shape(), "argmax")[0];
  require<ShapeError>(x.size(axis) > 0, "argmax: dimension ", dim, " of ", x.shape(), " is empty");
  return kernels::argmax(x, axis);
}

/// The largest element along `dim`; its gradient goes to the first of equals. A NaN is the largest
/// of all. Throws ShapeError when that dimension is empty.
template <Operand X>
Variable<scalar_of<X>> max(const X& input, Index dim, ReduceOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "max")[0];
  require<ShapeError>(x.size(axis) > 0, "max: dimension ", dim, " of ", x.shape(), " is empty");
  auto positions = kernels::argmax(x.value(), axis);
  const auto m = kernels::middle_of(x.shape(), axis, axis);
  for (Index i = 0; i < positions.size(); ++i) {
    auto& p = positions.data()[i];
    p = (i / m.inner * m.count + p) * m.inner + i % m.inner;
  }
  return reshape(take(x, positions), detail::reduced_shape(x.shape(), {axis}, options.keepdim));
}

/// The largest element, rank 0; its gradient goes to the first of equals.
template <Operand X>
Variable<scalar_of<X>> max(const X& x) {
  return max(reshape(x, {-1}), 0);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
