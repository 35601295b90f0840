// einsum: the operations that it stands for, orders, stretching, and equations that it refuses.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/einsum.hpp>

namespace einsum_test {

using namespace adafuse;
using Var = Variable<double>;

namespace {

Tensor<double> randn(Shape shape, std::uint64_t number) {
  return Tensor<double>::randn(shape, Key(number));
}

void check_close(const Var& a, const Var& b) {
  REQUIRE(a.shape() == b.shape());
  for (Index i = 0; i < a.size(); ++i)
    CHECK(a.value().data()[i] == doctest::Approx(b.value().data()[i]).epsilon(1e-12).scale(1));
}

}  // namespace

TEST_CASE("einsum: products, transposes, diagonals and sums under their letters") {
  const auto a = randn({3, 4}, 1), b = randn({4, 5}, 2), square = randn({3, 3}, 3);
  check_close(einsum("ij,jk->ik", a, b), matmul(a, b));
  check_close(einsum("ij,jk", a, b), matmul(a, b));
  check_close(einsum(" ij , jk -> ki ", a, b), transpose(matmul(a, b), 0, 1));
  check_close(einsum("ba", a), transpose(a, 0, 1));
  check_close(einsum("Ba", a), a);  // capitals come first
  check_close(einsum("ij->", a), sum(a));
  check_close(einsum("ij->j", a), sum(a, 0));
  check_close(einsum("ii->i", square), diagonal(square));
  check_close(einsum("ii", square), sum(diagonal(square)));
  check_close(einsum("i,j", a[0], b[0]), outer(a[0], b[0]));
  check_close(einsum("ij,ij->ij", a, a), Var(a) * a);
  check_close(einsum("ij->ij", a), a);
}

TEST_CASE("einsum: three operands, letters of one alone, and of two that a third needs") {
  const auto a = randn({2, 3}, 1), b = randn({3, 4, 2}, 2), c = randn({4, 5}, 3);
  auto expected = Tensor<double>({5, 2});
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index k = 0; k < 4; ++k)
        for (Index l = 0; l < 2; ++l)
          for (Index m = 0; m < 5; ++m) expected(m, i) += a(i, j) * b(j, k, l) * c(k, m);
  check_close(einsum("ij,jkl,km->mi", a, b, c), expected);
  check_close(einsum("ij,jkl,km->mi", std::vector<Var>{a, b, c}), expected);
  auto shared = Tensor<double>({2});
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j) shared(i) += a(i, j) * a(i, j) * a(i, j);
  check_close(einsum("ij,ij,ij->i", a, a, a), shared);
}

TEST_CASE("einsum: an ellipsis stands for dimensions that stretch") {
  const auto a = randn({2, 1, 3, 4}, 1), b = randn({5, 4, 2}, 2);
  check_close(einsum("...ij,...jk->...ik", a, b), matmul(a, b));
  check_close(einsum("...ij,...jk", a, b), matmul(a, b));
  check_close(einsum("...ij->...ji", a), transpose(a, 2, 3));
  check_close(einsum("...i->i", b), sum(b, {0, 1}));  // what the result does not name is summed
  check_close(einsum("i...->...", b), sum(b, 0));
  check_close(einsum("...,...", a[0][0], a[1][0]), Var(a[0][0]) * a[1][0]);
  check_close(einsum("...ii->...i", randn({2, 3, 3}, 4)),
              diagonal(randn({2, 3, 3}, 4), {.dim1 = 1, .dim2 = 2}));
}

TEST_CASE("einsum: sizes of 1 stretch, of nothing the sum is 0, and numbers have no letters") {
  const auto a = randn({3, 1}, 1), b = randn({1, 4}, 2), row = randn({4}, 3);
  check_close(einsum("ij,ij->ij", a, b), Var(a) * b);
  check_close(einsum("ij,j->i", a, row), reshape(a, {3}) * sum(row));
  check_close(einsum("ij,jk->ik", Tensor<double>({2, 0}), Tensor<double>({0, 3})),
              Tensor<double>({2, 3}));
  CHECK(einsum("ij,jk->ik", Tensor<double>({0, 2}), Tensor<double>({2, 3})).shape() == Shape{0, 3});
  check_close(einsum(",->", Tensor<double>::scalar(3), Tensor<double>::scalar(4)),
              Tensor<double>::scalar(12));
  check_close(einsum(",ij->ij", Tensor<double>::scalar(2), a), Var(a) * 2);
}

TEST_CASE("einsum: equations that are none are told, with what is wrong") {
  const auto a = randn({3, 4}, 1), b = randn({4, 5}, 2);
  CHECK_THROWS_WITH_AS(einsum("ij,jk->ik", a), "einsum: \"ij,jk->ik\": names 2 operands, got 1",
                       ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij->ik", a),
                       "einsum: \"ij->ik\": 'k' of the result is in no operand", ValueError);
  CHECK_THROWS_WITH_AS(einsum("ij->ii", a), "einsum: \"ij->ii\": 'i' stands twice in the result",
                       ValueError);
  CHECK_THROWS_WITH_AS(einsum("i1", a),
                       "einsum: \"i1\": expects terms of letters and \"...\", separated by commas, "
                       "perhaps \"->\" and one more; byte 1 is none of it",
                       ValueError);
  for (const char* wrong : {"i.j", "..ij", "ij->i->j", "ij-", "ij->i,j", "......"})
    CHECK_THROWS_AS(einsum(wrong, a), ValueError);
  CHECK_THROWS_AS(einsum("ij", Var()), ValueError);
  CHECK_THROWS_AS(einsum("ij", std::vector<Var>()), ValueError);
  CHECK_THROWS_WITH_AS(einsum(std::string(200, '\n'), a).shape(),
                       doctest::Contains("einsum: \"???"), ValueError);
}

TEST_CASE("einsum: operands that do not fit are told by their number") {
  const auto a = randn({3, 4}, 1), b = randn({5, 4}, 2);
  CHECK_THROWS_WITH_AS(einsum("ij,jk->ik", a, b),
                       "einsum: \"ij,jk->ik\": dimension 'j' is 4, and 5 in operand 1", ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ij,jkl->ik", a, b),
                       "einsum: \"ij,jkl->ik\": operand 1 is [5,4], its term names 3 dimensions",
                       ShapeError);
  CHECK_THROWS_WITH_AS(einsum("ii", a),
                       "einsum: \"ii\": operand 0 is [3,4], and its dimensions 'i' differ",
                       ShapeError);
  CHECK_THROWS_AS(einsum("...ijk", a), ShapeError);
  CHECK_THROWS_AS(einsum("...,...", a, b), ShapeError);
}

}  // namespace einsum_test
