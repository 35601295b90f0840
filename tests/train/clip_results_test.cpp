// What follows from the clips of an evaluation, against counting by hand.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/clip_results.hpp>

namespace clip_results_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// Logits of three classes and a label.
ClipResult clip(std::vector<float> logits, std::int64_t label, double macs = 1) {
  auto result = clip_result(logits, label);
  result.macs = macs;
  result.macs_fraction = macs / 10;
  return result;
}

/// Two clips of class 0, one right; one of class 1, right; none of class 2.
std::vector<ClipResult> three_clips() {
  return {clip({3, 1, 2}, 0, 4), clip({1, 2, 3}, 0, 2), clip({0, 5, 1}, 1, 3)};
}

}  // namespace

TEST_CASE("clip_result: guess, rank and scores are those of the logits") {
  const auto result = clip({1, 3, 2}, 2);
  CHECK(result.guess == 1);
  CHECK(result.rank == 1);
  CHECK_FALSE(result.right());
  REQUIRE(result.scores.size() == 3);
  CHECK(result.scores[1] ==
        doctest::Approx(std::exp(3) / (std::exp(1) + std::exp(2) + std::exp(3))));
  CHECK(result.scores[0] + result.scores[1] + result.scores[2] == doctest::Approx(1));
}

TEST_CASE("clip_result: of equal logits the first is the guess, and ranks before the others") {
  CHECK(clip({2, 2, 1}, 0).right());
  CHECK(clip({2, 2, 1}, 1).rank == 1);
  CHECK(clip({2, 2, 1}, 1).guess == 0);
}

TEST_CASE("clip_result: logits that no exponential holds have scores") {
  const auto result = clip({3e38f, -3e38f, 0}, 0);
  CHECK(result.scores == std::vector<double>{1, 0, 0});
}

TEST_CASE("top_k: counts labels among the k largest") {
  const auto clips = three_clips();
  CHECK(top_k(clips, 1) == doctest::Approx(200.0 / 3));
  CHECK(top_k(clips, 2) == doctest::Approx(200.0 / 3));
  CHECK(top_k(clips, 3) == 100);
}

TEST_CASE("class_results: classes count their own clips, and their mean passes over empty ones") {
  const auto classes = class_results(three_clips(), 3);
  REQUIRE(classes.size() == 3);
  CHECK(classes[0].clips == 2);
  CHECK(classes[0].right == 1);
  CHECK(classes[0].accuracy() == 50);
  CHECK(classes[0].macs_fraction == doctest::Approx(0.3));
  CHECK(classes[1].accuracy() == 100);
  CHECK(classes[2].clips == 0);
  CHECK(classes[2].accuracy() == 0);
  CHECK(mean_class_accuracy(classes) == 75);
}

TEST_CASE("confusion: rows are classes, columns are answers") {
  const auto counts = confusion(three_clips(), 3);
  CHECK(counts(0, 0) == 1);
  CHECK(counts(0, 2) == 1);
  CHECK(counts(1, 1) == 1);
  CHECK(std::accumulate(counts.begin(), counts.end(), Index{0}) == 3);
}

TEST_CASE("by_cost: from the cheapest to the dearest, equal ones in their order") {
  auto clips = three_clips();
  CHECK(by_cost(clips) == std::vector<std::size_t>{1, 2, 0});
  clips[0].macs = 2;
  CHECK(by_cost(clips) == std::vector<std::size_t>{0, 1, 2});
}

}  // namespace clip_results_test
