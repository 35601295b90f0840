// What a stream makes of its frames so far.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/steps/running_consensus.hpp>
#include <cmath>

namespace running_consensus_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

double after(const RunningConsensus& consensus, const std::vector<double>& frames) {
  RunningMean<double> mean(consensus, 1);
  double result = 0;
  for (const double frame : frames) result = mean.add(std::vector<double>{frame})[0];
  return result;
}

}  // namespace

TEST_CASE("running consensus: the mean of all frames, of the last, and one that fades") {
  const std::vector<double> frames{1, 2, 6, 7};
  CHECK(after(AllFrames{}, frames) == doctest::Approx(4));
  CHECK(after(LastFrames{2}, frames) == doctest::Approx(6.5));
  CHECK(after(LastFrames{9}, frames) == doctest::Approx(4));
  CHECK(after(FadingFrames{0.5}, frames) ==
        doctest::Approx((7 + 0.5 * 6 + 0.25 * 2 + 0.125 * 1) / 1.875));
  CHECK(after(FadingFrames{0}, frames) == doctest::Approx(7));
}

TEST_CASE("running consensus: a frame of NaN counts as long as it has weight, and no longer") {
  const double nan = std::nan("");
  CHECK(std::isnan(after(AllFrames{}, {1, nan, 2, 3})));
  CHECK(std::isnan(after(LastFrames{2}, {1, nan, 2})));
  CHECK(after(LastFrames{2}, {1, nan, 2, 3}) == doctest::Approx(2.5));
  CHECK(std::isnan(after(FadingFrames{0.5}, {1, nan, 2, 3})));
  CHECK(std::isnan(after(FadingFrames{0}, {1, nan})));
  CHECK(after(FadingFrames{0}, {1, nan, 3}) == doctest::Approx(3));
}

TEST_CASE("running consensus: a reset forgets") {
  for (const RunningConsensus& consensus :
       {RunningConsensus(AllFrames{}), RunningConsensus(LastFrames{3}),
        RunningConsensus(FadingFrames{0.9})}) {
    RunningMean<double> mean(consensus, 1);
    mean.add(std::vector<double>{5});
    mean.reset();
    CHECK(mean.add(std::vector<double>{3})[0] == doctest::Approx(3));
  }
}

TEST_CASE("running consensus: no frames, and what does not fade, are refused") {
  CHECK_THROWS_WITH_AS(RunningMean<double>(LastFrames{0}, 1),
                       "consensus: expects at least one frame, got 0", ValueError);
  CHECK_THROWS_WITH_AS(RunningMean<double>(FadingFrames{1}, 1),
                       "consensus: expects a fading of [0, 1), got 1", ValueError);
}

}  // namespace running_consensus_test
