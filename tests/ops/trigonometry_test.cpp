// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/trigonometry.hpp>
#include <numbers>

namespace trigonometry_test {

using namespace adafuse;

TEST_CASE("sin and cos: of an angle, and squares that add up to 1") {
  const auto x = Tensor<double>::of({0, std::numbers::pi / 6, std::numbers::pi / 2, -40});
  const auto s = sin(x), c = cos(x), one = s * s + c * c;
  CHECK(s.value()(1) == doctest::Approx(0.5));
  CHECK(c.value()(0) == 1);
  CHECK(c.value()(2) == doctest::Approx(0));
  for (const double v : one.value()) CHECK(v == doctest::Approx(1));
}

TEST_CASE("sin: the fourth derivative is sin again") {
  const auto x = parameter(Tensor<double>::of({0.3, -2}));
  auto d = sin(x);
  for (int order = 0; order < 4; ++order)
    d = grad<double>({sum_to(d, {})}, {x}, {.create_graph = true})[0];
  for (Index i = 0; i < 2; ++i) CHECK(d.value()(i) == doctest::Approx(std::sin(x.value()(i))));
}

TEST_CASE("atan2: the angle in each quadrant, of numbers as well, and sizes of 1 stretch") {
  constexpr double pi = std::numbers::pi;
  const auto y =
      atan2(Tensor<double>::of({1, 1, -1, -1, 0}), Tensor<double>::of({1, -1, -1, 1, -1}));
  const double expected[] = {pi / 4, 3 * pi / 4, -3 * pi / 4, -pi / 4, pi};
  for (Index i = 0; i < 5; ++i) CHECK(y.value()(i) == doctest::Approx(expected[i]));
  CHECK(atan2(Tensor<float>({3, 1}), Tensor<float>({1, 2})).shape() == Shape{3, 2});
  CHECK(atan2(1, Tensor<double>::scalar(0)).item() == doctest::Approx(pi / 2));
  CHECK_THROWS_WITH_AS(atan2(Tensor<float>({2}), Tensor<float>({3})),
                       "atan2: [2] and [3] do not broadcast: 2 against 3", ShapeError);
}

}  // namespace trigonometry_test
