// What lies on, below and above a diagonal.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// The elements (i, j) of the last two dimensions with low <= j - i <= high, and 0 elsewhere.
template <class T>
Tensor<T> band(const char* op, const Tensor<T>& x, Index low, Index high) {
  require<ShapeError>(x.rank() >= 2, op, ": expects matrices [...,M,N], got ", x.shape());
  Tensor<T> y(x.shape());
  const Index rows = x.size(-2), columns = x.size(-1);
  if (y.size() == 0) return y;
  const T* from = x.data();
  T* to = y.data();
  for (Index r = 0; r < x.size() / columns; ++r, from += columns, to += columns) {
    // j >= low + i and j <= high + i, where low and high may be the ends of the type
    const Index i = r % rows;
    const Index first = low > columns ? columns : std::max<Index>(low + i, 0);
    const Index last = high >= columns ? columns - 1 : std::min(high + i, columns - 1);
    if (first <= last) std::copy(from + first, from + last + 1, to + first);
  }
  return y;
}
// y_ij = x_ij [low <= j - i <= high]  =>  dx_ij = dy_ij there
template <class T>
Variable<T> band(const char* op, const Variable<T>& x, Index low, Index high) {
  return record(
      op, band(op, x.value(op), low, high), {x},
      [op, low, high](const Variable<T>& dy) -> Gradients<T> { return {band(op, dy, low, high)}; });
}
inline constexpr Index nowhere_below = std::numeric_limits<Index>::min(),
                       nowhere_above = std::numeric_limits<Index>::max();

/// Elements of a tensor by steps of their own, from position `start`.
struct Steps {
  Shape shape;
  kernels::Strides strides;
  Index start;
};
template <class T>
Variable<T> write_steps(const Variable<T>& x, const Steps& steps, const Shape& shape);

template <class T>
Variable<T> read_steps(const Variable<T>& x, const Steps& steps) {
  // y_k = x_p(k), for places p(k) that differ  =>  dx_p(k) = dy_k, and 0 elsewhere
  return record("diagonal",
                kernels::gather_strided(x.value(), steps.shape, steps.strides, steps.start), {x},
                [steps, shape = x.shape()](const Variable<T>& dy) -> Gradients<T> {
                  return {write_steps(dy, steps, shape)};
                });
}
template <class T>
Variable<T> write_steps(const Variable<T>& x, const Steps& steps, const Shape& shape) {
  // y_p(k) = x_k  =>  dx_k = dy_p(k)
  return record("diagonal", kernels::scatter_strided(x.value(), shape, steps.strides, steps.start),
                {x},
                [steps](const Variable<T>& dy) -> Gradients<T> { return {read_steps(dy, steps)}; });
}

}  // namespace detail

/// The lower triangles of matrices [..., M, N]: elements (i, j) with j - i <= diagonal, 0
/// elsewhere.
template <Operand X>
Variable<scalar_of<X>> tril(const X& x, Index diagonal = 0) {
  return detail::band("tril", as_variable(x), detail::nowhere_below, diagonal);
}
template <IntegerTensor X>
X tril(const X& x, Index diagonal = 0) {
  return detail::band("tril", elements_of(x, "tril"), detail::nowhere_below, diagonal);
}

/// The upper triangles of matrices [..., M, N]: elements (i, j) with j - i >= diagonal, 0
/// elsewhere.
template <Operand X>
Variable<scalar_of<X>> triu(const X& x, Index diagonal = 0) {
  return detail::band("triu", as_variable(x), diagonal, detail::nowhere_above);
}
template <IntegerTensor X>
X triu(const X& x, Index diagonal = 0) {
  return detail::band("triu", elements_of(x, "triu"), diagonal, detail::nowhere_above);
}

/// What diagonal is told.
struct DiagonalOptions {
  Index offset = 0;  ///< above 0: a diagonal above the main one
  Index dim1 = 0;    ///< the dimension of the rows
  Index dim2 = 1;    ///< the dimension of the columns
};

/// y[..., k] = x[..., k, k + offset, ...], of dimensions dim1 and dim2, which go; k is the last of
/// y. Empty where the diagonal is outside of the matrix.
template <Operand X>
Variable<scalar_of<X>> diagonal(const X& input, DiagonalOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const auto axes = Dims{options.dim1, options.dim2}.of(x.shape(), "diagonal");
  const Index rows = x.size(axes[0]), columns = x.size(axes[1]), offset = options.offset;
  const auto own = kernels::contiguous_strides(x.shape());
  const auto step_of = [&](Index d) { return own[static_cast<std::size_t>(d)]; };
  detail::Steps steps{};
  for (Index d = 0; d < x.rank(); ++d)
    if (d != axes[0] && d != axes[1]) {
      steps.strides[static_cast<std::size_t>(steps.shape.rank())] = step_of(d);
      steps.shape.push_back(x.size(d));
    }
  Index count = 0;
  if (offset >= 0 && offset < columns) {
    count = std::min(rows, columns - offset);
    steps.start = offset * step_of(axes[1]);
  } else if (offset < 0 && offset > -rows) {
    count = std::min(rows + offset, columns);
    steps.start = -offset * step_of(axes[0]);
  }
  steps.strides[static_cast<std::size_t>(steps.shape.rank())] = step_of(axes[0]) + step_of(axes[1]);
  steps.shape.push_back(count);
  return detail::read_steps(x, steps);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
