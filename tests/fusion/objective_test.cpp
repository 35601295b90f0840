// The objective adds up, in value and in gradient.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/objective.hpp>

namespace objective_test {

using namespace adafuse;

namespace {

using Var = Variable<double>;

struct Setting {
  Var logits = parameter(Tensor<double>::randn({4, 3}, Key(1)));
  Var cost = parameter(Tensor<double>::scalar(5));
  Tensor<std::int64_t> labels = Tensor<std::int64_t>::of({0, 2, 1, 2});
};

}  // namespace

TEST_CASE("objective: loss = cross-entropy + lambda cost") {
  const Setting s;
  const auto o = objective(s.logits, s.labels, s.cost, 0.5);
  CHECK(o.cross_entropy.item() == cross_entropy(s.logits, s.labels).item());
  CHECK(o.cost.item() == 5);
  CHECK(o.loss.item() == doctest::Approx(o.cross_entropy.item() + 2.5));
  backward(o.loss);
  CHECK(s.cost.grad().item() == 0.5);
  CHECK(s.logits.grad().defined());
}

TEST_CASE("objective: with lambda 0 the cost is reported and not minimised, NaN or not") {
  Setting s;
  s.cost = parameter(Tensor<double>::scalar(std::nan("")));
  const auto o = objective(s.logits, s.labels, s.cost, 0.0);
  CHECK(o.loss.item() == o.cross_entropy.item());
  CHECK(std::isnan(o.cost.item()));
  backward(o.loss);
  CHECK(!s.cost.grad().defined());
}

}  // namespace objective_test
