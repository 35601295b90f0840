// Dropout: elements are zeroed at random, and the others grow so that the mean stays (Srivastava et
// al., JMLR 2014).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/dropout.hpp>
#include <adafuse/ops/arithmetic.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// y_i = x_i / (1 - p) where key.uniform(first + i) >= p, else 0. For training; at evaluation leave
/// it out. `first` is not 0 where x is a part of something longer. Throws ValueError unless 0 <= p
/// < 1.
template <Operand X>
Variable<scalar_of<X>> dropout(const X& input, double p, Key key, std::uint64_t first = 0) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  require<ValueError>(0 <= p && p < 1, "dropout: p is in [0, 1), got ", p);
  if (equals(p, 0)) return detail::unchanged(x);
  auto mask = Tensor<T>::uninitialized(x.shape());
  kernels::dropout_mask(first, x.size(), p, key, mask.data());
  return x * mask;  // the mask is a constant: the derivative is that of mul
}

}  // namespace adafuse::inline ADAFUSE_SIMD
