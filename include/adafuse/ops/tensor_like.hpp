// What is taken besides operands: tensors and variables of any type of number by operations that
// have no gradient, and integer tensors by those that only move elements.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

template <class X>
concept TensorLike = is_variable<X> || is_tensor<X>;

/// Such a tensor knows no history, so what an operation makes of it is a tensor again.
template <class X>
concept IntegerTensor = is_tensor<X> && std::integral<typename X::value_type>;

/// The elements of either. Throws ValueError, named after `op`, when there are none.
template <TensorLike X>
Tensor<typename X::value_type> elements_of(const X& x, const char* op) {
  require<ValueError>(x.defined(), op, ": needs a tensor that is defined");
  if constexpr (is_variable<X>)
    return x.value();
  else
    return x;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
