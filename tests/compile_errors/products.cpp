// Convolutions and products of whole numbers, or of two types of number.
// SPDX-License-Identifier: MIT
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/ops/matmul.hpp>

namespace products {

using namespace adafuse;

Variable<float> conv2d_of_bytes(const Tensor<std::uint8_t>& images, const Variable<float>& w) {
#ifdef MISTAKE
  return conv2d(images, w, {.padding = 1});  // says: conv2d(const X& cast_to_one_floating_type
#endif
  return conv2d(images.cast<float>(), w, {.padding = 1});
}

Variable<float> float_and_double(const Tensor<double>& x, const Variable<float>& w) {
#ifdef MISTAKE
  return linear(x, w);  // says: linear(const X& cast_to_one_floating_type
  return matmul(x, w);  // says: matmul(const A& cast_to_one_floating_type
#endif
  return matmul(x.cast<float>(), w);
}

}  // namespace products
