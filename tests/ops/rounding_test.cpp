// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/rounding.hpp>
#include <limits>

namespace rounding_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;

std::vector<double> numbers(const Var& x) { return {x.value().begin(), x.value().end()}; }

}  // namespace

TEST_CASE("rounding: down, up, towards 0, and half to even") {
  const auto x = Tensor<double>::of({-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.6});
  CHECK(numbers(floor(x)) == std::vector<double>{-3, -2, -1, 0, 1, 2, 2});
  CHECK(numbers(ceil(x)) == std::vector<double>{-2, -1, 0, 1, 2, 3, 3});
  CHECK(numbers(trunc(x)) == std::vector<double>{-2, -1, 0, 0, 1, 2, 2});
  CHECK(numbers(round(x)) == std::vector<double>{-2, -2, 0, 0, 2, 2, 3});
  CHECK(std::signbit(round(Tensor<float>::of({-0.4f})).value()(0)));
}

TEST_CASE("rounding: infinity and numbers without fractions stay, NaN stays NaN") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const auto x = Tensor<double>::of({-inf, 1e300, inf, std::nan("")});
  for (const auto& y : {floor(x), ceil(x), trunc(x), round(x)}) {
    CHECK(y.value()(0) == -inf);
    CHECK(y.value()(1) == 1e300);
    CHECK(y.value()(2) == inf);
    CHECK(std::isnan(y.value()(3)));
  }
}

TEST_CASE("rounding: the gradient is 0, and there is one") {
  const auto x = parameter(Tensor<double>::of({0.25, 1}));
  const auto infinite = Tensor<double>::full({2}, std::numeric_limits<double>::infinity());
  backward(round(x), infinite);
  CHECK(numbers(x.grad()) == std::vector<double>{0, 0});
  CHECK(floor(parameter(Tensor<float>({2, 0}))).requires_grad());
}

}  // namespace rounding_test
