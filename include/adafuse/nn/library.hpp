// What adafuse::compiled holds of this room: the layers.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/batch_norm.hpp>
#include <adafuse/nn/conv2d.hpp>
#include <adafuse/nn/embedding.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/nn/lstm.hpp>
#include <adafuse/nn/normalization.hpp>

#ifdef ADAFUSE_IN_LIBRARY
namespace adafuse::nn {

#define ADAFUSE_TEMPLATES(T)                     \
  ADAFUSE_EXTERN template class Conv2d<T>;       \
  ADAFUSE_EXTERN template class BatchNorm<T, 1>; \
  ADAFUSE_EXTERN template class BatchNorm<T, 2>; \
  ADAFUSE_EXTERN template class Embedding<T>;    \
  ADAFUSE_EXTERN template class LayerNorm<T>;    \
  ADAFUSE_EXTERN template class Linear<T>;

ADAFUSE_TEMPLATES(float)
ADAFUSE_TEMPLATES(double)
#undef ADAFUSE_TEMPLATES

}  // namespace adafuse::nn
#endif
