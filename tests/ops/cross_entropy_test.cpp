// Cross-entropy: against the naive twin, its extremes, and the labels it refuses.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/kernels/reference/softmax.hpp>
#include <adafuse/ops/cross_entropy.hpp>

namespace cross_entropy_test {

using namespace adafuse;
using Labels = Tensor<std::int64_t>;

TEST_CASE("cross_entropy: the mean over rows of the definition") {
  const auto x = Tensor<double>::randn({7, 5}, Key(1));
  const auto labels = Labels::of({0, 4, 2, 2, 1, 3, 0});
  for (const double smoothing : {0.0, 0.1, 1.0}) {
    const double expected =
        kernels::reference::cross_entropy(7, 5, x.data(), labels.data(), smoothing);
    CHECK(cross_entropy(x, labels, {.label_smoothing = smoothing}).item() ==
          doctest::Approx(expected).epsilon(1e-13));
  }
}

TEST_CASE("cross_entropy: equal logits cost log K, and a sure and right answer nothing") {
  const auto labels = Labels::of({1, 0});
  CHECK(cross_entropy(Tensor<float>({2, 9}), labels).item() == doctest::Approx(std::log(9.0)));
  const auto sure = Tensor<float>::of({{0, 1000}, {1000, 0}});
  CHECK(cross_entropy(sure, labels).item() == 0);
  CHECK(cross_entropy(sure, Labels::of({0, 1})).item() == 1000);
}

TEST_CASE("cross_entropy: an impossible class costs nothing where it is not the label") {
  const float never = -std::numeric_limits<float>::infinity();
  const auto x = Tensor<float>::of({{0, 0, never}});
  CHECK(cross_entropy(x, Labels::of({0})).item() == doctest::Approx(std::log(2.0)));
}

TEST_CASE("cross_entropy: the gradient of each row sums to 0") {
  const auto x = parameter(Tensor<double>::randn({3, 4}, Key(2)));
  backward(cross_entropy(x, Labels::of({3, 3, 0}), {.label_smoothing = 0.2}));
  for (Index n = 0; n < 3; ++n) {
    double sum = 0;
    for (Index k = 0; k < 4; ++k) sum += x.grad().value()(n, k);
    CHECK(std::abs(sum) < 1e-15);
  }
}

TEST_CASE("cross_entropy: a label outside is named with its position") {
  const Tensor<float> x({3, 9});
  CHECK_THROWS_WITH_AS(cross_entropy(x, Labels::of({0, 9, 1})),
                       "cross_entropy: label 9 at position 1 is outside of [0, 9)", ValueError);
  CHECK_THROWS_AS(cross_entropy(x, Labels::of({0, 1, -1})), ValueError);
  CHECK_THROWS_WITH_AS(cross_entropy(x, Labels::of({0, 1})),
                       "cross_entropy: expects logits [N,K] and labels [N], got [3,9] and [2]",
                       ShapeError);
  CHECK_THROWS_AS(cross_entropy(Tensor<float>({0, 9}), Labels({0})), ShapeError);
  CHECK_THROWS_AS(cross_entropy(x, Labels::of({0, 1, 2}), {.label_smoothing = 1.5}), ValueError);
}

}  // namespace cross_entropy_test
