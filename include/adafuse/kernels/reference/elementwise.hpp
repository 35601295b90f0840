// The naive twins of elementwise.hpp: index by index, each position worked out from scratch.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// Calls `visit(index)` for each index of `shape`, last dimension fastest.
template <class Visit>
void for_each_index(const Shape& shape, const Visit& visit) {
  for (Index i = 0; i < shape.size(); ++i) {
    std::vector<Index> index(static_cast<std::size_t>(shape.rank()));
    Index rest = i;
    for (std::size_t d = index.size(); d-- > 0;) {
      index[d] = rest % shape[static_cast<Index>(d)];
      rest /= shape[static_cast<Index>(d)];
    }
    visit(index);
  }
}

/// Where x has its element for an index of a shape that x broadcasts to.
inline Index position(const Shape& x, const std::vector<Index>& index) {
  const Index missing = std::ssize(index) - x.rank();
  Index result = 0;
  for (Index d = 0; d < x.rank(); ++d)
    result = result * x[d] + (x[d] == 1 ? 0 : index[static_cast<std::size_t>(d + missing)]);
  return result;
}

template <class A, class B, class F>
auto zip(const Tensor<A>& a, const Tensor<B>& b, const F& f) {
  Tensor<std::invoke_result_t<F, A, B>> y(broadcast_shapes(a.shape(), b.shape(), "zip"));
  for_each_index(y.shape(), [&](const std::vector<Index>& index) {
    y.data()[position(y.shape(), index)] =
        f(a.data()[position(a.shape(), index)], b.data()[position(b.shape(), index)]);
  });
  return y;
}

template <class T>
Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape) {
  return zip(x, Tensor<T>(shape), [](T v, T) { return v; });
}

template <class T>
Tensor<T> permute(const Tensor<T>& x, std::span<const Index> order) {
  Shape shape;
  for (const Index d : order) shape.push_back(x.size(d));
  Tensor<T> y(shape);
  for_each_index(x.shape(), [&](const std::vector<Index>& index) {
    std::vector<Index> permuted;
    for (const Index d : order) permuted.push_back(index[static_cast<std::size_t>(d)]);
    y.data()[position(shape, permuted)] = x.data()[position(x.shape(), index)];
  });
  return y;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
