// Elements and rows by number along one dimension: gather reads them, scatter_add and index_add add
// to them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// Where in a tensor of `shape` the elements lie that `index` names: its own place, but for
/// dimension `axis`, which it gives the number of. Throws ShapeError or ValueError.
inline Tensor<std::int64_t> positions_along(const char* op, const Tensor<std::int64_t>& index,
                                            const Shape& shape, Index axis) {
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

}  // namespace detail

/// y[i, j, k] = x[i, index[i, j, k], k] for dim = 1, and so along the others. y has the shape of
/// `index`, which is no larger than x beside `dim`. Throws ShapeError when it is, ValueError for an
/// index outside of that dimension.
template <Operand X>
Variable<scalar_of<X>> gather(const X& input, Index dim, const Tensor<std::int64_t>& index) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "gather")[0];
  return detail::take(x, detail::positions_along("gather", index, x.shape(), axis));
}
template <IntegerTensor X>
X gather(const X& input, Index dim, const Tensor<std::int64_t>& index) {
  const X x = elements_of(input, "gather");
  const Index axis = Dims(dim).of(x.shape(), "gather")[0];
  return kernels::take(x, detail::positions_along("gather", index, x.shape(), axis));
}

/// y = x, then y[i, index[i, j, k], k] += src[i, j, k] for dim = 1, and so along the others: for
/// each element of `index`, which is no larger than `src`, nor than x beside `dim`. Throws
/// ShapeError when it is, ValueError for an index outside of that dimension.
template <Operand X>
Variable<scalar_of<X>> scatter_add(const X& input, Index dim, const Tensor<std::int64_t>& index,
                                   const Variable<scalar_of<X>>& src) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "scatter_add")[0];
  const auto positions = detail::positions_along("scatter_add", index, x.shape(), axis);
  Variable<scalar_of<X>> read = src;
  for (Index d = 0; d < index.rank(); ++d) {
    require<ShapeError>(src.rank() == index.rank() && index.size(d) <= src.size(d),
                        "scatter_add: index ", index.shape(), " is larger than src ", src.shape());
    if (index.size(d) < src.size(d)) read = slice(read, d, 0, index.size(d));
  }
  return x + detail::put(read, positions, x.shape());
}

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
  const auto added = detail::put_rows(src, axis, index, x.size(axis));
  return x + (options.alpha == 1 ? added : options.alpha * added);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
