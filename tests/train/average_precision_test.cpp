// Average precision beside a naive count and beside scikit-learn's definition.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/train/average_precision.hpp>
#include <set>

namespace average_precision_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

/// The precision at the rank of each clip that has the class, counted anew for each.
double naive(const std::vector<double>& scores, const std::vector<bool>& has) {
  double sum = 0, positives = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!has[i]) continue;
    double above = 0, found = 0;
    for (std::size_t j = 0; j < scores.size(); ++j)
      if (scores[j] >= scores[i]) ++above, found += has[j];
    sum += found / above;
    ++positives;
  }
  return sum / positives;
}

/// sum over thresholds, falling, of (R_n - R_{n-1}) P_n.
double by_thresholds(const std::vector<double>& scores, const std::vector<bool>& has) {
  const std::set<double, std::greater<>> thresholds(scores.begin(), scores.end());
  const auto positives = static_cast<double>(std::count(has.begin(), has.end(), true));
  double sum = 0, recall_before = 0;
  for (const double threshold : thresholds) {
    double chosen = 0, right = 0;
    for (std::size_t i = 0; i < scores.size(); ++i)
      if (scores[i] >= threshold) ++chosen, right += has[i];
    const double recall = right / positives, precision = right / chosen;
    sum += (recall - recall_before) * precision;
    recall_before = recall;
  }
  return sum;
}

ClipResult clip(std::vector<double> scores, std::vector<std::int64_t> labels) {
  ClipResult result;
  result.scores = std::move(scores);
  result.labels = std::move(labels);
  return result;
}

}  // namespace

TEST_CASE("average precision: by hand") {
  CHECK(average_precision(std::vector{.9, .8, .7, .6}, {true, false, true, false}) ==
        doctest::Approx((1 + 2. / 3) / 2));
  CHECK(average_precision(std::vector{.1, .2}, {true, true}) == 1);
  CHECK(std::isnan(average_precision(std::vector{.1, .2}, {false, false})));
}

TEST_CASE("average precision: clips of one score share a rank, in whatever order they come") {
  CHECK(average_precision(std::vector{.5, .5, .5, .5}, {true, false, false, false}) == .25);
  CHECK(average_precision(std::vector{.5, .5, .5, .5}, {false, false, false, true}) == .25);
}

TEST_CASE("average precision: as counted naively, and by scikit-learn's definition") {
  Draws draws(Key(7));
  for (int trial = 0; trial < 40; ++trial) {
    const auto clips = static_cast<std::size_t>(1 + draws.integer(30));
    std::vector<double> scores(clips);
    std::vector<bool> has(clips);
    for (std::size_t i = 0; i < clips; ++i) {
      scores[i] = static_cast<double>(draws.integer(trial % 2 == 0 ? 5 : 1000)) / 1000;  // ties
      has[i] = draws.integer(3) == 0;
    }
    has[clips / 2] = true;
    const double own = average_precision(scores, has);
    CHECK(own == doctest::Approx(naive(scores, has)).epsilon(1e-12));
    CHECK(own == doctest::Approx(by_thresholds(scores, has)).epsilon(1e-12));
  }
}

TEST_CASE("average precision: the mean is over the classes that some clip has") {
  const std::vector<ClipResult> clips{clip({.9, .2, .1}, {0, 1}), clip({.8, .6, .3}, {0}),
                                      clip({.1, .4, .2}, {1})};
  const auto each = average_precisions(clips, 3);
  CHECK(each[0] == 100);
  CHECK(each[1] == doctest::Approx(100 * (1. / 2 + 2. / 3) / 2));
  CHECK(std::isnan(each[2]));
  CHECK(mean_average_precision(each) == doctest::Approx((each[0] + each[1]) / 2));
  CHECK(mean_average_precision({each[2]}) == 0);
}

}  // namespace average_precision_test
