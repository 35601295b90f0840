// Elements by position: take reads them, put adds to them. They are each other's derivative, and
// what maxima and look-ups are made of. So are rows by number, for index_select and embedding.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <adafuse/kernels/take.hpp>
#include <adafuse/ops/dims.hpp>
#include <adafuse/ops/tensor_like.hpp>
#include <atomic>
#include <limits>
#include <type_traits>

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
/// Whether all are in [0, size).
template <class Number>
bool all_inside(const Tensor<Number>& index, Index size) {
  using Bits = std::make_unsigned_t<Number>;
  constexpr Index largest = std::numeric_limits<Number>::max();
  const auto last = static_cast<Bits>(size > largest ? largest : size - 1);
  const Number* const at = index.data();
  std::atomic<bool> outside = false;
  parallel_for(index.size(), Index{1} << 16, Work::elements(2), [&](Index begin, Index end) {
    Bits signs = 0;  // of each number, and of how far it is from the last
    for (Index i = begin; i < end; ++i) {
      const auto bits = static_cast<Bits>(at[i]);
      signs = static_cast<Bits>(signs | bits | static_cast<Bits>(last - bits));
    }
    if (static_cast<Number>(signs) < 0) outside.store(true, std::memory_order_relaxed);
  });
  return !outside;
}
inline void require_positions(const char* op, const Tensor<std::int64_t>& index,
                              const Shape& shape) {
  if (all_inside(index, shape.size())) return;
  for (const auto i : index)
    require<ValueError>(0 <= i && i < shape.size(), op, ": position ", i, " is outside of ", shape,
                        ", which has ", shape.size(), " elements");
}
}  // namespace detail

namespace detail {

template <class T>
Variable<T> put(const Variable<T>& x, const Tensor<std::int64_t>& index, const Shape& shape);

/// The same where all positions are known to be inside.
template <class T>
Variable<T> take(const Variable<T>& x, const Tensor<std::int64_t>& index) {
  // y_i = x_p(i)  =>  dx_j = sum of dy_i over the i with p(i) = j
  return record(
      "take", kernels::take(x.value(), index), {x},
      [index = Saved("index", index), shape = x.shape()](const Variable<T>& dy) -> Gradients<T> {
        return {put(dy, index.value(), shape)};
      });
}
template <class T>
Variable<T> put(const Variable<T>& x, const Tensor<std::int64_t>& index, const Shape& shape) {
  // y_j = sum of x_i over the i with p(i) = j  =>  dx_i = dy_p(i)
  return record("put", kernels::put(x.value(), index, shape), {x},
                [index = Saved("index", index)](const Variable<T>& dy) -> Gradients<T> {
                  return {take(dy, index.value())};
                });
}

}  // namespace detail

template <Operand X>
Variable<scalar_of<X>> take(const X& input, const Tensor<std::int64_t>& index) {
  const Variable<scalar_of<X>> x = input;
  detail::require_positions("take", index, x.shape());
  return detail::take(x, index);
}

template <Operand X>
Variable<scalar_of<X>> put(const X& input, const Tensor<std::int64_t>& index, const Shape& shape) {
  const Variable<scalar_of<X>> x = input;
  require<ShapeError>(x.shape() == index.shape(), "put: x is ", x.shape(), ", index is ",
                      index.shape());
  detail::require_positions("put", index, shape);
  return detail::put(x, index, shape);
}

namespace detail {

inline void require_rows(const char* op, const Tensor<std::int64_t>& indices, const Shape& shape,
                         Index dim, Index axis) {
  require<ShapeError>(indices.rank() == 1, op, ": expects a list of indices, got ",
                      indices.shape());
  if (all_inside(indices, shape[axis])) return;
  for (const auto i : indices)
    require<ValueError>(0 <= i && i < shape[axis], op, ": index ", i, " is outside of dimension ",
                        dim, " of ", shape);
}

template <class T>
Variable<T> put_rows(const Variable<T>& x, Index axis, const Tensor<std::int64_t>& rows,
                     Index count);

/// Rows of dimension `axis` by number; all numbers are inside.
template <class T>
Tensor<T> take_rows(const Tensor<T>& x, Index axis, const Tensor<std::int64_t>& rows) {
  auto y = Tensor<T>::uninitialized(x.shape().with(axis, rows.size()));
  kernels::take_rows(x.data(), kernels::middle_of(x.shape(), axis, axis), rows, y.data());
  return y;
}
template <class T>
Variable<T> take_rows(const Variable<T>& x, Index axis, const Tensor<std::int64_t>& rows) {
  // y_j = x_rows(j)  =>  dx_r = sum of dy_j over the j with rows(j) = r
  return record("take_rows", take_rows(x.value(), axis, rows), {x},
                [rows = Saved("indices", rows), axis, count = x.size(axis)](const Variable<T>& dy)
                    -> Gradients<T> { return {put_rows(dy, axis, rows.value(), count)}; });
}

/// `count` rows of 0 along `axis`, and row j of x added to number rows[j].
template <class T>
Variable<T> put_rows(const Variable<T>& x, Index axis, const Tensor<std::int64_t>& rows,
                     Index count) {
  auto y = Tensor<T>::uninitialized(x.shape().with(axis, count));
  kernels::put_rows(x.value().data(), kernels::middle_of(y.shape(), axis, axis), rows, y.data());
  // y_r = sum of x_j over the j with rows(j) = r  =>  dx_j = dy_rows(j)
  return record("put_rows", y, {x},
                [rows = Saved("indices", rows), axis](const Variable<T>& dy) -> Gradients<T> {
                  return {take_rows(dy, axis, rows.value())};
                });
}

}  // namespace detail

/// y[..., j, ...] = x[..., indices[j], ...] along dimension `dim`: rows, planes ... by number.
/// Throws ValueError for a number outside of that dimension.
template <Operand X>
Variable<scalar_of<X>> index_select(const X& input, Index dim,
                                    const Tensor<std::int64_t>& indices) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "index_select")[0];
  detail::require_rows("index_select", indices, x.shape(), dim, axis);
  return detail::take_rows(x, axis, indices);
}
template <IntegerTensor X>
X index_select(const X& x, Index dim, const Tensor<std::int64_t>& indices) {
  const Index axis = Dims(dim).of(x.shape(), "index_select")[0];
  detail::require_rows("index_select", indices, x.shape(), dim, axis);
  return detail::take_rows(elements_of(x, "index_select"), axis, indices);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
