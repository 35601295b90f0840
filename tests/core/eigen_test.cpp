// The door to Eigen: maps onto the same memory, rows as rows.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/eigen.hpp>
#include <adafuse/core/eigen_decompositions.hpp>

namespace eigen_test {

using namespace adafuse;

TEST_CASE("as_matrix: rows and columns of the tensor, on its memory") {
  auto x = Tensor<float>::of({{1, 2, 3}, {4, 5, 6}});
  auto m = as_matrix(x);
  CHECK(m.rows() == 2);
  CHECK(m.cols() == 3);
  CHECK(m(1, 0) == 4);
  m(0, 2) = 30;
  CHECK(x(0, 2) == 30);
  const auto& reader = x;
  CHECK(as_matrix(reader).data() == x.data());
}

TEST_CASE("as_matrix: products agree with a plain loop") {
  const auto a = Tensor<double>::randn({3, 5}, Key(1));
  const auto b = Tensor<double>::randn({5, 2}, Key(2));
  Tensor<double> c({3, 2});
  as_matrix(c).noalias() = as_matrix(a) * as_matrix(b);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 2; ++j) {
      double sum = 0;
      for (Index k = 0; k < 5; ++k) sum += a(i, k) * b(k, j);
      CHECK(c(i, j) == doctest::Approx(sum));
    }
}

TEST_CASE("eigen: a program's own products get the threads that it has") {
#ifdef EIGEN_DONT_PARALLELIZE
  FAIL_CHECK("a setting of Eigen is made by a header");
#endif
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  omp_set_num_threads(3);
  CHECK(Eigen::nbThreads() == 3);
  {
    const EigenOnThisThread here;
    CHECK(Eigen::nbThreads() == 1);
  }
  CHECK(Eigen::nbThreads() == 3);
  omp_set_num_threads(before);
#endif
}

TEST_CASE("as_matrix: another rank is refused") {
  Tensor<float> x({2, 2, 2});
  CHECK_THROWS_WITH_AS(as_matrix(x), "as_matrix: expects rank 2, got [2,2,2]", ShapeError);
  const Tensor<float> y(Shape{4});
  CHECK_THROWS_WITH_AS(as_matrix(y), "as_matrix: expects rank 2, got [4]", ShapeError);
}

TEST_CASE("as_array: all elements in order, of any rank") {
  auto x = Tensor<int>::arange(8).reshape({2, 2, 2});
  CHECK(as_array(x).sum() == 28);
  as_array(x) *= 2;
  CHECK(x(1, 1, 1) == 14);
  const Tensor<float> none(Shape{0, 3});
  CHECK(as_array(none).size() == 0);
}

}  // namespace eigen_test
