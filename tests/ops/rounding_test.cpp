// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/rounding.hpp>
#include <bit>
#include <limits>
#include <vector>

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

TEST_CASE_TEMPLATE("rounding: the standard library's to the last bit", T, float, double) {
  // Numbers of all sizes and both signs; those around whole ones and halves, and where fractions
  // end.
  std::vector<T> all;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const auto bits = Key(9).bits(i);
    if constexpr (std::is_same_v<T, float>)
      all.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    else
      all.push_back(std::bit_cast<double>(bits));
    const int power = static_cast<int>(i % 60);
    const T whole = static_cast<T>(std::ldexp(static_cast<double>(bits >> 32), power - 32));
    for (const T x : {whole, whole + T{0.5}, std::floor(whole), std::floor(whole) + T{0.5}})
      all.insert(all.end(), {x, -x, std::nextafter(x, T{0}), -std::nextafter(x, T{0})});
  }
  const Tensor<T> x({std::ssize(all)}, all);
  const auto same = [](T a, T b) {
    return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
  };
  const auto down = floor(x), up = ceil(x), to_zero = trunc(x), nearest = round(x);
  bool all_same = true;
  for (Index i = 0; i < x.size(); ++i)
    all_same &= same(down.value()(i), std::floor(x(i))) && same(up.value()(i), std::ceil(x(i))) &&
                same(to_zero.value()(i), std::trunc(x(i))) &&
                same(nearest.value()(i), std::nearbyint(x(i)));
  CHECK(all_same);
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
