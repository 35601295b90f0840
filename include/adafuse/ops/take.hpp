// Elements by position: take reads them, put adds to them. They are each other's derivative, and
// what maxima and look-ups are made of.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <adafuse/kernels/take.hpp>
#include <adafuse/ops/dims.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// y[i] = x[index[i]], where positions count the elements of x in order, last dimension fastest.
/// y has the shape of `index`. Throws ValueError for a position outside of x.
template <Operand X>
Variable<scalar_of<X>> take(const X& input, const Tensor<std::int64_t>& index);

/// y of `shape` is 0, then y[index[i]] += x[i] for each element i of x. Throws ShapeError when x
/// and `index` differ in shape, ValueError for a position outside of `shape`.
template <Operand X>
Variable<scalar_of<X>> put(const X& input, const Tensor<std::int64_t>& index, const Shape& shape);

namespace detail {
inline void require_positions(const char* op, const Tensor<std::int64_t>& index,
                              const Shape& shape) {
  for (const auto i : index)
    require<ValueError>(0 <= i && i < shape.size(), op, ": position ", i, " is outside of ", shape,
                        ", which has ", shape.size(), " elements");
}
}  // namespace detail

template <Operand X>
Variable<scalar_of<X>> take(const X& input, const Tensor<std::int64_t>& index) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  detail::require_positions("take", index, x.shape());
  // y_i = x_p(i)  =>  dx_j = sum of dy_i over the i with p(i) = j
  return record(
      "take", kernels::take(x.value(), index), {x},
      [index = Saved("index", index), shape = x.shape()](const Variable<T>& dy) -> Gradients<T> {
        return {put(dy, index.value(), shape)};
      });
}

template <Operand X>
Variable<scalar_of<X>> put(const X& input, const Tensor<std::int64_t>& index, const Shape& shape) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  require<ShapeError>(x.shape() == index.shape(), "put: x is ", x.shape(), ", index is ",
                      index.shape());
  detail::require_positions("put", index, shape);
  // y_j = sum of x_i over the i with p(i) = j  =>  dx_i = dy_p(i)
  return record("put", kernels::put(x.value(), index, shape), {x},
                [index = Saved("index", index)](const Variable<T>& dy) -> Gradients<T> {
                  return {take(dy, index.value())};
                });
}

/// y[..., j, ...] = x[..., indices[j], ...] along dimension `dim`: rows, planes ... by number.
/// Throws ValueError for a number outside of that dimension.
template <Operand X>
Variable<scalar_of<X>> index_select(const X& input, Index dim,
                                    const Tensor<std::int64_t>& indices) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "index_select")[0];
  require<ShapeError>(indices.rank() == 1, "index_select: expects a list of indices, got ",
                      indices.shape());
  const auto m = kernels::middle_of(x.shape(), axis, axis);
  auto positions = Tensor<std::int64_t>::uninitialized(x.shape().with(axis, indices.size()));
  std::int64_t* out = positions.data();
  for (const auto i : indices)
    require<ValueError>(0 <= i && i < m.count, "index_select: index ", i,
                        " is outside of dimension ", dim, " of ", x.shape());
  for (Index o = 0; o < m.outer && positions.size() > 0; ++o)
    for (const auto i : indices)
      for (Index k = 0; k < m.inner; ++k) *out++ = (o * m.count + i) * m.inner + k;
  return take(x, positions);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
