// The products of all pairs.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/outer.hpp>
#include <cstring>

namespace outer_test {

using namespace adafuse;

TEST_CASE_TEMPLATE("outer: equals the naive loop, NaN and infinities among the factors", T, float,
                   double) {
  for (const auto& sizes :
       std::vector<std::array<Index, 2>>{{0, 5}, {5, 0}, {1, 1}, {3, 7}, {65, 33}, {300, 301}}) {
    auto a = Tensor<T>::randn({sizes[0]}, Key(1)), b = Tensor<T>::randn({sizes[1]}, Key(2));
    if (a.size() > 2) a(1) = static_cast<T>(INFINITY);
    if (b.size() > 2) b(1) = T{0}, b(2) = static_cast<T>(NAN);
    auto y = Tensor<T>::full({sizes[0], sizes[1]}, T{99}), expected = y.clone();
    kernels::outer(a.size(), b.size(), a.data(), b.data(), y.data());
    for (Index i = 0; i < a.size(); ++i)
      for (Index j = 0; j < b.size(); ++j) expected(i, j) = a(i) * b(j);
    Index wrong = 0;
    for (Index k = 0; k < y.size(); ++k) {
      const T one = y.data()[k], other = expected.data()[k];
      wrong += one == other || (std::isnan(one) && std::isnan(other)) ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

}  // namespace outer_test
