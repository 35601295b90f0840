// Decompositions of matrices, by their laws.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/decompositions.hpp>
#include <limits>
#include <vector>

#include "matrices.hpp"

namespace decompositions_test {

using namespace matrices;

namespace {

/// [..., k] as rows [..., 1, k], which stretch along the rows of a matrix.
template <class T>
Tensor<T> unsqueezed_row(const Tensor<T>& x) {
  Shape shape(std::span(x.shape().begin(), x.shape().end() - 1));
  shape.push_back(1);
  shape.push_back(x.size(-1));
  return x.reshape(shape);
}

/// Columns of length 1, at right angles.
template <class T>
void check_orthonormal(const Tensor<T>& q, double tolerance) {
  const auto gram = product(q, q, {.transpose_a = true});
  check_close(gram, stretched_unit(gram), tolerance);
}

}  // namespace

TEST_CASE_TEMPLATE("decompositions: qr of tall, square and wide matrices", T, float, double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (const auto& [m, n] : std::vector<std::pair<Index, Index>>{{7, 4}, {5, 5}, {3, 6}, {40, 1}}) {
    const auto x = Tensor<T>::randn({2, m, n}, Key(8));
    const auto y = qr(x);
    const Index k = std::min(m, n);
    CHECK(y.q.shape() == Shape{2, m, k});
    CHECK(y.r.shape() == Shape{2, k, n});
    check_orthonormal(y.q, 50 * eps);
    check_close(product(y.q, y.r), x, 50 * eps);
    for (Index i = 0; i < k; ++i) {
      CHECK(y.r(0, i, i) >= 0);
      for (Index j = 0; j < i; ++j) CHECK(y.r(0, i, j) == 0);
    }
  }
  CHECK(qr(Tensor<T>(Shape{4, 0})).q.shape() == Shape{4, 0});
}

TEST_CASE_TEMPLATE("decompositions: svd of tall, square, wide and singular matrices", T, float,
                   double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  auto cases = std::vector<Tensor<T>>{
      Tensor<T>::randn({2, 7, 4}, Key(9)), Tensor<T>::randn({5, 5}, Key(10)),
      Tensor<T>::randn({3, 40}, Key(11)), Tensor<T>::ones({4, 3}), Tensor<T>({3, 3})};
  for (const auto& x : cases) {
    const auto y = svd(x);
    const Index k = std::min(x.size(-2), x.size(-1));
    CHECK(y.s.size(-1) == k);
    const auto scaled = y.u * unsqueezed_row(y.s);
    check_close(product(scaled, y.vh), x, 100 * eps);
    check_orthonormal(y.u, 100 * eps);
    check_orthonormal(transpose(y.vh, -2, -1).value(), 100 * eps);
    for (Index i = 0; i < y.s.size(); ++i) {
      CHECK(y.s.data()[i] >= 0);
      if (i % k > 0) CHECK(y.s.data()[i] <= y.s.data()[i - 1]);
    }
  }
  const auto y = svd(Tensor<T>::of({{0, -3}, {2, 0}}));
  CHECK(y.s(0) == doctest::Approx(3));
  CHECK(y.s(1) == doctest::Approx(2));
  CHECK(y.u(0, 0) == doctest::Approx(1));  // the largest entry of each column is positive
  CHECK(y.u(1, 1) == doctest::Approx(1));
  CHECK(y.vh(0, 1) == doctest::Approx(-1));
  CHECK(svd(Tensor<T>(Shape{2, 0, 3})).s.shape() == Shape{2, 0});
  CHECK_THROWS_WITH_AS(svd(Tensor<T>::of({{1, T(NAN)}})), "svd: expects finite elements, got nan",
                       ValueError);
}

TEST_CASE_TEMPLATE("decompositions: eigh of symmetric matrices", T, float, double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (const Index n : {1, 2, 6, 30}) {
    const auto half = Tensor<T>::randn({2, n, n}, Key(12));
    const auto x = half + transpose(half, -2, -1).value();
    const auto y = eigh(x);
    check_orthonormal(y.eigenvectors, 100 * eps);
    check_close(product(x, y.eigenvectors), y.eigenvectors * unsqueezed_row(y.eigenvalues),
                100 * eps);
    for (Index i = 0; i < 2; ++i)
      for (Index j = 0; j < n; ++j) {
        if (j > 0) CHECK(y.eigenvalues(i, j - 1) <= y.eigenvalues(i, j));
        T largest = 0;
        for (Index r = 0; r < n; ++r)
          if (std::abs(y.eigenvectors(i, r, j)) > std::abs(largest))
            largest = y.eigenvectors(i, r, j);
        CHECK(largest > 0);
      }
    auto other = x.clone();
    if (n > 1) other(0, 0, 1) += 1;  // above the diagonal nothing is read
    check_close(eigh(other).eigenvalues, y.eigenvalues, 0);
  }
  CHECK(eigh(Tensor<T>(Shape{2, 0, 0})).eigenvalues.shape() == Shape{2, 0});
  CHECK_THROWS_AS(eigh(Tensor<T>::full({1, 1}, T(INFINITY))), ValueError);
}

TEST_CASE("decompositions: singular values are the roots of the eigenvalues of x^T x") {
  const auto x = Tensor<double>::randn({9, 4}, Key(13));
  const auto s = svd(x).s;
  const auto squares = eigh(product(x, x, {.transpose_a = true})).eigenvalues;
  for (Index i = 0; i < 4; ++i)
    CHECK(s(i) * s(i) == doctest::Approx(squares(3 - i)).epsilon(1e-12));
}

TEST_CASE("decompositions: svd keeps the small singular values of a graded matrix") {
  // Columns of lengths 1, 1e-6, 1e-12 at nearly right angles: the squares of the last are rounding.
  auto x = Tensor<double>::randn({30, 3}, Key(15));
  x = qr(x).q;
  for (Index i = 0; i < 30; ++i)
    for (Index j = 0; j < 3; ++j) x(i, j) *= std::pow(1e-6, static_cast<double>(j));
  const auto y = svd(x);
  for (Index j = 0; j < 3; ++j)
    CHECK(y.s(j) == doctest::Approx(std::pow(1e-6, static_cast<double>(j))).epsilon(1e-12));
  check_orthonormal(y.u, 1e-14);
}

TEST_CASE("decompositions: svd of the largest and the smallest numbers, and of a low rank") {
  for (const double scale : {1e300, 1e-300}) {
    const auto x = Tensor<double>::randn({6, 4}, Key(16));
    const auto s = svd(x).s, scaled = svd(x * scale).s;
    for (Index j = 0; j < 4; ++j) CHECK(scaled(j) / scale == doctest::Approx(s(j)).epsilon(1e-13));
  }
  const auto left = Tensor<float>::randn({40, 2}, Key(17)),
             right = Tensor<float>::randn({2, 40}, Key(18));
  const auto x = product(left, right);
  const auto y = svd(x);
  check_orthonormal(y.u, 1e-5);
  check_orthonormal(transpose(y.vh, -2, -1).value(), 1e-5);
  check_close(product(y.u * unsqueezed_row(y.s), y.vh), x, 1e-5);
  for (Index j = 2; j < 40; ++j) CHECK(y.s(j) <= 1e-5f * y.s(0));
}

TEST_CASE("decompositions: those of floats are those of the same doubles, rounded") {
  const auto x = Tensor<float>::randn({2, 9, 5}, Key(19));
  const auto floats = svd(x);
  const auto doubles = svd(x.cast<double>());
  for (Index i = 0; i < floats.s.size(); ++i)
    CHECK(floats.s.data()[i] == static_cast<float>(doubles.s.data()[i]));
}

TEST_CASE("decompositions: shapes that make no sense are told") {
  const Tensor<float> wide(Shape{2, 3}), row(Shape{3});
  CHECK_THROWS_WITH_AS(eigh(wide), "eigh: expects square matrices [...,n,n], got [2,3]",
                       ShapeError);
  CHECK_THROWS_AS(qr(row), ShapeError);
  CHECK_THROWS_AS(svd(row), ShapeError);
}

}  // namespace decompositions_test
