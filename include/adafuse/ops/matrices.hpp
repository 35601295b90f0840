// Batches of matrices: the last two dimensions of a tensor, worked out one by one on all threads.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <span>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {
namespace detail {

/// The last two dimensions of x, which must be there.
struct MatrixDims {
  Index count, rows, columns;  // count: of matrices
  Shape leading;
};

inline MatrixDims matrix_dims(const char* op, const Shape& shape) {
  require<ShapeError>(shape.rank() >= 2, op, ": expects matrices [...,m,n], got ", shape);
  const Shape before(std::span(shape.begin(), shape.end() - 2));
  return {before.size(), shape[-2], shape[-1], before};
}

inline MatrixDims square_dims(const char* op, const Shape& shape) {
  const auto d = matrix_dims(op, shape);
  require<ShapeError>(d.rows == d.columns, op, ": expects square matrices [...,n,n], got ", shape);
  return d;
}

inline Shape with_sizes(Shape shape, std::initializer_list<Index> more) {
  for (const Index size : more) shape.push_back(size);
  return shape;
}

/// Calls work(i) for each of `count` matrices, of about `multiply_adds` each, on any thread, where
/// a `Scope` lives meanwhile.
template <class Scope, class F>
void for_each_matrix(Index count, Index multiply_adds, const F& work) {
  parallel_for(count, 1, Work::multiply_adds(multiply_adds), [&work](Index begin, Index end) {
    const Scope scope;
    for (Index i = begin; i < end; ++i) work(i);
  });
}

/// Throws ValueError unless all elements are numbers: iterations would not end, or give anything.
template <class T>
void require_finite(const char* op, const Tensor<T>& x) {
  for (const T v : x)
    require<ValueError>(std::isfinite(v), op, ": expects finite elements, got ", v);
}

/// The first i of which `failed` says so, or -1.
inline Index first_of(const std::vector<char>& failed) {
  const auto found = std::find(failed.begin(), failed.end(), 1);
  return found == failed.end() ? -1 : found - failed.begin();
}

}  // namespace detail
}  // namespace adafuse::inline ADAFUSE_SIMD
