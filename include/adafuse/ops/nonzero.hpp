// Where a tensor is not 0.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/tensor_like.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The indices of the elements that are not 0, in order: [count, rank of x]. A NaN is not 0.
template <TensorLike X>
Tensor<std::int64_t> nonzero(const X& input) {
  const auto x = elements_of(input, "nonzero");
  const Index count = x.size() - std::count(x.begin(), x.end(), 0);
  auto y = Tensor<std::int64_t>::uninitialized({count, x.rank()});
  std::int64_t* row = y.data();
  for (Index i = 0; i < x.size(); ++i) {
    if (x.data()[i] == 0) continue;
    Index rest = i;
    for (Index d = x.rank() - 1; d >= 0; --d) {
      row[d] = rest % x.size(d);
      rest /= x.size(d);
    }
    row += x.rank();
  }
  return y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
