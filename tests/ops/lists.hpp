// The elements of a tensor or a variable as a list, to compare with one that is written out.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>
#include <vector>

namespace lists {

using Doubles = std::vector<double>;
using Floats = std::vector<float>;
using Numbers = std::vector<std::int64_t>;
using Index64 = adafuse::Tensor<std::int64_t>;

template <class T>
std::vector<T> list(const adafuse::Tensor<T>& x) {
  return {x.begin(), x.end()};
}
template <class T>
std::vector<T> list(const adafuse::Variable<T>& x) {
  return list(x.value());
}

}  // namespace lists
