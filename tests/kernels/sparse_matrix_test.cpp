// The product of a sparse matrix with a middle dimension, against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/reference/sparse_matrix.hpp>
#include <adafuse/kernels/sparse_matrix.hpp>

namespace sparse_matrix_test {

using namespace adafuse;

namespace {

/// The same matrix with its zeros left out.
template <class T>
kernels::SparseMatrix<T> sparse(const Tensor<T>& dense) {
  kernels::SparseMatrix<T> matrix(dense.size(1));
  for (Index r = 0; r < dense.size(0); ++r) {
    for (Index k = 0; k < dense.size(1); ++k) matrix.add(k, dense(r, k));
    matrix.end_row();
  }
  return matrix;
}

/// Numbers, about two of three of them 0.
Tensor<float> mostly_zeros(Shape shape) {
  auto a = Tensor<float>::randn(shape, Key(1));
  Draws draw{Key(2)};
  for (float& v : a)
    if (draw.integer(3) > 0) v = 0;
  return a;
}

}  // namespace

TEST_CASE("sparse_product: equals the naive loops, as its transpose does, on any threads") {
  const int before = num_threads();
  for (const kernels::Middle m : {kernels::Middle{1, 9, 1},
                                  {3, 1, 5},
                                  {2, 40, 3},
                                  {5, 4, 1},
                                  {0, 3, 2},
                                  {2, 600, 2},
                                  {16, 30, 1},
                                  {41, 7, 1}})
    for (const Index rows : {0, 1, 7, 50}) {
      CAPTURE(m.count);
      CAPTURE(rows);
      const auto dense = mostly_zeros({rows, m.count});
      const auto matrix = sparse(dense), transposed = matrix.transposed();
      CHECK(transposed.rows() == m.count);
      CHECK(transposed.columns() == rows);
      auto dense_transposed = Tensor<float>({m.count, rows});
      for (Index r = 0; r < rows; ++r)
        for (Index k = 0; k < m.count; ++k) dense_transposed(k, r) = dense(r, k);
      const auto x = Tensor<float>::randn({m.outer, m.count, m.inner}, Key(3));
      const auto dy = Tensor<float>::randn({m.outer, rows, m.inner}, Key(4));
      Tensor<float> y(dy.shape()), y_twin(dy.shape()), dx(x.shape()), dx_twin(x.shape());
      kernels::reference::sparse_product(dense, x.data(), m, y_twin.data());
      const kernels::Middle back{m.outer, rows, m.inner};
      kernels::reference::sparse_product(dense_transposed, dy.data(), back, dx_twin.data());
      for (const int threads : {1, 3}) {
        set_num_threads(threads);
        kernels::sparse_product(matrix, x.data(), m, y.data());
        kernels::sparse_product(transposed, dy.data(), back, dx.data());
        for (Index i = 0; i < y.size(); ++i)
          CHECK(y.data()[i] == doctest::Approx(y_twin.data()[i]).epsilon(1e-4).scale(1));
        for (Index i = 0; i < dx.size(); ++i)
          CHECK(dx.data()[i] == doctest::Approx(dx_twin.data()[i]).epsilon(1e-4).scale(1));
      }
    }
  set_num_threads(before);
}

TEST_CASE("sparse_product: a row of many terms keeps its digits") {
  const Index count = 100000;
  kernels::SparseMatrix<float> matrix(count);
  for (Index k = 0; k < count; ++k) matrix.add(k, 0.1f);
  matrix.end_row();
  const auto x = Tensor<float>::ones({count, 2});
  Tensor<float> y({1, 2});
  kernels::sparse_product(matrix, x.data(), {1, count, 2}, y.data());
  CHECK(y(0, 1) == doctest::Approx(0.1f * 1e5).epsilon(1e-6));
}

TEST_CASE("sparse_product: what meets a 0 is not looked at") {
  kernels::SparseMatrix<float> matrix(2);
  matrix.add(0, 0);
  matrix.add(1, 2);
  matrix.end_row();
  matrix.end_row();
  const auto x = Tensor<float>::of({{INFINITY, INFINITY}, {3, 4}});
  Tensor<float> y({2, 2});
  kernels::sparse_product(matrix, x.data(), {1, 2, 2}, y.data());
  CHECK(y(0, 0) == 6);
  CHECK(y(0, 1) == 8);
  CHECK(y(1, 0) == 0);
}

TEST_CASE("sparse_product: along rows, a row's result does not depend on the rows beside it") {
  const auto matrix = sparse(mostly_zeros({9, 13}));
  auto x = Tensor<float>::randn({37, 13}, Key(5));
  Tensor<float> y({37, 9}), changed({37, 9});
  kernels::sparse_product(matrix, x.data(), {37, 13, 1}, y.data());
  for (Index o = 0; o < 37; ++o) {
    Tensor<float> alone({1, 9});
    kernels::sparse_product(matrix, x[o].data(), {1, 13, 1}, alone.data());
    CHECK(std::equal(alone.begin(), alone.end(), y[o].begin()));
  }
  for (Index k = 0; k < 13; ++k) x(20, k) = k % 2 ? NAN : INFINITY;
  kernels::sparse_product(matrix, x.data(), {37, 13, 1}, changed.data());
  for (Index o = 0; o < 37; ++o)
    if (o != 20) CHECK(std::equal(changed[o].begin(), changed[o].end(), y[o].begin()));
}

}  // namespace sparse_matrix_test
