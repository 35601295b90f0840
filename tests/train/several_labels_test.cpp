// Clips of several labels: what they are charged, and when an answer is right.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/clip_results.hpp>
#include <adafuse/train/several_labels.hpp>

namespace several_labels_test {

using namespace adafuse;
using namespace adafuse::train;

TEST_CASE("several labels: a clip is charged the binary cross-entropy of each class") {
  const Tensor<float> logits({2, 3}, {2, -1, 0, -3, 0.5f, 4});
  const LabelSets sets{{0, 2}, {1}};
  const auto losses = label_losses(logits, sets).value();
  for (Index n = 0; n < 2; ++n) {
    double expected = 0;
    for (Index k = 0; k < 3; ++k) {
      const auto& own = sets[static_cast<std::size_t>(n)];
      const bool there = std::find(own.begin(), own.end(), k) != own.end();
      const double p = 1 / (1 + std::exp(-static_cast<double>(logits(n, k))));
      expected -= std::log(there ? p : 1 - p);
    }
    CHECK(losses(n) == doctest::Approx(expected).epsilon(1e-6));
  }
}

TEST_CASE("several labels: the gradient of a logit is its probability less what it should be") {
  const auto logits = parameter(Tensor<float>({1, 2}, {0, 0}));
  backward(mean(label_losses(logits, {{1}})));
  CHECK(logits.grad()(0, 0) == doctest::Approx(0.5));
  CHECK(logits.grad()(0, 1) == doctest::Approx(-0.5));
}

TEST_CASE("several labels: an answer is right when it is one of them") {
  const Tensor<float> logits({3, 3}, {1, 3, 2, 1, 3, 2, 5, 5, 0});
  CHECK(correct_count(logits, LabelSets{{0, 1}, {0, 2}, {1}}) == 1);  // of equal ones the first
  const auto right = clip_result(logits[0].values(), std::vector<std::int64_t>{0, 1});
  CHECK((right.right() && right.guess == 1 && right.label == 0));
  CHECK(right.scores[0] == doctest::Approx(1 / (1 + std::exp(-1.0))));
  const auto second = clip_result(logits[1].values(), std::vector<std::int64_t>{0, 2});
  CHECK((!second.right() && second.rank == 1));
  const auto classes = class_results({right, second}, 3);
  CHECK((classes[0].clips == 2 && classes[0].right == 0));
  CHECK((classes[1].clips == 1 && classes[1].right == 1));
}

}  // namespace several_labels_test
