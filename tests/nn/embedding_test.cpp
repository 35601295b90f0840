// Embedding: against PyTorch, numbers that are repeated, the padding, and numbers it refuses.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/embedding.hpp>

#include "../golden/layers.hpp"

namespace embedding_test {

using namespace adafuse;
using golden::check_close;
using Numbers = Tensor<std::int64_t>;

TEST_CASE("golden: Embedding computes what PyTorch computes, with and without padding") {
  for (const char* name : {"embedding", "embedding_padded"}) {
    CAPTURE(name);
    const golden::Case pytorch{name};
    nn::EmbeddingConfig config{.num_embeddings = 5, .embedding_dim = 3};
    if (std::string(name) == "embedding_padded") config.padding_idx = 1;
    const nn::Embedding<double> layer(config, Key(0));
    nn::load_state(layer, {{"weight", pytorch["weight"]}});
    const auto numbers = golden::layers().get<std::int64_t>(std::string(name) + ".numbers");
    const auto y = layer(numbers);
    check_close(y.value(), pytorch["y"], "y");
    backward(y, pytorch["dy"]);
    check_close(layer.weight.grad().value(), pytorch["dweight"], "dweight");
  }
}

TEST_CASE("Embedding: numbers of any shape, also none; the gradient of repeats adds up in order") {
  const nn::Embedding<float> layer({.num_embeddings = 4, .embedding_dim = 2}, Key(1));
  CHECK(layer(Numbers({2, 0})).shape() == Shape{2, 0, 2});
  CHECK(layer(Numbers::scalar(3)).shape() == Shape{2});
  const auto y = layer(Numbers::full({10000}, 2));
  auto dy = Tensor<float>::full({10000, 2}, 0.1f);
  backward(y, dy);
  CHECK(layer.weight.grad().value()(2, 0) == doctest::Approx(1000).epsilon(1e-6));
  CHECK(layer.weight.grad().value()(1, 0) == 0);
}

TEST_CASE("Embedding: starts normal, the padding at 0") {
  const nn::Embedding<double> layer({.num_embeddings = 100, .embedding_dim = 40, .padding_idx = 7},
                                    Key(1));
  double squares = 0;
  for (const double v : layer.weight.value()) squares += v * v;
  CHECK(squares / 3960 == doctest::Approx(1).epsilon(0.1));
  for (Index k = 0; k < 40; ++k) CHECK(layer.weight.value()(7, k) == 0);
}

TEST_CASE("Embedding: what is outside is told") {
  const nn::Embedding<float> layer({.num_embeddings = 4, .embedding_dim = 2}, Key(1));
  CHECK_THROWS_WITH_AS(layer(Numbers::of({0, 4})),
                       "Embedding: number 4 at position 1 is outside of [0, 4)", ValueError);
  CHECK_THROWS_AS(layer(Numbers::of({-1})), ValueError);
  CHECK_THROWS_AS(layer(Numbers()), ValueError);
  CHECK_THROWS_AS(nn::Embedding<float>({.num_embeddings = 0, .embedding_dim = 2}, Key(1)),
                  ValueError);
  CHECK_THROWS_WITH_AS(
      nn::Embedding<float>({.num_embeddings = 4, .embedding_dim = 2, .padding_idx = 4}, Key(1)),
      "Embedding: padding_idx is outside of [0, 4), got 4", ValueError);
}

}  // namespace embedding_test
