// Arithmetic of tensors and numbers: it gives tensors, in place or new.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/reduce.hpp>
#include <limits>
#include <type_traits>

namespace tensor_arithmetic_test {

using namespace adafuse;

namespace {

template <class T>
void check_equal(const Tensor<T>& got, const Tensor<T>& expected) {
  CHECK(got.shape() == expected.shape());
  CHECK(std::equal(got.begin(), got.end(), expected.begin(), expected.end()));
}

template <class A, class B>
concept Add = requires(const A& a, const B& b) {
  a + b;
};
template <class A, class B>
concept Divide = requires(const A& a, const B& b) {
  a / b;
};
template <class A, class B>
concept AddInPlace = requires(A a, const B& b) {
  a += b;
};

using F = Tensor<float>;
using D = Tensor<double>;
using I = Tensor<std::int64_t>;
using U = Tensor<std::uint8_t>;

}  // namespace

TEST_CASE("tensor arithmetic: of two tensors, tensors and numbers, numbers and tensors") {
  const auto a = F::of({6, 8}), b = F::of({2, 4});
  check_equal(a + b, F::of({8, 12}));
  check_equal(a - b, F::of({4, 4}));
  check_equal(a * b, F::of({12, 32}));
  check_equal(a / b, F::of({3, 2}));
  check_equal(-a, F::of({-6, -8}));
  check_equal(a + 1, F::of({7, 9}));
  check_equal(1 - a, F::of({-5, -7}));
  check_equal(0.5 * a, F::of({3, 4}));
  check_equal(24 / a, F::of({4, 3}));
  check_equal(D::of({1}) - 0.25f, D::of({0.75}));
}

TEST_CASE("tensor arithmetic: the result is a tensor, and a variable where one is an operand") {
  const F x({2});
  const Variable<float> v = x;
  CHECK(std::is_same_v<decltype(x + x), F>);
  CHECK(std::is_same_v<decltype(2 * x), F>);
  CHECK(std::is_same_v<decltype(-x), F>);
  CHECK(std::is_same_v<decltype(x + v), Variable<float>>);
  CHECK(std::is_same_v<decltype(v / x), Variable<float>>);
  CHECK(std::is_same_v<decltype(2 - v), Variable<float>>);
  CHECK(std::is_same_v<decltype(add(x, x)), Variable<float>>);
}

TEST_CASE(
    "tensor arithmetic: sizes of 1 stretch, and the functions of variables compute the same") {
  const auto a = D::randn({4, 1, 5}, Key(1)), b = D::randn({3, 1}, Key(2));
  check_equal(a + b, add(a, b).value());
  check_equal(a - b, sub(a, b).value());
  check_equal(a * b, mul(a, b).value());
  check_equal(a / b, div(a, b).value());
  check_equal(a / 3, div(a, 3).value());
  CHECK((a + b).shape() == Shape{4, 3, 5});
  CHECK((a * D(Shape{0, 4, 1, 5})).shape() == Shape{0, 4, 1, 5});
}

TEST_CASE("tensor arithmetic: whole numbers stay whole, and wrap around their ends") {
  const auto a = I::of({7, -2});
  check_equal(a * I::of({3, 5}), I::of({21, -10}));
  check_equal(2 * a + 1, I::of({15, -3}));
  const auto most = std::numeric_limits<std::int64_t>::max();
  check_equal(I::of({most}) + 1, I::of({-most - 1}));
  check_equal(I::of({most}) * 2, I::of({-2}));
  const auto most32 = std::numeric_limits<std::int32_t>::max();
  check_equal(Tensor<std::int32_t>::of({most32}) * most32, Tensor<std::int32_t>::of({1}));
  check_equal(U::of({200}) + U::of({100}), U::of({44}));
  check_equal(U::of({3}) - 5, U::of({254}));
  check_equal(-U::of({1, 0}), U::of({255, 0}));
}

TEST_CASE("tensor arithmetic: a number that the tensor cannot hold is told") {
  CHECK_THROWS_WITH_AS(U::of({1}) + 256,
                       "add: the tensor holds whole numbers from 0 to 255, not 256", ValueError);
  CHECK_THROWS_WITH_AS(-1 * U::of({1}), "mul: the tensor holds whole numbers from 0 to 255, not -1",
                       ValueError);
  check_equal(I::of({4}) - true, I::of({3}));
}

TEST_CASE("tensor arithmetic: two types of number, fractions with whole ones, do not compile") {
  CHECK(Add<F, F>);
  CHECK(Add<F, double>);
  CHECK(Add<int, I>);
  CHECK(!Add<F, D>);
  CHECK(!Add<Variable<float>, D>);
  CHECK(!Add<Variable<double>, Variable<float>>);
  CHECK(!Add<I, F>);
  CHECK(!Add<I, double>);
  CHECK(!Add<float, U>);
  CHECK(!AddInPlace<F&, D>);
  CHECK(!AddInPlace<I&, double>);
}

TEST_CASE("tensor arithmetic: whole numbers are not divided") {
  CHECK(Divide<F, int>);
  CHECK(Divide<double, F>);
  CHECK(!Divide<I, I>);
  CHECK(!Divide<I, int>);
  CHECK(!Divide<int, U>);
}

TEST_CASE("tensor arithmetic: in place, whoever shares the elements sees it") {
  auto x = F::of({{1, 2}, {3, 4}});
  const F other = x;
  x += 1;
  x *= F::of({{2, 2}, {1, 1}});
  check_equal(other, F::of({{4, 6}, {4, 5}}));
  x -= F::of({4, 5});
  x /= 2;
  check_equal(other, F::of({{0, 0.5f}, {0, 0}}));
  x[1] += 7;  // a window onto x
  check_equal(other, F::of({{0, 0.5f}, {7, 7}}));
  (x += 1) *= 2;
  check_equal(other, F::of({{2, 3}, {16, 16}}));
  auto whole = I::of({1, 2});
  whole -= 5;
  check_equal(whole, I::of({-4, -3}));
}

TEST_CASE("tensor arithmetic: in place, the right side stretches and the left does not") {
  F x(Shape{2, 3});
  x += F::of({1, 2, 3});
  x += F::of({10, 20}).reshape({2, 1});
  check_equal(x, F::of({{11, 12, 13}, {21, 22, 23}}));
  auto row = F::of({1, 2, 3});
  CHECK_THROWS_WITH_AS(row += x, "add: in place, [2,3] does not broadcast to [3]", ShapeError);
  CHECK_THROWS_WITH_AS(row *= F(Shape{2}), "mul: [3] and [2] do not broadcast: 3 against 2",
                       ShapeError);
  check_equal(row, F::of({1, 2, 3}));
}

TEST_CASE("tensor arithmetic: in place, the right side may be a part of the left") {
  auto x = F::of({{1, 2}, {3, 4}, {5, 6}});
  x += x;
  check_equal(x, F::of({{2, 4}, {6, 8}, {10, 12}}));
  x -= x[0];  // the first row becomes 0, and the others lose what it was
  check_equal(x, F::of({{0, 0}, {4, 4}, {8, 8}}));
  auto line = F::of({1, 2, 3, 4});
  auto front = line.narrow(0, 3);
  front += line.narrow(1, 4);
  check_equal(line, F::of({3, 5, 7, 4}));
}

TEST_CASE("tensor arithmetic: a constant cannot be changed, a value of a variable neither") {
  CHECK(AddInPlace<F&, F>);
  CHECK(!AddInPlace<const F&, F>);
  CHECK(!AddInPlace<const F&, int>);
}

TEST_CASE("tensor arithmetic: a gradient that needs what was changed in place is an error") {
  for (const bool by_number : {true, false}) {
    auto x = D::of({2, 3});
    const auto w = parameter(D::of({1, 1}));
    const auto y = sum(w * x);
    if (by_number)
      x += 1;
    else
      x *= D::of({2, 2});
    CHECK_THROWS_AS(backward(y), ValueError);
  }
}

TEST_CASE("tensor arithmetic: undefined tensors are told in the operation's name") {
  F x;
  const auto y = F::of({1});
  CHECK_THROWS_WITH_AS(x + y, "add: needs a tensor that is defined", ValueError);
  CHECK_THROWS_WITH_AS(y * x, "mul: needs a tensor that is defined", ValueError);
  CHECK_THROWS_WITH_AS(2 - x, "sub: needs a tensor that is defined", ValueError);
  CHECK_THROWS_WITH_AS(-x, "neg: needs a tensor that is defined", ValueError);
  CHECK_THROWS_WITH_AS(x /= 2, "div: needs a tensor that is defined", ValueError);
}

TEST_CASE("tensor arithmetic: long tensors too, on several threads") {
  const auto a = D::randn({70, 3000}, Key(3)), b = D::randn({3000}, Key(4));
  auto x = a.clone();
  x *= b;
  const auto y = a * b;
  for (Index i = 0; i < a.size(); ++i) {
    REQUIRE(x.data()[i] == a.data()[i] * b.data()[i % 3000]);
    REQUIRE(y.data()[i] == x.data()[i]);
  }
}

}  // namespace tensor_arithmetic_test
