// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/embedding.hpp>
#include <adafuse/ops/reduce.hpp>
#include <cstring>

#include "lists.hpp"

namespace embedding_test {

using namespace adafuse;
using namespace lists;

TEST_CASE("embedding: rows of a table; a row that is read twice gets both gradients") {
  const auto weight = parameter(Tensor<double>::of({{1, 2}, {3, 4}, {5, 6}}));
  const auto y = embedding(Index64::of({{2, 0}, {2, 2}}), weight);
  CHECK(y.shape() == Shape{2, 2, 2});
  CHECK(list(y) == Doubles{5, 6, 1, 2, 5, 6, 5, 6});
  backward(y, Tensor<double>::arange(8).reshape({2, 2, 2}));
  CHECK(list(weight.grad()) == Doubles{2, 3, 0, 0, 10, 13});
  CHECK(embedding(Index64::scalar(1), weight).shape() == Shape{2});
  CHECK(embedding(Index64(Shape{0, 4}), weight).shape() == Shape{0, 4, 2});
}

TEST_CASE("embedding: the row of padding is read and learns nothing") {
  const auto weight = parameter(Tensor<double>::of({{1, 2}, {3, 4}, {5, 6}}));
  for (const Index padding : {2, -1}) {
    weight.zero_grad();
    const auto y = embedding(Index64::of({2, 0, 2}), weight, {.padding_idx = padding});
    CHECK(list(y) == Doubles{5, 6, 1, 2, 5, 6});
    backward(sum(y));
    CHECK(list(weight.grad()) == Doubles{1, 1, 0, 0, 0, 0});
  }
  CHECK_THROWS_WITH_AS(embedding(Index64::of({0}), weight, {.padding_idx = 3}),
                       "embedding: padding_idx 3 is outside of weight [3,2]", ValueError);
}

TEST_CASE("embedding: the gradient has the same bits for any number of threads") {
  const int before = num_threads();
  const Index words = 50, width = 64;
  auto indices = Index64::uninitialized({64, 128});
  Draws draw{Key(1)};
  for (auto& i : indices) i = draw.integer(words);
  const auto dy = Tensor<float>::randn({64, 128, width}, Key(2));
  Tensor<float> alone;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    const auto weight = parameter(Tensor<float>::ones({words, width}));
    backward(embedding(indices, weight), dy);
    const auto gradient = weight.grad().value();
    if (threads == 1) alone = gradient;
    CHECK(std::memcmp(alone.data(), gradient.data(), sizeof(float) * 50 * 64) == 0);
  }
  set_num_threads(before);
}

TEST_CASE("embedding: a change of the indices is told; and wrong use") {
  const auto weight = parameter(Tensor<double>::ones({3, 2}));
  auto indices = Index64::of({0, 1});
  const auto y = embedding(indices, weight);
  indices(0) = 2;
  CHECK_THROWS_WITH_AS(backward(sum(y)), doctest::Contains("needs indices, ["), ValueError);
  CHECK_THROWS_WITH_AS(embedding(Index64::of({3}), weight),
                       "embedding: index 3 is outside of dimension 0 of [3,2]", ValueError);
  CHECK_THROWS_WITH_AS(embedding(Index64::of({0}), Tensor<float>(Shape{3})),
                       "embedding: expects weight [V,D], got [3]", ShapeError);
}

TEST_CASE("one_hot: a 1 among zeros, of any type of number") {
  const auto y = one_hot(Index64::of({{2, 0}}));
  CHECK(y.shape() == Shape{1, 2, 3});
  CHECK(list(y) == Numbers{0, 0, 1, 1, 0, 0});
  CHECK(list(one_hot<double>(Index64::of({1}), 3)) == Doubles{0, 1, 0});
  CHECK(one_hot(Index64::scalar(1), 4).shape() == Shape{4});
  CHECK(one_hot(Index64(Shape{0}), 4).shape() == Shape{0, 4});
  CHECK_THROWS_WITH_AS(one_hot(Index64::of({0, 3}), 3),
                       "one_hot: label 3 at position 1 is outside of [0, 3)", ValueError);
  CHECK_THROWS_AS(one_hot(Index64::of({-1})), ValueError);
  CHECK_THROWS_WITH_AS(one_hot(Index64(Shape{0})), "one_hot: no labels to count classes by",
                       ValueError);
  CHECK_THROWS_AS(one_hot(Index64::of({std::numeric_limits<Index>::max()})), ValueError);
  CHECK_THROWS_AS(one_hot(Index64::of({0}), -2), ValueError);
}

}  // namespace embedding_test
