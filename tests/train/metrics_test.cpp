// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/train/metrics.hpp>

namespace metrics_test {

using namespace adafuse;
using namespace adafuse::train;

namespace {

auto commas(const std::string& line) { return std::count(line.begin(), line.end(), ','); }

}  // namespace

TEST_CASE("metrics: a row has a number for each column of the header") {
  EpochMetrics m;
  m.epoch = 3;
  m.rate = 0.003;
  m.train = {1.5, 1.25, 0.5, 62.5};
  m.val.cross_entropy = 0.75;
  m.val.top1 = 100.0 / 3;
  m.val.actions.count = {2, 1, 1};
  m.val.macs_fraction = 0.29;
  CHECK(csv_row(m) == "3,0.003,1.5,1.25,0.5,62.5,0.75,33.333333,0.5,0.25,0.25,0.29\n");
  CHECK(commas(csv_row(m)) == commas(csv_header()));
  CHECK(csv_header().starts_with("epoch,rate,train_loss,"));
}

TEST_CASE("metrics: clock times are no part of a row") {
  EpochMetrics slow, fast;
  slow.val.seconds = 100;
  CHECK(csv_row(slow) == csv_row(fast));
}

}  // namespace metrics_test
