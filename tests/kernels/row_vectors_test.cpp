// Rows in vectors of doubles: each element once, and sums of the same bits as strands one by one.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/row_vectors.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace row_vectors_test {

using namespace adafuse;
using namespace adafuse::kernels;

namespace {

/// Element i is added to strand i mod 16, and the strands by halves.
template <class F>
double sum_by_strands(Index count, const F& f) {
  double strands[16] = {};
  for (Index i = 0; i < count; ++i) strands[i % 16] += f(i);
  for (Index half = 8; half > 0; half /= 2)
    for (Index s = 0; s < half; ++s) strands[s] += strands[s + half];
  return strands[0];
}

}  // namespace

TEST_CASE_TEMPLATE("for_vectors: every element once, and nothing behind the last", T, float,
                   double) {
  for (Index count = 0; count < 40; ++count) {
    const auto x = Tensor<T>::randn({count + 1}, Key(1));
    std::vector<T> y(static_cast<std::size_t>(count + 1), T{7});
    for_vectors(count, [&](Index i, auto n) {
      store_first(load_first(x.data() + i, n) * 2.0, y.data() + i, n);
    });
    for (Index i = 0; i < count; ++i) CHECK(y[static_cast<std::size_t>(i)] == 2 * x(i));
    CHECK(y.back() == 7);
  }
}

TEST_CASE_TEMPLATE("sum_of_vectors: the bits of sixteen strands", T, float, double) {
  for (Index count = 0; count < 100; ++count) {
    const auto x = Tensor<T>::randn({count}, Key(2)), y = Tensor<T>::randn({count}, Key(3));
    const auto at = [](const Tensor<T>& t, Index i) { return static_cast<double>(t.data()[i]); };
    CHECK(sum_of_vectors(count, [&](Index i, auto n) { return load_first(x.data() + i, n); }) ==
          sum_by_strands(count, [&](Index i) { return at(x, i); }));
    const auto sums = sums_of_vectors<2>(count, [&](Index i, auto n) {
      const Doubles a = load_first(x.data() + i, n), b = load_first(y.data() + i, n);
      return Terms<2>{{b, a - b}};
    });
    CHECK(sums[0] == sum_by_strands(count, [&](Index i) { return at(y, i); }));
    CHECK(sums[1] == sum_by_strands(count, [&](Index i) { return at(x, i) - at(y, i); }));
  }
}

TEST_CASE("sum_of_vectors: a NaN and an infinity reach the sum, what is behind the row does not") {
  std::vector<float> x(21, 1.f);
  x.push_back(std::numeric_limits<float>::quiet_NaN());
  const auto sum = [&x](Index count) {
    return sum_of_vectors(count, [&x](Index i, auto n) { return load_first(x.data() + i, n); });
  };
  CHECK(sum(21) == 21);
  CHECK(std::isnan(sum(22)));
  x[20] = std::numeric_limits<float>::infinity();
  CHECK(sum(21) == std::numeric_limits<double>::infinity());
  // Lanes behind the last element are not added, whatever a function makes of their zeros.
  CHECK(sum_of_vectors(5, [&x](Index i, auto n) { return 1 / load_first(x.data() + i, n); }) == 5);
}

}  // namespace row_vectors_test
