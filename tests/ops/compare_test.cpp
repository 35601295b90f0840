// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/compare.hpp>
#include <limits>
#include <vector>

namespace compare_test {

using namespace adafuse;

namespace {

using Mask = Tensor<std::uint8_t>;

std::vector<int> bits(const Mask& mask) { return {mask.begin(), mask.end()}; }

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("compare: operators and names, element by element") {
  const auto a = Tensor<float>::of({1, 2, 3}), b = Tensor<float>::of({2, 2, 2});
  CHECK(bits(a < b) == std::vector{1, 0, 0});
  CHECK(bits(a <= b) == std::vector{1, 1, 0});
  CHECK(bits(a > b) == std::vector{0, 0, 1});
  CHECK(bits(a >= b) == std::vector{0, 1, 1});
  CHECK(bits(lt(a, b)) == std::vector{1, 0, 0});
  CHECK(bits(le(a, b)) == std::vector{1, 1, 0});
  CHECK(bits(gt(a, b)) == std::vector{0, 0, 1});
  CHECK(bits(ge(a, b)) == std::vector{0, 1, 1});
  CHECK(bits(eq(a, b)) == std::vector{0, 1, 0});
  CHECK(bits(ne(a, b)) == std::vector{1, 0, 1});
}

TEST_CASE("compare: numbers stand on either side") {
  const auto x = Tensor<double>::of({-1, 0, 1});
  CHECK(bits(x < 0) == std::vector{1, 0, 0});
  CHECK(bits(0 < x) == std::vector{0, 0, 1});
  CHECK(bits(x >= 0.5) == std::vector{0, 0, 1});
  CHECK(bits(ge(1, x)) == std::vector{1, 1, 1});
  CHECK(bits(eq(x, 0)) == std::vector{0, 1, 0});
  CHECK(bits(ne(1.0f, x)) == std::vector{1, 1, 0});
}

TEST_CASE("compare: variables with tensors and with each other, and nothing is recorded") {
  const auto p = parameter(Tensor<float>::of({1, 2, 3}));
  CHECK(bits(p < Tensor<float>::of({2, 2, 2})) == std::vector{1, 0, 0});
  CHECK(bits(Tensor<float>::of({2, 2, 2}) < p) == std::vector{0, 0, 1});
  CHECK(bits(p <= p) == std::vector{1, 1, 1});
  CHECK(bits(p > 1) == std::vector{0, 1, 1});
  static_assert(std::same_as<decltype(p < p), Mask>);
}

TEST_CASE("compare: sizes of 1 stretch") {
  const auto mask = Tensor<float>::of({1, 2}).reshape({2, 1}) < Tensor<float>::of({1, 2, 3});
  CHECK(mask.shape() == Shape{2, 3});
  CHECK(bits(mask) == std::vector{0, 1, 1, 0, 0, 1});
  CHECK((Tensor<float>::scalar(1) < Tensor<float>::scalar(2)).item() == 1);
  CHECK((Tensor<float>({0, 3}) < Tensor<float>::of({1, 2, 3})).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(lt(Tensor<float>({2}), Tensor<float>({3})),
                       "lt: [2] and [3] do not broadcast: 2 against 3", ShapeError);
}

TEST_CASE("compare: NaN is unequal to everything, and neither less nor greater") {
  const auto a = Tensor<float>::of({nan, nan, 1, inf}), b = Tensor<float>::of({nan, 1, nan, inf});
  CHECK(bits(a < b) == std::vector{0, 0, 0, 0});
  CHECK(bits(a <= b) == std::vector{0, 0, 0, 1});
  CHECK(bits(a >= b) == std::vector{0, 0, 0, 1});
  CHECK(bits(eq(a, b)) == std::vector{0, 0, 0, 1});
  CHECK(bits(ne(a, b)) == std::vector{1, 1, 1, 0});
  CHECK(bits(a > nan) == std::vector{0, 0, 0, 0});
  CHECK(bits(eq(Tensor<float>::of({-0.0f}), 0)) == std::vector{1});
}

TEST_CASE("compare: a number is compared with floats as a float, as PyTorch does") {
  CHECK(bits(eq(Tensor<float>::of({0.1f}), 0.1)) == std::vector{1});
}

TEST_CASE("compare: whole numbers keep their value") {
  const auto labels = Tensor<std::int64_t>::of({-1, 0, 2});
  CHECK(bits(eq(labels, Tensor<std::int64_t>::of({-1, 1, 2}))) == std::vector{1, 0, 1});
  CHECK(bits(labels > 0.5) == std::vector{0, 0, 1});
  CHECK(bits(labels >= -1) == std::vector{1, 1, 1});
  CHECK(bits(labels < std::size_t{1}) == std::vector{1, 1, 0});
  CHECK(bits(Mask::of({0, 200}) < 300) == std::vector{1, 1});
  CHECK(bits(Mask::of({0, 200}) > -1) == std::vector{1, 1});
  CHECK(bits(eq(Mask::of({0, 1}), true)) == std::vector{0, 1});
  CHECK(bits(eq(Tensor<std::int32_t>::of({1}), std::int64_t{1} << 32 | 1)) == std::vector{0});
  CHECK_THROWS_WITH_AS(lt(labels, std::numeric_limits<std::uint64_t>::max()),
                       "lt: the number 18446744073709551615 is above 2^63 - 1", ValueError);
}

TEST_CASE("compare: what is not defined is an error") {
  CHECK_THROWS_WITH_AS(lt(Variable<float>(), 1), "lt: needs a variable that is defined",
                       ValueError);
  CHECK_THROWS_WITH_AS(eq(Tensor<std::int64_t>(), 1), "eq: needs a tensor that is defined",
                       ValueError);
  CHECK_THROWS_AS(isnan(Tensor<float>()), ValueError);
}

namespace {
template <class A, class B>
concept HasOperatorEqual = requires(const A& a, const B& b) {
  a == b;
};
template <class A, class B>
concept HasEq = requires(const A& a, const B& b) {
  eq(a, b);
};
}  // namespace

TEST_CASE("compare: == is left to shapes, and types do not mix") {
  static_assert(!HasOperatorEqual<Tensor<float>, Tensor<float>>);
  static_assert(!HasOperatorEqual<Variable<float>, float>);
  static_assert(HasOperatorEqual<Shape, Shape>);
  static_assert(HasEq<Tensor<float>, Variable<float>>);
  static_assert(!HasEq<Tensor<float>, Tensor<double>>);
  static_assert(!HasEq<float, float>);
}

TEST_CASE("isnan, isinf, isfinite: each number is one of the three") {
  const auto x = Tensor<float>::of({nan, -inf, inf, 0, -std::numeric_limits<float>::max(), 1e-45f});
  CHECK(bits(isnan(x)) == std::vector{1, 0, 0, 0, 0, 0});
  CHECK(bits(isinf(x)) == std::vector{0, 1, 1, 0, 0, 0});
  CHECK(bits(isfinite(x)) == std::vector{0, 0, 0, 1, 1, 1});
  CHECK(bits(isnan(parameter(x))) == std::vector{1, 0, 0, 0, 0, 0});
  CHECK(isnan(Tensor<double>({2, 0})).shape() == Shape{2, 0});
  CHECK(isfinite(Tensor<double>::scalar(1)).rank() == 0);
}

}  // namespace compare_test
