// The gradients of n ranks with B clips each are those of one process with all n B, before the
// optimiser.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/objective.hpp>
#include <adafuse/models/models.hpp>
#include <adafuse/ops/peers.hpp>

#include "world.hpp"

namespace gradients_test {

using namespace adafuse;
using namespace distributed_test;

namespace {

using Model = models::VideoModel<double>;

constexpr Index frames = 4, clips_of_rank = 2;

models::ModelConfig config(double dropout) {
  models::ModelConfig c;
  c.model = "resnet8";
  c.fusion = models::parse_fusion("adafuse");
  c.classes = 3, c.frames = frames, c.dropout = dropout, c.stem_stride = 2;
  return c;
}

/// How a forward is decided on, and with what.
struct Way {
  const char* name;
  double dropout = 0;
  DecisionSource<double> decisions = {};
  Estimator estimator = Estimator::gumbel;
};

struct Step {
  std::vector<Tensor<double>> gradients, statistics;
  double loss = 0;
};

/// One forward and back of these clips, for all of them alone, or for this rank's among all.
/// Overlapping, or after backward.
Step step(const Way& way, bool shared, bool overlapping = false) {
  const auto& world = the_world();
  const Model model(config(way.dropout), Key(1));
  const Index all = clips_of_rank * world.size();
  const auto whole = Tensor<double>::randn({all, frames, 3, 24, 24}, Key(2));
  auto labels = Tensor<std::int64_t>::uninitialized({all});
  for (Index n = 0; n < all; ++n) labels(n) = n % 3;
  AdaptiveContext<double> ctx(true, Key(3));
  ctx.estimator = way.estimator;
  ctx.decisions = way.decisions;
  if (shared) world.join(ctx, clips_of_rank);
  distributed::GradientReducer reducer(world, model, {.bucket_bytes = 20000});
  const auto out = model.forward(shared ? own_part(whole) : whole, ctx);
  const auto plan = model.plan(24, 24);
  auto cost = adaptive_cost(plan.macs(), models::channel_costs(plan), out.decisions, frames,
                            CostKind::real, plan.dense_macs());
  // |cost - target| of the whole batch's cost: a mean of distances would be another number.
  if (shared) cost = mean_over(world, cost);
  const auto parts = objective(out.logits, shared ? own_part(labels) : labels, cost,
                               {.lambda = 0.7, .target = 0.62});
  if (shared && overlapping) reducer.start();
  backward(parts.loss);
  if (shared && overlapping) reducer.finish();
  if (shared && !overlapping) distributed::average_gradients(world, model);
  Step result;
  for (const auto& item : nn::state(model))
    if (!item.is_parameter())
      result.statistics.push_back(item.buffer.clone());
    else
      result.gradients.push_back(item.parameter.grad().defined()
                                     ? item.parameter.grad().value().clone()
                                     : Tensor<double>::zeros(item.parameter.shape()));
  result.loss = parts.loss.item();
  if (shared) result.loss = mean_over(world, Variable<double>(result.loss)).item();
  return result;
}

std::vector<Way> ways() {
  return {{"keep all", 0, keep_all<double>()},
          {"given, by lot", 0, random_actions<double>({0.5, 0.3, 0.2}, Key(9))},
          {"drawn"},
          {"drawn straight through", 0, {}, Estimator::straight_through},
          {"drawn, and dropout", 0.4}};
}

double scale(const std::vector<Tensor<double>>& all) {
  double most = 0;
  for (const auto& one : all)
    for (const double v : one) most = std::max(most, std::abs(v));
  return most;
}

}  // namespace

TEST_CASE("gradients: of the ranks' parts, they are those of one process with the whole batch") {
  for (const auto& way : ways()) {
    const auto single = step(way, false), shared = step(way, true);
    REQUIRE(single.gradients.size() == shared.gradients.size());
    const double most = scale(single.gradients);
    REQUIRE(most > 1e-3);
    double worst = 0;
    for (std::size_t k = 0; k < single.gradients.size(); ++k)
      worst = std::max(worst, apart(shared.gradients[k], single.gradients[k]) *
                                  scale({single.gradients[k]}) / most);
    CHECK_MESSAGE(worst < 1e-10, way.name);
    for (std::size_t k = 0; k < single.statistics.size(); ++k)
      CHECK_MESSAGE(apart(shared.statistics[k], single.statistics[k]) < 1e-10, way.name);
    CHECK(shared.loss == doctest::Approx(single.loss).epsilon(1e-12));
  }
}

TEST_CASE("gradients: sent during backward they have the bits of those sent after, and again") {
  for (const auto& way : ways()) {
    const auto after = step(way, true), during = step(way, true, true),
               again = step(way, true, true);
    bool same = true;
    for (std::size_t k = 0; k < after.gradients.size(); ++k)
      same = same && same_bits(after.gradients[k], during.gradients[k]) &&
             same_bits(during.gradients[k], again.gradients[k]);
    CHECK_MESSAGE(same, way.name);
  }
}

}  // namespace gradients_test
