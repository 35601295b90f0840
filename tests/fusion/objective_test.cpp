// The objective adds up, in value and in gradient.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/objective.hpp>
#include <numeric>

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

TEST_CASE("objective: a cost that is asked for, by distance and by its square") {
  const Setting s;
  for (const double target : {3.0, 6.0}) {
    const auto near = objective(s.logits, s.labels, s.cost, {.lambda = 0.5, .target = target});
    CHECK(near.loss.item() ==
          doctest::Approx(near.cross_entropy.item() + 0.5 * std::abs(5 - target)));
    s.cost.zero_grad();
    backward(near.loss);
    CHECK(s.cost.grad().item() == (target < 5 ? 0.5 : -0.5));
    const auto square =
        objective(s.logits, s.labels, s.cost,
                  {.lambda = 0.5, .target = target, .distance = CostDistance::squared});
    CHECK(square.loss.item() ==
          doctest::Approx(square.cross_entropy.item() + 0.5 * (5 - target) * (5 - target)));
    s.cost.zero_grad();
    backward(square.loss);
    CHECK(s.cost.grad().item() == doctest::Approx(5 - target));
    CHECK(square.cost.item() == 5);
  }
}

TEST_CASE("clip losses: their mean is the objective where the cost enters by a line") {
  const Setting s;
  const auto costs = Tensor<double>::of({2, 4, 6, 8});
  for (const double lambda : {0.0, 0.5}) {
    const auto losses = clip_losses(s.logits.value(), s.labels, costs, {.lambda = lambda});
    REQUIRE(losses.shape() == Shape{4});
    const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / 4;
    CHECK(mean == doctest::Approx(objective(s.logits, s.labels, s.cost, lambda).loss.item()));
  }
  CHECK_THROWS_AS(clip_losses(s.logits.value(), s.labels, Tensor<double>({3}), {}), ShapeError);
}

TEST_CASE("objective: smoothed labels and weights of classes, for the mean and for each clip") {
  const Setting s;
  const CrossEntropyOptions options{.weight = ClassWeights(Tensor<double>::of({1, 2, 5})),
                                    .label_smoothing = 0.2};
  const auto o = objective(s.logits, s.labels, s.cost, {.lambda = 0.5}, options);
  CHECK(o.cross_entropy.item() == cross_entropy(s.logits, s.labels, options).item());
  CHECK(o.cross_entropy.item() != doctest::Approx(cross_entropy(s.logits, s.labels).item()));
  const auto costs = Tensor<double>::of({2, 4, 6, 8});
  const auto losses = clip_losses(s.logits.value(), s.labels, costs, {.lambda = 0.5}, options);
  CHECK(std::accumulate(losses.begin(), losses.end(), 0.0) / 4 == doctest::Approx(o.loss.item()));
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
