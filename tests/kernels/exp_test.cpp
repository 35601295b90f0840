// e^x against the standard library's in higher precision.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/exp.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace exp_test {

using namespace adafuse;
using kernels::exp_in_place;

TEST_CASE_TEMPLATE("exp: within one unit in the last place, down to the last denormal", T, float,
                   double) {
  const double low = std::is_same_v<T, float> ? -104.5 : -746, high = low * -0.848;
  constexpr int count = 100003;
  std::vector<T> x, y;
  for (int i = 0; i < count; ++i) x.push_back(static_cast<T>(low + (high - low) * i / count));
  for (int i = -500; i < 500; ++i) x.push_back(static_cast<T>(i * 1e-3));
  y = x;
  exp_in_place(y.data(), std::ssize(y));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double right = std::exp(static_cast<long double>(x[i]));
    const T rounded = static_cast<T>(right);
    const T next = std::nextafter(rounded, std::numeric_limits<T>::infinity());
    const long double unit = static_cast<long double>(next) - static_cast<long double>(rounded);
    CAPTURE(x[i]);
    REQUIRE(std::abs(static_cast<long double>(y[i]) - right) <= unit);
  }
}

TEST_CASE_TEMPLATE("exp: of the infinite and of NaN", T, float, double) {
  constexpr T inf = std::numeric_limits<T>::infinity(), most = std::numeric_limits<T>::max();
  T x[] = {-inf, -most, 0, T{-0.0}, most, inf, std::numeric_limits<T>::quiet_NaN()};
  exp_in_place(x, 7);
  CHECK(x[0] == 0);
  CHECK(x[1] == 0);
  CHECK(x[2] == 1);
  CHECK(x[3] == 1);
  CHECK(x[4] == inf);
  CHECK(x[5] == inf);
  CHECK(std::isnan(x[6]));
}

TEST_CASE("exp: an element has the same bits wherever it lies") {
  for (Index count = 1; count < 40; ++count) {
    std::vector<float> y(static_cast<std::size_t>(count), -1.2345f);
    exp_in_place(y.data(), count);
    for (const float v : y) REQUIRE(v == y[0]);
  }
}

}  // namespace exp_test
