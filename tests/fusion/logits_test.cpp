// What a choice can be made from.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/logits.hpp>

namespace logits_test {

using namespace adafuse;

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("logits: numbers can be chosen from, and -inf rules out, but not everything") {
  const auto can = [](double a, double b, double c) {
    const double row[] = {a, b, c};
    return can_choose(row, 3);
  };
  CHECK(can(1, 2, 3));
  CHECK(can(-infinity, -1e308, -infinity));
  CHECK(can(1e308, 1e-320, -infinity));
  CHECK_FALSE(can(nan, 2, 3));
  CHECK_FALSE(can(1, nan, 3));
  CHECK_FALSE(can(1, 2, nan));
  CHECK_FALSE(can(1, infinity, 3));
  CHECK_FALSE(can(-infinity, -infinity, -infinity));
  CHECK_FALSE(can(-infinity, nan, -infinity));
}

TEST_CASE("logits: a step leads through rows that lie side by side") {
  const float two[] = {1, nan, 2, 1, 3, 1};  // (1, 2, 3) and (nan, 1, 1)
  CHECK(can_choose(two, 3, 2));
  CHECK_FALSE(can_choose(two + 1, 3, 2));
}

TEST_CASE("logits: the error says which row, and what is in it") {
  const auto logits = Tensor<double>::of({{1, 2, 3}, {4, nan, 6}});
  CHECK_NOTHROW(require_choices(logits.narrow(0, 1), "agent"));
  CHECK_THROWS_WITH_AS(require_choices(logits, "agent"),
                       "agent: expects logits that are numbers, or -inf for what is ruled out, got "
                       "(4, nan, 6) in row 1 of [2,3]",
                       ValueError);
}

}  // namespace logits_test
