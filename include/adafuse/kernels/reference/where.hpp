// The naive twin of where.hpp: each position worked out from scratch.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/reference/elementwise.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// y[i] = condition[i] ? a[i] : b[i].
template <class T>
Tensor<T> where(const Tensor<std::uint8_t>& condition, const Tensor<T>& a, const Tensor<T>& b) {
  Tensor<T> y(broadcast_shapes(condition.shape(), broadcast_shapes(a.shape(), b.shape(), "where"),
                               "where"));
  for_each_index(y.shape(), [&](const std::vector<Index>& index) {
    const bool first = condition.data()[position(condition.shape(), index)] != 0;
    const Tensor<T>& from = first ? a : b;
    y.data()[position(y.shape(), index)] = from.data()[position(from.shape(), index)];
  });
  return y;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
