// Elements and rows by number along one dimension: gather reads them, scatter_add and index_add add
// to them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// Throws ShapeError or ValueError unless `index` names elements of `shape` along dimension `axis`.
inline void require_along(const char* op, const Tensor<std::int64_t>& index, const Shape& shape,
                          Index axis) {
  bool fits = index.rank() == shape.rank();
  for (Index d = 0; fits && d < shape.rank(); ++d) fits = d == axis || index.size(d) <= shape[d];
  require<ShapeError>(fits, op, ": index ", index.shape(), " is larger than ", shape,
                      " beside dimension ", axis);
  const bool inside = all_inside(index, shape[axis]);
  for (Index k = 0; !inside && k < index.size(); ++k) {
    const auto i = index.data()[k];
    require<ValueError>(0 <= i && i < shape[axis], op, ": index ", i, " is outside of dimension ",
                        axis, " of ", shape);
  }
}

/// Whether the index has the size of `shape` beside `axis`, or less in the first dimension alone:
/// blocks of it then meet blocks of what it names.
inline bool has_whole_blocks(const Tensor<std::int64_t>& index, const Shape& shape, Index axis) {
  for (Index d = 1; d < shape.rank(); ++d)
    if (d != axis && index.size(d) != shape[d]) return false;
  return true;
}

/// Where in a tensor of `shape` the elements lie that `index` names: its own place, but for
/// dimension `axis`, which it gives the number of.
inline Tensor<std::int64_t> positions_along(const Tensor<std::int64_t>& index, const Shape& shape,
                                            Index axis) {
  auto strides = kernels::contiguous_strides(shape);
  const Index along = std::exchange(strides[static_cast<std::size_t>(axis)], 0);
  auto positions = Tensor<std::int64_t>::uninitialized(index.shape());
  const kernels::StridedLoop<1> loop(index.shape(), {strides});
  const Index step = loop.inner()[0];
  const std::int64_t* const from = index.data();
  std::int64_t* const to = positions.data();
  loop.for_each_run([=](Index i, const std::array<Index, 1>& at, Index count) {
    for (Index j = 0; j < count; ++j) to[i + j] = at[0] + j * step + from[i + j] * along;
  });
  return positions;
}

/// The elements of x that `index` names along `axis`; all are inside.
template <class T>
Tensor<T> gather(const Tensor<T>& x, Index axis, const Tensor<std::int64_t>& index) {
  if (!has_whole_blocks(index, x.shape(), axis))
    return kernels::take(x, positions_along(index, x.shape(), axis));
  auto y = Tensor<T>::uninitialized(index.shape());
  kernels::gather_along(x.data(), kernels::middle_of(x.shape(), axis, axis), index,
                        index.size(axis), y.data());
  return y;
}

template <class T>
Variable<T> scatter(const Variable<T>& x, Index axis, const Tensor<std::int64_t>& index,
                    const Shape& shape);

template <class T>
Variable<T> gather(const Variable<T>& x, Index axis, const Tensor<std::int64_t>& index) {
  // y_i = x_p(i)  =>  dx_j = sum of dy_i over the i with p(i) = j
  return record("gather", gather(x.value(), axis, index), {x},
                [index = Saved("index", index), axis, shape = x.shape()](const Variable<T>& dy)
                    -> Gradients<T> { return {scatter(dy, axis, index.value(), shape)}; });
}

/// The transpose of gather: 0, and each element of x, which has index's shape, added to the element
/// of `shape` that `index` names.
template <class T>
Variable<T> scatter(const Variable<T>& x, Index axis, const Tensor<std::int64_t>& index,
                    const Shape& shape) {
  if (!has_whole_blocks(index, shape, axis))
    return put(x, positions_along(index, shape, axis), shape);
  auto y = Tensor<T>::uninitialized(shape);
  kernels::scatter_along(x.value().data(), index, index.size(axis),
                         kernels::middle_of(shape, axis, axis), y.data());
  // y_j = sum of x_i over the i with p(i) = j  =>  dx_i = dy_p(i)
  return record("scatter", y, {x},
                [index = Saved("index", index), axis](const Variable<T>& dy) -> Gradients<T> {
                  return {gather(dy, axis, index.value())};
                });
}

}  // namespace detail

