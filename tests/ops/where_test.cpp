// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/compare.hpp>
#include <adafuse/ops/where.hpp>
#include <limits>

namespace ops_where_test {

using namespace adafuse;

namespace {

using Mask = Tensor<std::uint8_t>;
using Var = Variable<double>;

std::vector<double> numbers(const Var& x) { return {x.value().begin(), x.value().end()}; }

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("where: takes the first where the condition is true") {
  const auto c = Mask::of({1, 0, 2});
  const auto a = Tensor<double>::of({1, 2, 3}), b = Tensor<double>::of({4, 5, 6});
  CHECK(numbers(where(c, a, b)) == std::vector<double>{1, 5, 3});
  CHECK(numbers(where(c, a, 0)) == std::vector<double>{1, 0, 3});
  CHECK(numbers(where(c, 7, Var(b))) == std::vector<double>{7, 5, 7});
  CHECK(where(Mask::scalar(1), Tensor<double>::scalar(2), 3).rank() == 0);
  CHECK(where(Mask::of({1, 0}).reshape({2, 1}), a, b).shape() == Shape{2, 3});
  CHECK(where(c, Tensor<double>({0, 3}), 1).shape() == Shape{0, 3});
}

TEST_CASE("where: what is not chosen has no say, neither in the value nor in the gradient") {
  const auto a = parameter(Tensor<double>::of({1, nan})),
             b = parameter(Tensor<double>::of({nan, 2}));
  const auto y = where(Mask::of({1, 0}), a, b);
  CHECK(numbers(y) == std::vector<double>{1, 2});
  backward(y, Tensor<double>::of({inf, nan}));
  CHECK(a.grad().value()(0) == inf);
  CHECK(a.grad().value()(1) == 0);
  CHECK(b.grad().value()(0) == 0);
  CHECK(std::isnan(b.grad().value()(1)));
}

TEST_CASE("where: whole numbers are chosen too") {
  const auto y =
      where(Mask::of({1, 0}), Tensor<std::int64_t>::of({5, 6}), Tensor<std::int64_t>::scalar(-100));
  CHECK(y(0) == 5);
  CHECK(y(1) == -100);
  CHECK_THROWS_AS(where(Mask(), y, y), ValueError);
}

TEST_CASE("where: messages name it") {
  const Tensor<double> a({2});
  CHECK_THROWS_WITH_AS(where(Mask(), a, a), "where: needs a condition that is defined", ValueError);
  CHECK_THROWS_WITH_AS(where(Mask({3}), a, a), "where: [3] and [2] do not broadcast: 3 against 2",
                       ShapeError);
  CHECK_THROWS_AS(where(Mask({2}), Var(), a), ValueError);
}

TEST_CASE("where: the condition is watched between forward and backward") {
  const auto x = parameter(Tensor<double>::of({1, 2}));
  auto mask = Mask::of({1, 0});
  const auto y = where(mask, x, 0);
  mask(1) = 1;
  CHECK_THROWS_WITH_AS(backward(sum_to(y, {})), doctest::Contains("needs condition, [2]"),
                       ValueError);
}

TEST_CASE("masked_fill: the mask stretches to x, and x does not stretch") {
  const auto x = Tensor<double>::of({{1, 2}, {3, 4}});
  CHECK(numbers(masked_fill(x, Mask::of({1, 0}), -inf)) == std::vector<double>{-inf, 2, -inf, 4});
  CHECK(numbers(masked_fill(x, x > 2, 0)) == std::vector<double>{1, 2, 0, 0});
  CHECK_THROWS_WITH_AS(masked_fill(Tensor<double>({2}), Mask({3, 2}), 0),
                       "masked_fill: the mask [3,2] does not broadcast to x, [2]", ShapeError);
  CHECK_THROWS_WITH_AS(masked_fill(x, Mask(), 0),
                       "masked_fill: needs a mask that is defined, for x [2,2]", ValueError);
}

TEST_CASE("minimum and maximum: NaN is passed on, equals share the gradient") {
  const auto a = parameter(Tensor<double>::of({1, 2, 3, nan, 1})),
             b = parameter(Tensor<double>::of({2, 2, 1, 1, nan}));
  const auto low = minimum(a, b), high = maximum(a, b);
  for (Index i = 0; i < 3; ++i) {
    CHECK(low.value()(i) == std::min(a.value()(i), b.value()(i)));
    CHECK(high.value()(i) == std::max(a.value()(i), b.value()(i)));
  }
  for (Index i = 3; i < 5; ++i) {
    CHECK(std::isnan(low.value()(i)));
    CHECK(std::isnan(high.value()(i)));
  }
  backward(high, Tensor<double>::of({2, 2, 2, 2, 2}));
  CHECK(numbers(a.grad()) == std::vector<double>{0, 1, 2, 2, 2});
  CHECK(numbers(b.grad()) == std::vector<double>{2, 1, 0, 2, 2});
}

TEST_CASE("minimum and maximum: an infinite gradient goes to one of them") {
  const auto a = parameter(Tensor<double>::of({1})), b = parameter(Tensor<double>::of({2}));
  backward(minimum(a, b), Tensor<double>::of({inf}));
  CHECK(a.grad().item() == inf);
  CHECK(b.grad().item() == 0);
  CHECK(maximum(Tensor<float>::of({-1, 1}), 0).value()(0) == 0);
  CHECK_THROWS_WITH_AS(minimum(Tensor<float>({2}), Tensor<float>({3})),
                       "minimum: [2] and [3] do not broadcast: 2 against 3", ShapeError);
}

}  // namespace ops_where_test
