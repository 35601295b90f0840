// The naive twins of reduce.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/reference/elementwise.hpp>
#include <functional>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

template <class T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape) {
  Tensor<T> y(shape);
  for_each_index(x.shape(), [&](const std::vector<Index>& index) {
    y.data()[position(shape, index)] += x.data()[position(x.shape(), index)];
  });
  return y;
}

/// Of the first NaN, or of the first element that is `better` than those before it and not less so
/// than those behind it.
template <class T, class Better>
Tensor<std::int64_t> first_best(const Tensor<T>& x, Index dim, const Better& better) {
  Shape shape;
  for (Index d = 0; d < x.rank(); ++d)
    if (d != dim) shape.push_back(x.size(d));
  Tensor<std::int64_t> y(shape);
  for_each_index(shape, [&](std::vector<Index> index) {
    const Index at = position(shape, index);
    index.insert(index.begin() + dim, 0);
    T best = x.data()[position(x.shape(), index)];
    for (Index r = 1; r < x.size(dim) && best == best; ++r) {  // the first NaN ends the search
      index[static_cast<std::size_t>(dim)] = r;
      const T v = x.data()[position(x.shape(), index)];
      if (better(v, best) || is_nan(v)) {
        best = v;
        y.data()[at] = r;
      }
    }
  });
  return y;
}

template <class T>
Tensor<std::int64_t> argmax(const Tensor<T>& x, Index dim) {
  return first_best(x, dim, std::greater<T>());
}
template <class T>
Tensor<std::int64_t> argmin(const Tensor<T>& x, Index dim) {
  return first_best(x, dim, std::less<T>());
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
