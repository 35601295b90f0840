// Attention: by hand, what masks hide, dropout by keys, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/attention.hpp>
#include <limits>

namespace attention_test {

using namespace adafuse;
using Mask = Tensor<std::uint8_t>;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor<double> randn(Shape shape, std::uint64_t number) {
  return Tensor<double>::randn(shape, Key(number));
}

void check_close(const Variable<double>& a, const Variable<double>& b) {
  REQUIRE(a.shape() == b.shape());
  for (Index i = 0; i < a.size(); ++i)
    CHECK(a.value().data()[i] == doctest::Approx(b.value().data()[i]).epsilon(1e-12).scale(1));
}

}  // namespace

TEST_CASE("attention: softmax(q k^T / sqrt(E)) v, for each place of the leading dimensions") {
  const auto q = randn({2, 3, 4, 5}, 1), k = randn({2, 3, 6, 5}, 2), v = randn({2, 3, 6, 7}, 3);
  const auto y = scaled_dot_product_attention(q, k, v);
  REQUIRE(y.shape() == Shape{2, 3, 4, 7});
  const auto one = matmul(
      softmax(matmul(q[1][2], k[1][2], {.transpose_b = true}) / std::sqrt(5.0), -1), v[1][2]);
  check_close(Variable<double>(y.value()[1][2]), one);
  check_close(Variable<double>(scaled_dot_product_attention(q, k[1], v[1]).value()[1]),
              Variable<double>(y.value()[1]));
}

TEST_CASE("attention: what a mask hides may be anything; a bias of -inf hides as well") {
  const auto q = randn({2, 4}, 1), v = randn({3, 4}, 3);
  auto k = randn({3, 4}, 2);
  const auto mask = Mask::of({{1, 0, 1}, {1, 0, 1}});
  const auto y = scaled_dot_product_attention(q, k, v, {.mask = mask});
  const auto bias = Tensor<double>::of({{0, -infinity, 0}});
  check_close(scaled_dot_product_attention(q, k, v, {.bias = bias}), y);
  check_close(scaled_dot_product_attention(q, k, v, {.mask = Mask::of({1, 0, 1})}), y);
  for (Index i = 0; i < 4; ++i) k(1, i) = 1e6;
  check_close(scaled_dot_product_attention(q, k, v, {.mask = mask}), y);
}

TEST_CASE("attention: causal is the mask of the lower triangle, and joins another mask") {
  const auto q = randn({2, 3, 4}, 1), k = randn({2, 3, 4}, 2), v = randn({2, 3, 4}, 3);
  const auto lower = Mask::of({{1, 0, 0}, {1, 1, 0}, {1, 1, 1}});
  check_close(scaled_dot_product_attention(q, k, v, {.causal = true}),
              scaled_dot_product_attention(q, k, v, {.mask = lower}));
  check_close(
      scaled_dot_product_attention(q, k, v, {.mask = Mask::of({1, 0, 1}), .causal = true}),
      scaled_dot_product_attention(q, k, v, {.mask = Mask::of({{1, 0, 0}, {1, 0, 0}, {1, 0, 1}})}));
}

TEST_CASE("attention: a query that sees nothing is answered by 0 and gets no gradient") {
  const auto q = parameter(randn({2, 4}, 1)), k = parameter(randn({3, 4}, 2));
  const auto y = scaled_dot_product_attention(q, k, randn({3, 4}, 3),
                                              {.mask = Mask::of({{0, 0, 0}, {1, 1, 0}})});
  for (Index i = 0; i < 4; ++i) CHECK(y.value()(0, i) == 0);
  backward(y, Tensor<double>::ones({2, 4}));
  for (Index i = 0; i < 4; ++i) {
    CHECK(q.grad().value()(0, i) == 0);
    CHECK(std::isfinite(q.grad().value()(1, i)));
    CHECK(k.grad().value()(2, i) == 0);
  }
  CHECK(scaled_dot_product_attention(randn({2, 4}, 1), randn({0, 4}, 1), randn({0, 3}, 1))
            .value()(1, 2) == 0);
}

TEST_CASE("attention: dropout draws from its key, and needs one") {
  const auto q = randn({8, 4}, 1), k = randn({9, 4}, 2), v = randn({9, 4}, 3);
  const auto at = [&](Key key) {
    return scaled_dot_product_attention(q, k, v, {.dropout = 0.5, .key = key});
  };
  check_close(at(Key(1)), at(Key(1)));
  CHECK(at(Key(1)).value()(0, 0) != at(Key(2)).value()(0, 0));
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(q, k, v, {.dropout = 0.5}),
                       "scaled_dot_product_attention: dropout draws random numbers, and has no key",
                       ValueError);
}

TEST_CASE("attention: what does not fit is told") {
  const auto q = randn({2, 4}, 1), k = randn({3, 4}, 2);
  CHECK_THROWS_WITH_AS(scaled_dot_product_attention(q, k, randn({2, 4}, 3)),
                       "scaled_dot_product_attention: expects q [...,L,E], k [...,S,E] and v "
                       "[...,S,V], got [2,4], [3,4] and [2,4]",
                       ShapeError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, randn({3, 5}, 1), k), ShapeError);
  CHECK_THROWS_AS(scaled_dot_product_attention(randn({4}, 1), k, k), ShapeError);
  CHECK_THROWS_WITH_AS(
      scaled_dot_product_attention(q, k, k, {.mask = Mask({5, 2, 3})}),
      "scaled_dot_product_attention: a mask [5,2,3] does not stretch to the scores, [2,3]",
      ShapeError);
  CHECK_THROWS_AS(scaled_dot_product_attention(q, k, k, {.bias = randn({2, 2}, 1)}), ShapeError);
}

}  // namespace attention_test
