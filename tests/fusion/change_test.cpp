// The change policy: its number, its two ends, and what is kept in between.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/change.hpp>

namespace change_test {

using namespace adafuse;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

/// What becomes of each frame of x [N*T, c, h, w], whose channels all do the same.
std::vector<int> ask(double threshold, const Tensor<double>& x, Index frames) {
  const std::string block = "layer1.0";
  const auto actions = change_actions<double>(threshold)({block, x, frames, 3});
  REQUIRE(actions.shape() == Shape{x.size(0), 3});
  std::vector<int> rows;
  for (Index f = 0; f < x.size(0); ++f) {
    for (Index i = 1; i < 3; ++i) CHECK(actions(f, i) == actions(f, 0));
    rows.push_back(actions(f, 0));
  }
  return rows;
}

}  // namespace

TEST_CASE("change: the share of a frame that was not so before") {
  RelativeChange change;
  const double now[] = {3, 0, -1}, before[] = {2, 0, 1};
  change.add(now, before, 3);  // moved 1 + 0 + 2 of 4
  CHECK(change.value() == 0.75);
  change.add<double>(nullptr, before, 3);  // a map that vanished: 3 more, of nothing
  CHECK(change.value() == 1.5);
  CHECK(RelativeChange{}.value() == 0);
  RelativeChange vanished;
  vanished.add<double>(nullptr, before, 3);
  CHECK(vanished.value() == infinity);
}

TEST_CASE("change: between its ends a frame is reused that changed by less than the threshold") {
  // Two clips of three frames: still and then another; 10 % more and then half.
  const Tensor<double> x({6, 1, 1, 2}, std::vector<double>{4, 4, 4, 4, 8, 0,  //
                                                           1, 1, 1.25, 1.25, 0.625, 0.625});
  CHECK(ask(0.3, x, 3) == std::vector<int>{0, 1, 0, 0, 1, 0});
  CHECK(ask(0.2, x, 3) == std::vector<int>{0, 1, 0, 0, 0, 0});  // 0.25 / 1.25 is not below it
  CHECK(ask(1.01, x, 3) == std::vector<int>{0, 1, 1, 0, 1, 1});
}

TEST_CASE("change: a threshold of 0 keeps everything, an infinite one nothing but first frames") {
  Tensor<double> x = Tensor<double>::randn({6, 2, 3, 3}, Key(1));
  x[4].copy_from(x[3]);
  CHECK(ask(0, x, 3) == std::vector<int>{0, 0, 0, 0, 0, 0});
  CHECK(ask(infinity, x, 3) == std::vector<int>{0, 1, 1, 0, 1, 1});
  CHECK(ask(infinity, x, 1) == std::vector<int>{0, 0, 0, 0, 0, 0});
}

TEST_CASE("change: what is no number is kept, and a threshold that is none is told") {
  Tensor<double> x({2, 1, 1, 1});
  x(1, 0, 0, 0) = std::nan("");
  CHECK(ask(infinity, x, 2) == std::vector<int>{0, 0});
  CHECK_THROWS_WITH_AS(change_actions<double>(-0.5),
                       "change policy: a threshold is at least 0, got -0.5", ValueError);
  CHECK_THROWS_AS(change_actions<double>(std::nan("")), ValueError);
}

}  // namespace change_test
