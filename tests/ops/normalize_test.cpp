// Vectors by their length: unit vectors, what is shorter than eps, vectors of 0.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/normalize.hpp>

namespace normalize_test {

using namespace adafuse;

TEST_CASE("normalize: vectors of any p have length 1, along any dimension") {
  const auto x = Tensor<double>::of({{3, -4}, {1, 1}});
  const auto y = normalize(x).value();
  CHECK(y(0, 0) == doctest::Approx(0.6));
  CHECK(y(0, 1) == doctest::Approx(-0.8));
  CHECK(normalize(x, {.p = 1}).value()(0, 1) == doctest::Approx(-4.0 / 7));
  CHECK(normalize(x, {.dim = 0}).value()(0, 1) == doctest::Approx(-4 / std::sqrt(17.0)));
  const auto largest =
      normalize(x, {.p = std::numeric_limits<double>::infinity(), .dim = -1}).value();
  CHECK(largest(0, 0) == 0.75);
  CHECK(largest(0, 1) == -1);
}

TEST_CASE("normalize: what is shorter than eps is divided by eps; gradients at 0 are finite") {
  const auto x = parameter(Tensor<double>::of({{0, 0}, {3e-3, 4e-3}}));
  const auto y = normalize(x, {.eps = 0.1});
  CHECK(y.value()(0, 0) == 0);
  CHECK(y.value()(1, 1) == doctest::Approx(0.04));
  backward(y, Tensor<double>::ones({2, 2}));
  CHECK(x.grad().value()(0, 0) == doctest::Approx(10));
  for (const double p : {0.5, 1.0, 1.5, 2.0, 3.0}) {
    CAPTURE(p);
    const auto w = parameter(Tensor<double>::of({{0, 0}, {0, 2}}));
    backward(normalize(w, {.p = p}), Tensor<double>::ones({2, 2}));
    for (Index k = 0; k < 2; ++k) {
      CHECK(std::isfinite(w.grad().value()(0, k)));
      CHECK(std::isfinite(w.grad().value()(1, k)));
    }
  }
}

TEST_CASE("cosine_similarity: 1 for one direction, 0 for a right angle, -1 for the opposite") {
  const auto a = Tensor<float>::of({{1, 1}, {1, 1}, {1, 1}, {0, 0}}),
             b = Tensor<float>::of({{2, 2}, {-3, 3}, {-1, -1}, {1, 2}});
  const auto c = cosine_similarity(a, b).value();
  REQUIRE(c.shape() == Shape{4});
  CHECK(c(0) == doctest::Approx(1));
  CHECK(c(1) == 0);
  CHECK(c(2) == doctest::Approx(-1));
  CHECK(c(3) == 0);
  CHECK(cosine_similarity(Tensor<float>({5, 1, 3}), Tensor<float>({4, 3}), {.dim = -1}).shape() ==
        Shape{5, 4});
  CHECK(cosine_similarity(Tensor<float>({2, 0}), Tensor<float>({2, 0})).value()(1) == 0);
}

TEST_CASE("normalize, cosine_similarity: what does not fit is told") {
  const Tensor<float> x({2, 3});
  CHECK_THROWS_WITH_AS(normalize(Tensor<float>({3})), "normalize: dimension 1 is outside of [3]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(normalize(x, {.p = 0}), "normalize: p must be positive, got 0", ValueError);
  CHECK_THROWS_WITH_AS(normalize(x, {.eps = -1}), "normalize: eps is not negative, got -1",
                       ValueError);
  CHECK_THROWS_AS(normalize(x, {.p = std::nan("")}), ValueError);
  CHECK_THROWS_AS(cosine_similarity(x, Tensor<float>({2, 4})), ShapeError);
  CHECK_THROWS_AS(cosine_similarity(x, x, {.dim = 2}), ShapeError);
}

}  // namespace normalize_test
