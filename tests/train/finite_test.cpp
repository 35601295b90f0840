// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/linear.hpp>
#include <adafuse/train/finite.hpp>
#include <limits>

namespace finite_test {

using namespace adafuse;
using namespace adafuse::train;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("finite: a weight that is no number is told by file, name and place") {
  const nn::Linear<float> layer({.in = 2, .out = 3}, Key(1));
  CHECK_NOTHROW(require_finite_state(layer, "file"));
  for (const float bad : {nan, inf, -inf}) {
    auto tensor = nn::state_tensors(layer).at("weight");  // shares its elements
    const float before = tensor(1, 0);
    tensor(1, 0) = bad;
    CHECK_THROWS_WITH_AS(require_finite_state(layer, "file"),
                         concat("file: tensor \"weight\": element 2 of [3,2] is ", bad).c_str(),
                         FormatError);
    tensor(1, 0) = before;
  }
}

TEST_CASE("finite: a logit that is no number is told by class") {
  const std::vector<float> good{1, -3e38f, 0};
  CHECK_NOTHROW(require_finite_logits(good, "clip a"));
  for (const float bad : {nan, inf, -inf}) {
    const std::vector<float> logits{1, bad, 0};
    CHECK_THROWS_WITH_AS(require_finite_logits(logits, "clip a"),
                         concat("clip a: the logit of class 1 is ", bad).c_str(), ValueError);
  }
}

}  // namespace finite_test