/// y[i, j, k] = x[i, index[i, j, k], k] for dim = 1, and so along the others. y has the shape of
/// `index`, which is no larger than x beside `dim`. Throws ShapeError when it is, ValueError for an
/// index outside of that dimension.
template <Operand X>
Variable<scalar_of<X>> gather(const X& input, Index dim, const Tensor<std::int64_t>& index) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "gather")[0];
  detail::require_along("gather", index, x.shape(), axis);
  return detail::gather(x, axis, index);
}
template <IntegerTensor X>
X gather(const X& input, Index dim, const Tensor<std::int64_t>& index) {
  const X x = elements_of(input, "gather");
  const Index axis = Dims(dim).of(x.shape(), "gather")[0];
  detail::require_along("gather", index, x.shape(), axis);
  return detail::gather(x, axis, index);
}

/// y = x, then y[i, index[i, j, k], k] += src[i, j, k] for dim = 1, and so along the others: for
/// each element of `index`, which is no larger than `src`, nor than x beside `dim`. Throws
/// ShapeError when it is, ValueError for an index outside of that dimension.
template <Operand X>
Variable<scalar_of<X>> scatter_add(const X& input, Index dim, const Tensor<std::int64_t>& index,
                                   const Variable<scalar_of<X>>& src) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "scatter_add")[0];
  detail::require_along("scatter_add", index, x.shape(), axis);
  Variable<scalar_of<X>> read = src;
  for (Index d = 0; d < index.rank(); ++d) {
    require<ShapeError>(src.rank() == index.rank() && index.size(d) <= src.size(d),
                        "scatter_add: index ", index.shape(), " is larger than src ", src.shape());
    if (index.size(d) < src.size(d)) read = slice(read, d, 0, index.size(d));
  }
  return x + detail::scatter(read, axis, index, x.shape());
}

/// What index_add is told.
struct IndexAddOptions {
  double alpha = 1;  ///< what `src` is multiplied with
};

/// y = x, then row index[j] of dimension `dim` += alpha times row j of `src`, which has as many
/// rows as `index` and otherwise the shape of x. Throws ShapeError or ValueError when that does not
/// fit.
template <Operand X>
Variable<scalar_of<X>> index_add(const X& input, Index dim, const Tensor<std::int64_t>& index,
                                 const Variable<scalar_of<X>>& src, IndexAddOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "index_add")[0];
  detail::require_rows("index_add", index, x.shape(), dim, axis);
  const Shape expected = x.shape().with(axis, index.size());
  require<ShapeError>(src.shape() == expected, "index_add: expects src ", expected, ", got ",
                      src.shape());
  if (!equals(options.alpha, 1))
    return x + options.alpha * detail::put_rows(src, axis, index, x.size(axis));
  auto y = Tensor<scalar_of<X>>::uninitialized(x.shape());
  kernels::add_rows(x.value().data(), src.value().data(), kernels::middle_of(x.shape(), axis, axis),
                    index, y.data());
  // y_r = x_r + sum of src_j over the j with index(j) = r  =>  dx = dy, dsrc_j = dy_index(j)
  return record(
      "index_add", y, {x, src},
      [index = Saved("index", index), axis, needs_x = x.requires_grad(),
       needs_src =
           src.requires_grad()](const Variable<scalar_of<X>>& dy) -> Gradients<scalar_of<X>> {
        return {needs_x ? dy : Variable<scalar_of<X>>(),
                needs_src ? detail::take_rows(dy, axis, index.value()) : Variable<scalar_of<X>>()};
      });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
