// The magnitude policy: bounds that hold, ranks that follow them, shares that are exact.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/magnitude.hpp>
#include <adafuse/ops/conv2d.hpp>

namespace magnitude_test {

using namespace adafuse;

namespace {

using Actions = Tensor<std::uint8_t>;
using Doubles = Tensor<double>;

Actions ask(const ActionShares& shares, const Doubles& x, Index frames, const Doubles& gains) {
  const std::string block = "layer1.0";
  DecisionRequest<double> request{block, x, frames, gains.size(0)};
  request.gains = [gains] { return gains; };
  return magnitude_actions<double>(shares)(request);
}

Doubles identity(Index n) {
  Doubles gains({n, n});
  for (Index i = 0; i < n; ++i) gains(i, i) = 1;
  return gains;
}

}  // namespace

TEST_CASE("convolution gains: no output's mean magnitude is above the gains times the inputs'") {
  const auto x = Doubles::randn({1, 4, 6, 7}, Key(1)), w = Doubles::randn({5, 4, 3, 3}, Key(2)),
             scale = Doubles::randn({5}, Key(3));
  const auto gains = convolution_gains(w, scale);
  REQUIRE(gains.shape() == Shape{5, 4});
  const auto y = conv2d(x, w, {.padding = 1}).value();
  const auto size = detail::mean_magnitude(x, 1, false);
  const auto out = detail::mean_magnitude(y, 1, false);
  for (Index i = 0; i < 5; ++i) {
    double bound = 0;
    for (Index j = 0; j < 4; ++j) bound += gains(i, j) * size(0, j);
    CHECK(std::abs(scale(i)) * out(0, i) <= bound);
    CHECK(std::abs(scale(i)) * out(0, i) > 0.05 * bound);
  }
  CHECK_THROWS_AS(convolution_gains(w, Doubles({4})), ShapeError);
}

TEST_CASE("magnitude: what changes most is kept, what is large is reused, the rest is skipped") {
  // Channels: still and large, still and small, moving and small, moving and large.
  const Doubles x({4, 4, 1, 2}, std::vector<double>{9, 9, 1, 1, 2,  0, 8, 0,    //
                                                    9, 9, 1, 1, 0,  2, 0, 8,    //
                                                    2, 2, 3, 3, 4,  4, 5, 5,    // a clip of its own
                                                    2, 2, 3, 3, -4, 4, 5, 5});  //
  const auto actions = ask({0.5, 0.25, 0.25}, x, 2, identity(4));
  const auto row = [&](Index f) { return std::vector<int>(actions[f].begin(), actions[f].end()); };
  CHECK(row(1) == std::vector<int>{1, 2, 0, 0});
  // At t = 0 all has changed from nothing: the largest are kept.
  CHECK(row(0) == std::vector<int>{0, 1, 2, 0});
  CHECK(row(2) == std::vector<int>{2, 1, 0, 0});
  // Of equal changes the first channel wins.
  CHECK(row(3) == std::vector<int>{0, 2, 0, 1});
}

TEST_CASE("magnitude: every frame has the shares that were asked for") {
  const auto x = Doubles::randn({6, 5, 3, 3}, Key(1)), gains = Doubles::uniform({10, 5}, Key(2));
  for (const ActionShares& shares : {ActionShares{0.5, 0.3, 0.2}, ActionShares{1, 0, 0},
                                     ActionShares{0, 0.4, 0.6}, ActionShares{0, 0, 1}}) {
    const auto actions = ask(shares, x, 3, gains);
    for (Index f = 0; f < 6; ++f) {
      std::array<double, 3> share{};
      for (const auto action : actions[f]) share[action] += 0.1;
      CHECK(share[0] == doctest::Approx(shares.keep));
      CHECK(share[1] == doctest::Approx(shares.reuse));
      CHECK(share[2] == doctest::Approx(shares.skip));
    }
  }
}

TEST_CASE("magnitude: inputs that are no numbers leave the shares as they were asked for") {
  auto x = Doubles::ones({2, 4, 1, 2});
  x(1, 2, 0, 1) = std::nan("");
  const auto actions = ask({0.5, 0, 0.5}, x, 2, identity(4));
  for (Index f = 0; f < 2; ++f)
    CHECK(std::count(actions[f].begin(), actions[f].end(), std::uint8_t{0}) == 2);
}

TEST_CASE("magnitude: shares are shares, and gains must be known and fit") {
  CHECK_THROWS_WITH_AS(magnitude_actions<double>({0.5, 0.5, 0.5}),
                       doctest::Contains("magnitude policy: shares of keep, reuse, skip"),
                       ValueError);
  const Doubles x({2, 3, 1, 1});
  CHECK_THROWS_AS(ask({1, 0, 0}, x, 2, Doubles({4, 2})), ShapeError);
  const std::string block = "layer1.0";
  CHECK_THROWS_WITH_AS(
      magnitude_actions<double>({1, 0, 0})(DecisionRequest<double>{block, x, 2, 4}),
      "magnitude policy: layer1.0: nobody knows how its channels answer to its input", ValueError);
}

}  // namespace magnitude_test
