// Linear algebra, by its laws and against definitions.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/linalg.hpp>
#include <adafuse/ops/reduce.hpp>
#include <limits>
#include <numeric>

#include "matrices.hpp"

namespace linalg_test {

using namespace matrices;

namespace {

/// The sum over all orders, with their signs.
double leibniz(const Tensor<double>& x) {
  const Index n = x.size(0);
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  double sum = 0;
  do {
    double term = 1;
    for (Index i = 0; i < n; ++i) {
      term *= x(i, order[static_cast<std::size_t>(i)]);
      for (Index j = 0; j < i; ++j)
        if (order[static_cast<std::size_t>(j)] > order[static_cast<std::size_t>(i)]) term = -term;
    }
    sum += term;
  } while (std::next_permutation(order.begin(), order.end()));
  return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("linalg: a matrix times its inverse is 1", T, float, double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (const Index n : {1, 2, 3, 7, 40}) {
    const auto x = Tensor<T>::randn({3, n, n}, Key(1)) + T{3} * unit<T>(n);
    const auto y = inverse(x).value();
    check_close(product(x, y), stretched_unit(x), 2000 * eps);
    check_close(product(y, x), stretched_unit(x), 2000 * eps);
  }
  CHECK(inverse(Tensor<T>(Shape{2, 0, 0})).shape() == Shape{2, 0, 0});
  CHECK(inverse(Tensor<T>(Shape{0, 3, 3})).shape() == Shape{0, 3, 3});
}

TEST_CASE("linalg: solve gives what a times it is b, for matrices, vectors and batches") {
  const auto a = Tensor<double>::randn({2, 5, 5}, Key(2)) + 4 * unit<double>(5);
  const auto b = Tensor<double>::randn({2, 5, 3}, Key(3));
  check_close(product(a, solve(a, b).value()), b, 1e-13);
  const auto v = Tensor<double>::randn({5}, Key(4));
  const auto x = solve(a, v).value();
  CHECK(x.shape() == Shape{2, 5});
  for (Index i = 0; i < 2; ++i) check_close(product(a[i], x[i]), v, 1e-13);
  const auto vs = Tensor<double>::randn({2, 5}, Key(5));
  const auto xs = solve(a, vs).value();
  for (Index i = 0; i < 2; ++i) check_close(product(a[i], xs[i]), vs[i], 1e-13);
  CHECK(solve(a, Tensor<double>({7, 1, 5, 0})).shape() == Shape{7, 2, 5, 0});
}

TEST_CASE("linalg: what has no inverse is told, with its place in the batch") {
  const auto x = Tensor<float>::of({{{1, 0}, {0, 1}}, {{1, 2}, {2, 4}}});
  CHECK_THROWS_WITH_AS(inverse(x), "inverse: matrix 1 of [2,2,2] is singular", ValueError);
  CHECK_THROWS_WITH_AS(solve(x, Tensor<float>::of({1, 2})),
                       "solve: matrix 1 of [2,2,2] is singular", ValueError);
}

TEST_CASE("linalg: shapes that make no sense are told") {
  const Tensor<float> wide(Shape{2, 3}), row(Shape{3}), square(Shape{2, 2});
  CHECK_THROWS_WITH_AS(inverse(wide), "inverse: expects square matrices [...,n,n], got [2,3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(det(row), "det: expects matrices [...,m,n], got [3]", ShapeError);
  CHECK_THROWS_AS(cholesky(wide), ShapeError);
  CHECK_THROWS_AS(slogdet(wide), ShapeError);
  CHECK_THROWS_WITH_AS(solve(square, Tensor<float>(Shape{3, 1})),
                       "solve: a [2,2] expects 2 rows of b, which is [3,1]", ShapeError);
  CHECK_THROWS_AS(solve(Tensor<float>(Shape{3, 2, 2}), Tensor<float>(Shape{4, 2, 1})), ShapeError);
}

TEST_CASE("linalg: the determinant is the sum over all orders") {
  for (const Index n : {1, 2, 3, 4, 6}) {
    const auto x = Tensor<double>::randn({4, n, n}, Key(6));
    const auto y = det(x).value();
    const auto [sign, logs] = slogdet(x);
    for (Index i = 0; i < 4; ++i) {
      const double expected = leibniz(x[i]);
      CHECK(y(i) == doctest::Approx(expected).epsilon(1e-12));
      CHECK(sign(i) == (expected > 0 ? 1 : -1));
      CHECK(logs.value()(i) == doctest::Approx(std::log(std::abs(expected))).epsilon(1e-12));
    }
  }
  CHECK(det(Tensor<double>::of({{1, 2}, {2, 4}})).item() == 0);
  CHECK(det(Tensor<double>({2, 0, 0})).value()(1) == 1);
  CHECK(slogdet(Tensor<double>({2, 0, 0})).logabsdet.value()(1) == 0);
}

TEST_CASE("linalg: slogdet knows determinants that no number holds, and singular matrices") {
  const auto large = 1e100 * unit<double>(10);
  CHECK(std::isinf(det(large).item()));
  const auto [sign, logs] = slogdet(large);
  CHECK(sign.item() == 1);
  CHECK(logs.item() == doctest::Approx(1000 * std::log(10.0)));
  const auto none = slogdet(parameter(Tensor<double>::of({{1, 2}, {2, 4}})));
  CHECK(none.sign.item() == 0);
  CHECK(none.logabsdet.item() == -INFINITY);
  CHECK_THROWS_AS(backward(none.logabsdet), ValueError);
}

TEST_CASE("linalg: the gradient of det is the matrix of cofactors, of singular matrices too") {
  for (const auto& x : {Tensor<double>::of({{2, 1, 0}, {1, 3, 1}, {0, 1, 4}}),
                        Tensor<double>::of({{1, 2, 3}, {4, 5, 6}, {5, 7, 9}}),
                        Tensor<double>::of({{1, 2, 3}, {2, 4, 6}, {3, 6, 9}})}) {
    const auto w = parameter(x);
    backward(det(w));
    for (Index i = 0; i < 3; ++i)
      for (Index j = 0; j < 3; ++j) {
        const Index a = (i + 1) % 3, b = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;
        const double cofactor = x(a, c) * x(b, d) - x(a, d) * x(b, c);
        CHECK(w.grad().value()(i, j) == doctest::Approx(cofactor).epsilon(1e-12).scale(10));
      }
  }
  const auto zero = parameter(Tensor<double>::of({0, 5}).reshape({2, 1, 1}));
  backward(sum(det(zero)));
  CHECK(zero.grad().value()(0, 0, 0) == 1);
  CHECK(zero.grad().value()(1, 0, 0) == 1);
}

TEST_CASE_TEMPLATE("linalg: cholesky is lower, and times its transpose what it is of", T, float,
                   double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (const Index n : {1, 2, 5, 33}) {
    const auto root = Tensor<T>::randn({2, n, n}, Key(7));
    const auto x = product(root, root, {.transpose_b = true}) + unit<T>(n);
    const auto l = cholesky(x).value();
    check_close(product(l, l, {.transpose_b = true}), x, 100 * eps);
    for (Index i = 0; i < n; ++i) {
      CHECK(l(1, i, i) > 0);
      for (Index j = i + 1; j < n; ++j) CHECK(l(1, i, j) == 0);
    }
    auto other = x.clone();
    if (n > 1) other(0, 0, n - 1) = T(NAN);  // above the diagonal nothing is read
    check_close(cholesky(other).value(), l, 0);
  }
  CHECK_THROWS_WITH_AS(cholesky(Tensor<T>::of({{1, 2}, {2, 1}})),
                       "cholesky: matrix 0 of [2,2] is not positive definite", ValueError);
  CHECK_THROWS_AS(cholesky(Tensor<T>::of({{1, 0}, {T(NAN), 1}})), ValueError);
  CHECK(cholesky(Tensor<T>(Shape{3, 0, 0})).shape() == Shape{3, 0, 0});
}

TEST_CASE("linalg: the gradient of cholesky is symmetric") {
  const auto x = parameter(Tensor<double>::of({{4, 1}, {1, 3}}));
  backward(sum(cholesky(x)));
  CHECK(x.grad().value()(0, 1) == x.grad().value()(1, 0));
}

TEST_CASE("linalg: each matrix of a batch has the bits that it has alone") {
  const auto x = Tensor<float>::randn({50, 8, 8}, Key(14));
  const auto all = inverse(x).value();
  for (Index i = 0; i < 50; ++i) {
    const auto one = inverse(x[i]).value();
    CHECK(std::equal(one.begin(), one.end(), all[i].begin()));
  }
}

}  // namespace linalg_test
