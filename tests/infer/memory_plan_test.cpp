// Values that live together never share memory; others do.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/infer/steps/memory_plan.hpp>

namespace memory_plan_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

void check_disjoint(const std::vector<Lifetime>& values, const MemoryPlan& plan) {
  for (std::size_t a = 0; a < values.size(); ++a) {
    if (values[a].size == 0) continue;
    CHECK(plan.offsets[a] >= 0);
    CHECK(plan.offsets[a] % 16 == 0);
    CHECK(plan.offsets[a] + values[a].size <= plan.total);
    for (std::size_t b = 0; b < a; ++b)
      if (values[b].size > 0 && values[a].overlaps(values[b]))
        CHECK((plan.offsets[a] + values[a].size <= plan.offsets[b] ||
               plan.offsets[b] + values[b].size <= plan.offsets[a]));
  }
}

}  // namespace

TEST_CASE("memory plan: a chain of equal values needs two places") {
  std::vector<Lifetime> chain;
  for (std::size_t i = 0; i < 10; ++i) chain.push_back({100, i, i + 1});
  const auto plan = plan_memory(chain);
  check_disjoint(chain, plan);
  CHECK(plan.total == 2 * 112);
}

TEST_CASE("memory plan: random lifetimes never collide and need no more than their sum") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Key key(seed);
    std::vector<Lifetime> values;
    Index sum = 0;
    for (std::uint64_t i = 0; i < 40; ++i) {
      const auto first = static_cast<std::size_t>(key.of("first").integer(i, 30));
      values.push_back({static_cast<Index>(key.of("size").integer(i, 200)), first,
                        first + static_cast<std::size_t>(key.of("length").integer(i, 10))});
      sum += (values.back().size + 15) / 16 * 16;
    }
    const auto plan = plan_memory(values);
    check_disjoint(values, plan);
    CHECK(plan.total <= sum);
  }
}

TEST_CASE("memory plan: nothing needs nothing") {
  CHECK(plan_memory({}).total == 0);
  CHECK(plan_memory({{0, 0, 3}}).total == 0);
}

}  // namespace memory_plan_test
