// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/matrix_product.hpp>

namespace matrix_product_test {

using namespace adafuse;
using kernels::MatrixOperand;

namespace {

/// An operand in the middle of a larger matrix of NaN: whatever else is read shows.
template <class T>
struct Operand {
  Operand(Index rows, Index columns, bool transposed, Index extra, Key key)
      : stride((transposed ? rows : columns) + extra),
        memory(Tensor<T>::full({transposed ? columns : rows, stride}, T(NAN))),
        matrix{memory.data(), stride, transposed} {
    for (Index i = 0; i < memory.size(0); ++i)
      for (Index j = 0; j < stride - extra; ++j)
        memory(i, j) =
            static_cast<T>(key.uniform(static_cast<std::uint64_t>(i * stride + j)) - 0.5);
  }
  Index stride;
  Tensor<T> memory;
  MatrixOperand<T> matrix;
};

template <class T>
void check_product(Index m, Index n, Index k, int mode, Index extra) {
  const Operand<T> a(m, k, mode & 1, extra, Key(1)), b(k, n, mode & 2, extra, Key(2));
  const bool accumulate = mode & 4;
  const Index stride = n + extra;
  auto c = Tensor<T>::full({m, stride}, T(7));
  if (accumulate)
    kernels::add_matrix_product(m, n, k, a.matrix, b.matrix, c.data(), stride);
  else
    kernels::matrix_product(m, n, k, a.matrix, b.matrix, c.data(), stride);
  double largest = 0;
  bool kept = true;
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < stride; ++j) {
      if (j >= n) {
        kept = kept && c(i, j) == T(7);
        continue;
      }
      double sum = accumulate ? 7 : 0;
      for (Index p = 0; p < k; ++p)
        sum += static_cast<double>(a.matrix(i, p)) * static_cast<double>(b.matrix(p, j));
      const double difference = std::abs(sum - static_cast<double>(c(i, j)));
      if (!(difference <= largest)) largest = difference;
    }
  const double bound = 8 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                       (8 + std::sqrt(static_cast<double>(k)) * 2);
  CHECK_MESSAGE(largest < bound, m, "x", k, "x", n, " mode ", mode, " extra ", extra, ": ",
                largest);
  CHECK(kept);
}

}  // namespace

TEST_CASE_TEMPLATE("matrix_product: equals plain loops, transposed or not, within larger matrices",
                   T, float, double) {
  struct Size {
    Index m, n, k;
  };
  for (const auto& [m, n, k] : {Size{1, 1, 1}, Size{3, 5, 2}, Size{1, 40, 33}, Size{40, 1, 33},
                                Size{1, 1, 300}, Size{7, 61, 29}, Size{96, 50, 700},
                                Size{50, 130, 1}, Size{2, 3000, 200}, Size{900, 20, 161}})
    for (int mode = 0; mode < 8; ++mode)
      for (const Index extra : {0, 3}) check_product<T>(m, n, k, mode, extra);
}

TEST_CASE("matrix_product: a sum of no terms is 0, and adds nothing") {
  Tensor<float> a({4, 1}), b({1, 5});
  auto c = Tensor<float>::full({4, 5}, 3);
  kernels::add_matrix_product<float>(4, 5, 0, {a.data(), 1}, {b.data(), 5}, c.data(), 5);
  CHECK(c(3, 4) == 3);
  kernels::matrix_product<float>(4, 5, 0, {a.data(), 1}, {b.data(), 5}, c.data(), 5);
  CHECK(c(3, 4) == 0);
}

}  // namespace matrix_product_test
