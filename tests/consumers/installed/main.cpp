// Prints the vector path of each file, and fails unless their products are right.
// SPDX-License-Identifier: MIT
#include <adafuse/autograd/variable.hpp>

using adafuse::Tensor, adafuse::Variable;

Tensor<float> product_by_headers(const Variable<float>& a, const Variable<float>& b);
Tensor<float> product_by_library(const Variable<float>& a, const Variable<float>& b);

int main() {
  const auto a = Tensor<float>::of({{1, 2}, {3, 4}}), b = Tensor<float>::of({{5, 6}, {7, 8}});
  const auto right = [](const Tensor<float>& c) {
    return c(0, 0) == 19 && c(0, 1) == 22 && c(1, 0) == 43 && c(1, 1) == 50;
  };
#ifdef HEADERS_ALONE
  return right(product_by_headers(a, b)) ? 0 : 1;
#else
  return right(product_by_headers(a, b)) && right(product_by_library(a, b)) ? 0 : 1;
#endif
}
