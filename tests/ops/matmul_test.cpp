// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/reduce.hpp>

namespace matmul_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;

Var randn(Shape shape, std::uint64_t number) { return Tensor<double>::randn(shape, Key(number)); }

void check_close(const Var& a, const Var& b) {
  REQUIRE(a.shape() == b.shape());
  for (Index i = 0; i < a.size(); ++i)
    CHECK(a.value().data()[i] == doctest::Approx(b.value().data()[i]));
}

}  // namespace

TEST_CASE("matmul: a small product by hand") {
  const auto y = matmul(Tensor<float>::of({{1, 2}, {3, 4}}), Tensor<float>::of({{5, 6}, {7, 8}}));
  CHECK(y.value()(0, 0) == 19);
  CHECK(y.value()(0, 1) == 22);
  CHECK(y.value()(1, 0) == 43);
  CHECK(y.value()(1, 1) == 50);
}

TEST_CASE("matmul: a product is a sum of broadcast products") {
  const auto a = randn({4, 3}, 1), b = randn({3, 5}, 2);
  check_close(matmul(a, b), sum(reshape(a, {4, 3, 1}) * reshape(b, {1, 3, 5}), 1));
}

TEST_CASE("matmul: (A B)^T = B^T A^T, and transposed operands are transposed") {
  const auto a = randn({4, 3}, 1), b = randn({3, 5}, 2);
  const auto at = transpose(a, 0, 1), bt = transpose(b, 0, 1);
  check_close(transpose(matmul(a, b), 0, 1), matmul(bt, at));
  check_close(matmul(a, b), matmul(at, b, {.transpose_a = true}));
  check_close(matmul(a, b), matmul(a, bt, {.transpose_b = true}));
  check_close(matmul(a, b), matmul(at, bt, {.transpose_a = true, .transpose_b = true}));
}

TEST_CASE("matmul: a batch is its products one by one, with a shared operand on either side") {
  const auto a = randn({3, 4, 2}, 1), b = randn({3, 2, 5}, 2);
  for (Index i = 0; i < 3; ++i) {
    const auto a_i = select(a, 0, i), b_i = select(b, 0, i);
    check_close(select(matmul(a, b), 0, i), matmul(a_i, b_i));
    check_close(select(matmul(a, select(b, 0, 1)), 0, i), matmul(a_i, select(b, 0, 1)));
    check_close(select(matmul(select(a, 0, 1), b), 0, i), matmul(select(a, 0, 1), b_i));
  }
}

TEST_CASE("matmul: operands that do not fit are told") {
  CHECK_THROWS_WITH_AS(matmul(randn({2, 3}, 1), randn({4, 5}, 1)),
                       "matmul: [2,3] and [4,5] do not fit: 3 columns against 4 rows", ShapeError);
  CHECK_THROWS_WITH_AS(matmul(randn({2, 3}, 1), randn({3, 5}, 1), {.transpose_b = true}),
                       "matmul: [2,3] and [3,5] transposed do not fit: 3 columns against 5 rows",
                       ShapeError);
  CHECK_THROWS_WITH_AS(matmul(randn({2, 3, 4}, 1), randn({3, 4, 5}, 1)),
                       "matmul: batches: [2] and [3] do not broadcast: 2 against 3", ShapeError);
  CHECK_THROWS_WITH_AS(matmul(randn({4}, 1), randn({3, 4}, 1)),
                       "matmul: [4] and [3,4] do not fit: 4 columns against 3 rows", ShapeError);
  CHECK_THROWS_AS(matmul(randn({2, 3, 4}, 1), randn({3}, 1)), ShapeError);
  CHECK_THROWS_AS(matmul(randn({4}, 1), randn({4, 3}, 1), {.transpose_a = true}), ShapeError);
  CHECK_THROWS_AS(matmul(randn({}, 1), randn({3}, 1)), ShapeError);
}

TEST_CASE("matmul: an operand of rank 1 is a row on the left, a column on the right") {
  const auto a = randn({3}, 1), b = randn({3, 5}, 2), c = randn({2, 3, 5}, 3), d = randn({5}, 4);
  check_close(matmul(a, a), sum(a * a));
  check_close(matmul(a, b), reshape(matmul(reshape(a, {1, 3}), b), {5}));
  check_close(matmul(b, d), reshape(matmul(b, reshape(d, {5, 1})), {3}));
  CHECK(matmul(a, c).shape() == Shape{2, 5});
  CHECK(matmul(c, d).shape() == Shape{2, 3});
  check_close(select(matmul(a, c), 0, 1), matmul(a, select(c, 0, 1)));
  check_close(select(matmul(c, d), 0, 1), matmul(select(c, 0, 1), d));
}

TEST_CASE("matmul: leading dimensions stretch, one product for each place of them") {
  const auto a = randn({2, 1, 4, 3}, 1), b = randn({5, 3, 6}, 2);
  const auto y = matmul(a, b);
  REQUIRE(y.shape() == Shape{2, 5, 4, 6});
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 5; ++j)
      check_close(select(select(y, 0, i), 0, j),
                  matmul(select(select(a, 0, i), 0, 0), select(b, 0, j)));
  CHECK(matmul(randn({1, 1, 4, 3}, 1), randn({3, 6}, 1)).shape() == Shape{1, 1, 4, 6});
  CHECK(matmul(randn({0, 4, 3}, 1), randn({2, 1, 3, 6}, 1)).shape() == Shape{2, 0, 4, 6});
  CHECK(matmul(randn({2, 2, 4, 0}, 1), randn({0, 6}, 1)).value()(1, 1, 3, 5) == 0);
}

TEST_CASE("outer: the table of products") {
  const auto y = outer(Tensor<double>::of({1, 2}), Tensor<double>::of({3, 4, 5}));
  REQUIRE(y.shape() == Shape{2, 3});
  CHECK(y.value()(1, 2) == 10);
  CHECK(outer(randn({0}, 1), randn({3}, 1)).shape() == Shape{0, 3});
  CHECK_THROWS_WITH_AS(outer(randn({2, 2}, 1), randn({3}, 1)),
                       "outer: expects a [m] and b [n], got [2,2] and [3]", ShapeError);
}

TEST_CASE("linear: is x W^T + b in the last dimension of x") {
  const auto w = randn({3, 5}, 1), b = randn({3}, 2), x = randn({2, 4, 5}, 3);
  const auto y = linear(x, w, b);
  CHECK(y.shape() == Shape{2, 4, 3});
  check_close(reshape(y, {8, 3}), matmul(reshape(x, {8, 5}), transpose(w, 0, 1)) + b);
  check_close(linear(x, w), y - b);
  check_close(linear(select(select(x, 0, 1), 0, 2), w, b), select(select(y, 0, 1), 0, 2));
  CHECK(linear(randn({0, 5}, 1), w, b).shape() == Shape{0, 3});
}

TEST_CASE("linear: what does not fit is told") {
  const auto w = randn({3, 5}, 1), x = randn({2, 4}, 1);
  CHECK_THROWS_WITH_AS(linear(x, w), "linear: weight [3,5] expects 5 features, x is [2,4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(linear(randn({2, 5}, 1), w, randn({5}, 1)),
                       "linear: expects a bias [3], got [5]", ShapeError);
  CHECK_THROWS_AS(linear(x, randn({4}, 1)), ShapeError);
}

}  // namespace matmul_test
