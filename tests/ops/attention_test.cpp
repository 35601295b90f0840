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

// What is recorded is worked out by the whole matrix of weights, what is not by blocks of keys.
template <class T>
void check_blocks(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                  const AttentionOptions<T>& options, double tolerance) {
  const auto y = scaled_dot_product_attention(q, k, v, options);
  const auto expected = scaled_dot_product_attention(parameter(q), k, v, options);
  REQUIRE(expected.requires_grad());
  REQUIRE(y.shape() == expected.shape());
  double largest = 1;
  for (const T w : expected.value()) largest = std::max(largest, std::abs(static_cast<double>(w)));
  for (Index i = 0; i < y.size(); ++i)
    REQUIRE(std::abs(static_cast<double>(y.value().data()[i] - expected.value().data()[i])) <=
            tolerance * largest);
}

TEST_CASE_TEMPLATE("attention: blocks of keys give what the whole matrix gives", T, float, double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  const std::pair<Index, Index> sizes[] = {{1, 1},     {3, 288},  {96, 289}, {97, 287},
                                           {100, 600}, {200, 64}, {192, 576}};
  std::uint64_t number = 0;
  for (const auto& [queries, keys] : sizes) {
    CAPTURE(number);
    const Key key = Key(7).of(++number);
    const auto q = Tensor<T>::randn({2, 1, queries, 5}, key.of(1));
    const auto k = Tensor<T>::randn({3, keys, 5}, key.of(2));
    const auto v = Tensor<T>::randn({2, 3, keys, 7}, key.of(3));
    auto mask = Tensor<std::uint8_t>({3, queries, keys});
    const auto drawn = Tensor<T>::uniform(mask.shape(), key.of(4));
    for (Index i = 0; i < mask.size(); ++i)
      mask.data()[i] = drawn.data()[i] < T(0.3) || i / keys % queries % 4 == 1 ? 0 : 1;
    for (Index i = 0; i < keys; ++i) mask(0, 0, i) = 0;  // it sees nothing
    const auto bias = Tensor<T>::randn({queries, 1}, key.of(5)) * T{4};
    auto hiding = Tensor<T>::randn({2, 1, 1, keys}, key.of(6)) * T{4};
    for (Index i = 0; i < keys - 1; ++i)  // whole blocks have no weight
      hiding.data()[i] = -std::numeric_limits<T>::infinity();
    check_blocks<T>(q, k, v, {}, tolerance);
    check_blocks<T>(q, k, v, {.causal = true, .scale = 1.5}, tolerance);
    check_blocks<T>(q, k, v, {.mask = mask}, tolerance);
    check_blocks<T>(q, k, v, {.mask = mask[0], .bias = bias, .causal = true}, tolerance);
    check_blocks<T>(q, k, v, {.bias = hiding}, tolerance);
    check_blocks<T>(q, k, v, {.mask = Tensor<std::uint8_t>({1, keys})}, 0);
  }
}

TEST_CASE("attention: by blocks a query that sees nothing is 0, and NaN and infinity stay") {
  const Index keys = 300;
  auto q = randn({4, 2}, 1);
  const auto k = randn({keys, 2}, 2), v = randn({keys, 3}, 3);
  auto mask = Mask::full({4, keys}, 1);
  for (Index i = 0; i < keys; ++i) mask(0, i) = 0;
  for (Index i = 0; i < 290; ++i) mask(1, i) = 0;
  auto bias = Tensor<double>({4, keys});
  for (Index i = 0; i < keys; ++i) bias(2, i) = -infinity;  // seen, and without any weight
  q(3, 0) = std::numeric_limits<double>::quiet_NaN();
  const auto y = scaled_dot_product_attention(q, k, v, {.mask = mask, .bias = bias}).value();
  const auto part = scaled_dot_product_attention(slice(Variable<double>(q), 0, 1, 2),
                                                 slice(Variable<double>(k), 0, 290, keys),
                                                 slice(Variable<double>(v), 0, 290, keys))
                        .value();
  for (Index c = 0; c < 3; ++c) {
    CHECK(y(0, c) == 0);
    CHECK(y(1, c) == doctest::Approx(part(0, c)).epsilon(1e-12));
    CHECK(std::isnan(y(2, c)));
    CHECK(std::isnan(y(3, c)));
  }
  q(3, 0) = infinity;
  CHECK(std::isnan(scaled_dot_product_attention(q, k, v).value()(3, 0)));
  // Scores as large as they come do not overflow.
  const auto large = Variable<double>(k) * 1e5;
  for (const double one : scaled_dot_product_attention(large, large, v).value())
    CHECK(std::isfinite(one));
}

TEST_CASE("attention: without a history, no matrix of all weights is held in memory") {
  if (!StoragePool::recycles) return;  // it is the pool that knows
  constexpr Index n = 3000;            // the scores: 36 MB, their softmax as much
  const auto q = Tensor<float>::randn({n, 4}, Key(1));
  auto& pool = StoragePool::instance();
  pool.trim();
  const auto before = pool.kept_bytes();
  CHECK(scaled_dot_product_attention(q, q, q).shape() == q.shape());
  CHECK(pool.kept_bytes() <= before + StoragePool::chunk);
}

TEST_CASE("attention: by blocks, the same bits for any number of threads") {
  const auto q = Tensor<float>::randn({3, 200, 8}, Key(1)),
             k = Tensor<float>::randn({3, 500, 8}, Key(2));
  const int threads = num_threads();
  set_num_threads(1);
  const auto one = scaled_dot_product_attention(q, k, k).value();
  set_num_threads(3);
  const auto three = scaled_dot_product_attention(q, k, k).value();
  set_num_threads(threads);
  CHECK(std::equal(one.begin(), one.end(), three.begin()));
}

}  // namespace attention_test
