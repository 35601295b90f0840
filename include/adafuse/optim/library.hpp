// What adafuse::compiled holds of this room: the optimisers.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/optim/adam.hpp>
#include <adafuse/optim/sgd.hpp>

#ifdef ADAFUSE_IN_LIBRARY
namespace adafuse::optim::inline ADAFUSE_SIMD {

#define ADAFUSE_TEMPLATES(T)                  \
  ADAFUSE_EXTERN template class Optimizer<T>; \
  ADAFUSE_EXTERN template class Adam<T>;      \
  ADAFUSE_EXTERN template class Sgd<T>;

ADAFUSE_TEMPLATES(float)
ADAFUSE_TEMPLATES(double)
#undef ADAFUSE_TEMPLATES

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
#endif
