// Elements by position: take reads a list of positions, put adds to them. Each is the other's
// transpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y[i] = x[index[i]], where positions count the elements of x in order. y has index's shape.
template <class T>
Tensor<T> take(const Tensor<T>& x, const Tensor<std::int64_t>& index) {
  auto y = Tensor<T>::uninitialized(index.shape());
  const T* const from = x.data();
  const std::int64_t* const at = index.data();
  T* const to = y.data();
  parallel_for(y.size(), elements_per_chunk, Work::elements(4), [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = from[at[i]];
  });
  return y;
}

/// How many elements of `index` repeat a position in [0, size) that came before.
inline Index repeats(const Tensor<std::int64_t>& index, Index size) {
  std::vector<bool> seen(static_cast<std::size_t>(size));
  Index count = 0;
  for (const auto i : index) {
    auto bit = seen[static_cast<std::size_t>(i)];
    count += bit ? 1 : 0;
    bit = true;
  }
  return count;
}

/// y = 0, then y[index[i]] += x[i] for each i in order. On one thread: positions may repeat. Where
/// a position may have many terms, they are added up in double.
template <class T>
Tensor<T> put(const Tensor<T>& x, const Tensor<std::int64_t>& index, const Shape& shape) {
  constexpr Index few = 4096;  // terms that floats may add up
  const auto put_in = [&]<class Sum>(Tensor<Sum> y) {
    for (Index i = 0; i < x.size(); ++i) y.data()[index.data()[i]] += static_cast<Sum>(x.data()[i]);
    return y;
  };
  if constexpr (std::is_same_v<T, float>)
    if (x.size() > few && repeats(index, shape.size()) > few)
      return put_in(Tensor<double>(shape)).template cast<T>();
  return put_in(Tensor<T>(shape));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
