// What adafuse::compiled holds of this room: the walk back.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/backward.hpp>

#ifdef ADAFUSE_IN_LIBRARY
namespace adafuse::inline ADAFUSE_SIMD {

#define ADAFUSE_TEMPLATES(T)                                                                      \
  ADAFUSE_EXTERN template void backward(const Variable<T>&, const Variable<T>&, BackwardOptions); \
  ADAFUSE_EXTERN template void backward(const Variable<T>&, BackwardOptions);                     \
  ADAFUSE_EXTERN template std::vector<Variable<T>> grad(                                          \
      const std::vector<Variable<T>>&, const std::vector<Variable<T>>&, const GradOptions<T>&);

ADAFUSE_TEMPLATES(float)
ADAFUSE_TEMPLATES(double)
#undef ADAFUSE_TEMPLATES

}  // namespace adafuse::inline ADAFUSE_SIMD
#endif
