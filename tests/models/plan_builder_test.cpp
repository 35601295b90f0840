// The builder: names, shapes and MACs of what it is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/models/plan_builder.hpp>

namespace plan_builder_test {

using namespace adafuse;
using namespace adafuse::models;

TEST_CASE("plan builder: scopes nest in names and end with their block") {
  PlanBuilder<float> b({4, 6, 6});
  ValueId y = 0;
  {
    const PlanBuilder<float>::Scope outer(b, "layer1.0");
    {
      const PlanBuilder<float>::Scope inner(b, "branch");
      y = b.relu(b.input());
    }
    y = b.relu(y);
  }
  b.relu(y);
  const auto plan = b.take();
  REQUIRE(plan.steps.size() == 3);
  CHECK(plan.steps[0].name == "layer1.0.branch.relu");
  CHECK(plan.steps[1].name == "layer1.0.relu");
  CHECK(plan.steps[2].name == "relu");
}

TEST_CASE("plan builder: shapes and MACs of a convolution with stride, groups and odd sizes") {
  const nn::Conv2d<float> conv(
      {.in = 4, .out = 6, .kernel = 3, .stride = 2, .padding = 1, .groups = 2}, Key(0));
  PlanBuilder<float> b({4, 7, 9});
  const ValueId y = b.conv("conv", conv, b.input());
  CHECK(b.shape(y) == Shape{6, 4, 5});
  CHECK(b.take().macs() == 6 * 4 * 5 * (4 / 2) * 9);
}

TEST_CASE("plan builder: parts are concatenated along channels, poolings shrink maps") {
  PlanBuilder<float> b({16, 8, 8});
  const ValueId pooled = b.max_pool("pool", {.kernel = 3, .stride = 2, .padding = 1}, b.input());
  CHECK(b.shape(pooled) == Shape{16, 4, 4});
  CHECK(b.shape(b.concat({pooled, pooled})) == Shape{32, 4, 4});
  CHECK(b.shape(b.global_pool(pooled)) == Shape{16});
  CHECK(b.shape(b.decide("block", {}, pooled, 24)) == Shape{24, 3});
  CHECK_THROWS_WITH_AS(b.avg_pool("mean", {.kernel = 2, .divisor_override = 3}, b.input()),
                       "plan: avg_pool 'mean' has a divisor_override", ValueError);
  const auto plan = b.take();
  CHECK(plan.macs() == 0);
}

}  // namespace plan_builder_test
