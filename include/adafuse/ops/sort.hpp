// Elements in order along a dimension: all of them, or the first few.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/sort.hpp>
#include <adafuse/ops/gather.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What sort and argsort are told.
struct SortOptions {
  bool descending = false;  ///< the largest first
};

/// What topk is told.
struct TopkOptions {
  bool largest = true;  ///< the largest first; otherwise the smallest first
};

/// values = gather(x, dim, indices).
template <class T>
struct SortOutput {
  Variable<T> values;            ///< in order along dim
  Tensor<std::int64_t> indices;  ///< where each stood in x
};

/// The same of whole numbers, which have no gradient.
template <class T>
struct SortedNumbers {
  Tensor<T> values;              ///< in order along dim
  Tensor<std::int64_t> indices;  ///< where each stood in x
};

namespace detail {

/// The numbers along `axis` of the first `most` in order.
template <class T>
Tensor<std::int64_t> sorted_indices(const Tensor<T>& x, Index axis, Index most, bool descending) {
  auto indices = Tensor<std::int64_t>::uninitialized(x.shape().with(axis, most));
  kernels::sorted_positions(x.data(), kernels::middle_of(x.shape(), axis, axis), most, descending,
                            indices.data());
  return indices;
}

/// Dimension `dim` of a shape. Throws ValueError unless it has k elements.
inline Index topk_axis(const Shape& shape, Index k, Index dim) {
  const Index axis = Dims(dim).of(shape, "topk")[0];
  require<ValueError>(0 <= k && k <= shape[axis], "topk: k is ", k, ", dimension ", dim, " of ",
                      shape, " has ", shape[axis]);
  return axis;
}

}  // namespace detail

/// The order of the elements along `dim`: x[..., y[..., k, ...], ...] is number k, in rising order.
/// Equal elements keep their order, and a NaN is larger than any number.
template <TensorLike X>
Tensor<std::int64_t> argsort(const X& input, Index dim = -1, SortOptions options = {}) {
  const auto x = elements_of(input, "argsort");
  const Index axis = Dims(dim).of(x.shape(), "argsort")[0];
  return detail::sorted_indices(x, axis, x.size(axis), options.descending);
}

/// The elements along `dim` in rising order, and where they were. Equal elements keep their order,
/// and a NaN is larger than any number. The gradient goes where the elements came from.
template <Operand X>
SortOutput<scalar_of<X>> sort(const X& input, Index dim = -1, SortOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "sort")[0];
  const auto indices = detail::sorted_indices(x.value(), axis, x.size(axis), options.descending);
  return {gather(x, axis, indices), indices};
}
template <IntegerTensor X>
SortedNumbers<typename X::value_type> sort(const X& x, Index dim = -1, SortOptions options = {}) {
  const auto indices = argsort(x, dim, options);
  return {gather(x, dim, indices), indices};
}

/// The k largest elements along `dim`, the largest first, and where they are: the first of a sort.
/// Throws ValueError when there are fewer.
template <Operand X>
SortOutput<scalar_of<X>> topk(const X& input, Index k, Index dim = -1, TopkOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = detail::topk_axis(x.shape(), k, dim);
  const auto indices = detail::sorted_indices(x.value(), axis, k, options.largest);
  return {gather(x, axis, indices), indices};
}
template <IntegerTensor X>
SortedNumbers<typename X::value_type> topk(const X& input, Index k, Index dim = -1,
                                           TopkOptions options = {}) {
  const X x = elements_of(input, "topk");
  const Index axis = detail::topk_axis(x.shape(), k, dim);
  const auto indices = detail::sorted_indices(x, axis, k, options.largest);
  return {gather(x, axis, indices), indices};
}

}  // namespace adafuse::inline ADAFUSE_SIMD
