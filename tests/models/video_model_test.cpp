// The whole network: clips in, logits and decisions out.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/objective.hpp>
#include <adafuse/models/plan_cost.hpp>

#include "lively_model.hpp"

namespace video_model_test {

using namespace adafuse;
using namespace adafuse::models;

namespace {

// Weights are drawn, so each network and each block is given a key.
template <class Network, class... Arguments>
constexpr bool needs_key = std::is_constructible_v<Network, Arguments..., Key> &&
                           !std::is_constructible_v<Network, Arguments...>;

static_assert(needs_key<VideoModel<float>, ModelConfig>);
static_assert(needs_key<ResNet<float>, ModelConfig, ResNetLayout>);
static_assert(needs_key<BnInception<float>, ModelConfig>);
static_assert(needs_key<ResidualBlock<float>, ResidualBlockConfig, BlockAgents<float>>);
static_assert(needs_key<InceptionUnit<float>, InceptionUnitConfig, Fusion,
                        std::optional<PolicyNetwork<float>>>);
static_assert(needs_key<ConvNormRelu<float>, std::string, nn::Conv2dConfig>);
static_assert(needs_key<AgentMaker<float>, ModelConfig>);

Tensor<float> clip_of(Index clips, Index frames) {
  return Tensor<float>::randn({clips, frames, 3, 11, 13}, Key(1));
}

VideoOutput<float> evaluated(const VideoModel<float>& model, const Tensor<float>& clip) {
  const NoGrad guard;
  AdaptiveContext<float> ctx;
  return model.forward(clip, ctx);
}

bool same(const Tensor<float>& a, const Tensor<float>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

TEST_CASE("video model: a clip alone gives the numbers that it gives in a batch") {
  for (const std::string fusion : {"none", "tsm", "adafuse", "adafuse-tsm"}) {
    INFO(fusion);
    const auto model = lively_model<float>(small_config("resnet8", fusion));
    const auto clip = clip_of(3, 4);
    const auto batch = evaluated(model, clip);
    CHECK(batch.logits.shape() == Shape{3, 5});
    for (Index n = 0; n < 3; ++n) {
      const auto alone = evaluated(model, clip[n].reshape({1, 4, 3, 11, 13}));
      CHECK(largest_difference(alone.logits.value()[0], batch.logits.value()[n]) < 1e-4);
    }
  }
}

TEST_CASE("video model: clips of other lengths than the configuration's work") {
  const auto model = lively_model<float>(small_config("resnet8", "adafuse-tsm"));
  for (const Index frames : {1, 3, 16}) {
    const auto out = evaluated(model, clip_of(2, frames));
    CHECK(out.logits.shape() == Shape{2, 5});
    CHECK(out.decisions[0].weights.shape() == Shape{2 * frames, 16, 3});
  }
}

TEST_CASE("video model: only fusion and order in time tell frames from frames") {
  auto clip = clip_of(1, 4), reversed = clip_of(1, 4);
  for (Index t = 0; t < 4; ++t) reversed[0][t].copy_from(clip[0][3 - t]);
  for (const std::string fusion : {"none", "tsm", "adafuse"}) {
    const auto model = lively_model<float>(small_config("resnet8", fusion));
    const double apart = largest_difference(evaluated(model, clip).logits.value(),
                                            evaluated(model, reversed).logits.value());
    INFO(fusion);
    CHECK((fusion == "none" ? apart < 1e-5 : apart > 1e-3));
  }
}

TEST_CASE("video model: decisions come in the order of the blocks and carry their names") {
  const auto model = lively_model<float>(small_config("resnet14", "adafuse"));
  std::vector<std::string> names;
  std::vector<Index> channels;
  for (const auto& decision : evaluated(model, clip_of(1, 2)).decisions) {
    names.push_back(decision.block);
    channels.push_back(decision.weights.size(1));
  }
  CHECK(names == std::vector<std::string>{"layer1.0", "layer1.1", "layer2.0", "layer2.1",
                                          "layer3.0", "layer3.1"});
  CHECK(channels == std::vector<Index>{16, 16, 32, 32, 64, 64});
  CHECK(evaluated(lively_model<float>(small_config("resnet8", "tsm")), clip_of(1, 2))
            .decisions.empty());
}

TEST_CASE("video model: keeping every channel is the network without decisions") {
  auto config = small_config("resnet8", "adafuse");
  config.agents = false;
  const auto adaptive = lively_model<float>(config);
  config.fusion = {};
  const auto dense = lively_model<float>(config);
  const NoGrad guard;
  AdaptiveContext<float> ctx;
  ctx.decisions = keep_all<float>();
  const auto clip = clip_of(2, 3);
  CHECK(largest_difference(adaptive.forward(clip, ctx).logits.value(),
                           evaluated(dense, clip).logits.value()) < 1e-5);
}

TEST_CASE("video model: without agents and without decisions from outside it says what it lacks") {
  auto config = small_config("resnet8", "adafuse");
  config.agents = false;
  const VideoModel<float> model(config, Key(0));
  CHECK_THROWS_WITH_AS(evaluated(model, clip_of(1, 2)),
                       "layer1.0: has no agent; the context must say which channels to keep",
                       ValueError);
}

TEST_CASE("video model: in training gradients reach every parameter, the agents' too") {
  for (const std::string fusion : {"none", "tsm", "adafuse", "adafuse-tsm"}) {
    auto config = small_config("resnet14", fusion);
    config.dropout = 0.2;
    const auto model = lively_model<float>(config);
    AdaptiveContext<float> ctx(true, Key(2));
    const auto out = model.forward(clip_of(3, 4), ctx);
    const auto plan = model.plan(11, 13);
    const auto cost = adaptive_cost(plan.macs(), channel_costs(plan), out.decisions, 4,
                                    CostKind::real, plan.dense_macs());
    backward(objective(out.logits, Tensor<std::int64_t>::of({0, 3, 4}), cost, 0.5).loss);
    for (const auto& item : nn::state(model)) {
      if (!item.is_parameter()) continue;
      INFO(fusion << " " << item.name);
      REQUIRE(item.parameter.grad().defined());
      const auto gradient = item.parameter.grad().value();
      CHECK(
          std::all_of(gradient.begin(), gradient.end(), [](float g) { return std::isfinite(g); }));
      CHECK(std::any_of(gradient.begin(), gradient.end(), [](float g) { return g != 0; }));
    }
  }
}

TEST_CASE("video model: every kind of agent and estimator sends gradients to every parameter") {
  for (const Estimator estimator : {Estimator::soft_gumbel, Estimator::straight_through}) {
    auto config = small_config("resnet8", "adafuse");
    config.policy_both = true;
    config.policy_layers = 3;
    config.policy_pool = PolicyPool::max;
    config.policy_groups_of = 2;
    config.shared_policy = true;
    const auto model = lively_model<float>(config);
    AdaptiveContext<float> ctx(true, Key(2));
    ctx.estimator = estimator;
    const auto out = model.forward(clip_of(3, 4), ctx);
    CHECK(out.decisions.size() == 6);
    backward(cross_entropy(out.logits, Tensor<std::int64_t>::of({0, 3, 4})));
    for (const auto& item : nn::state(model)) {
      if (!item.is_parameter()) continue;
      INFO(item.name);
      REQUIRE(item.parameter.grad().defined());
      const auto gradient = item.parameter.grad().value();
      CHECK(std::any_of(gradient.begin(), gradient.end(), [](float g) { return g != 0; }));
    }
  }
}

TEST_CASE("video model: decisions by magnitude know how channels answer, in every block") {
  const NoGrad guard;
  for (const std::string name : {"resnet8", "bninception"}) {
    auto config = small_config(name, "adafuse");
    config.agents = false;
    config.policy_both = name == "resnet8";
    const VideoModel<float> model(config, Key(0));
    AdaptiveContext<float> ctx;
    ctx.decisions = magnitude_actions<float>({0.5, 0.25, 0.25});
    const auto out = model.forward(Tensor<float>::randn({1, 2, 3, 33, 37}, Key(1)), ctx);
    CHECK(out.decisions.size() == (name == "resnet8" ? 6 : 10));
    for (const auto& decision : out.decisions) {
      const auto actions = decision.actions();
      const auto kept = std::count(actions.begin(), actions.end(), std::uint8_t{0});
      CHECK(kept == actions.size() / 2);
    }
  }
}

TEST_CASE("video model: the gradient agrees with differences of the loss") {
  auto config = small_config("resnet8", "adafuse-tsm");
  config.stem_stride = 2;
  const auto model = lively_model<double>(config);
  const auto clip = Tensor<double>::randn({2, 3, 3, 9, 9}, Key(1));
  const auto loss = [&] {
    AdaptiveContext<double> ctx(true, Key(2));
    ctx.decisions = random_actions<double>({0.4, 0.3, 0.3}, Key(5));
    return cross_entropy(model.forward(clip, ctx).logits, Tensor<std::int64_t>::of({0, 3}));
  };
  backward(loss());
  for (const auto& item : nn::state(model)) {
    if (!item.is_parameter() || item.name.find("policy_net") != std::string::npos) continue;
    INFO(item.name);
    const NoGrad guard;
    auto value = item.value();
    const auto gradient = item.parameter.grad().value();
    const Index i = value.size() / 2;
    const double kept = value.data()[i], h = 1e-6;
    value.data()[i] = kept + h;
    const double above = loss().item();
    value.data()[i] = kept - h;
    const double below = loss().item();
    value.data()[i] = kept;
    CHECK(gradient.data()[i] ==
          doctest::Approx((above - below) / (2 * h)).epsilon(1e-4).scale(0.1));
  }
}

TEST_CASE("video model: a forward in training moves the running statistics, in evaluation not") {
  const auto model = lively_model<float>(small_config("resnet8", "adafuse"));
  const auto mean = nn::state_tensors(model).at("bn1.running_mean");
  const auto before = mean.clone();
  evaluated(model, clip_of(2, 2));
  CHECK(same(mean, before));
  AdaptiveContext<float> ctx(true, Key(2));
  model.forward(clip_of(2, 2), ctx);
  CHECK_FALSE(same(mean, before));
}

TEST_CASE("video model: the same key gives the same noise and the same weights") {
  const auto config = small_config("resnet8", "adafuse");
  const VideoModel<float> a(config, Key(4)), b(config, Key(4)), c(config, Key(5));
  const auto trained = [&](const VideoModel<float>& model, Key noise) {
    AdaptiveContext<float> ctx(true, noise);
    return model.forward(clip_of(2, 3), ctx).logits.value();
  };
  CHECK(same(trained(a, Key(1)), trained(b, Key(1))));
  CHECK_FALSE(same(trained(a, Key(1)), trained(a, Key(2))));
  CHECK_FALSE(same(trained(a, Key(1)), trained(c, Key(1))));
}

TEST_CASE("video model: a clone computes the same and keeps its own weights") {
  const auto model = lively_model<float>(small_config("resnet8", "adafuse"));
  const auto copy = nn::clone(model);
  const auto clip = clip_of(1, 3);
  const auto before = evaluated(model, clip).logits.value();
  CHECK(same(evaluated(copy, clip).logits.value(), before));
  CHECK(copy.config() == model.config());
  nn::state_tensors(copy).at("fc.bias").fill(100);
  CHECK(same(evaluated(model, clip).logits.value(), before));
  CHECK(evaluated(copy, clip).logits.value()(0, 0) > 50);
}

TEST_CASE("video model: the number of threads changes no bit") {
  const auto model = lively_model<float>(small_config("resnet8", "adafuse-tsm"));
  const int threads = num_threads();
  set_num_threads(1);
  const auto one = evaluated(model, clip_of(3, 4)).logits.value();
  for (const int n : {2, 3}) {
    set_num_threads(n);
    CHECK(same(evaluated(model, clip_of(3, 4)).logits.value(), one));
  }
  set_num_threads(threads);
}

TEST_CASE("video model: what no network is made of is told") {
  auto config = small_config("resnet8", "adafuse");
  const auto refused = [](const ModelConfig& wrong, const std::string& text) {
    CHECK_THROWS_WITH_AS(VideoModel<float>(wrong, Key(0)), doctest::Contains(text.c_str()),
                         ValueError);
  };
  auto wrong = config;
  wrong.model = "resnet9";
  refused(wrong, "got 'resnet9'");
  refused(wrong, "resnet8, resnet14, resnet20");
  wrong = config, wrong.classes = 0;
  refused(wrong, "classes must be positive, got 0");
  wrong = config, wrong.frames = 0;
  refused(wrong, "frames must be positive, got 0");
  wrong = config, wrong.stem_stride = -1;
  refused(wrong, "stem stride must be positive, got -1");
  wrong = config, wrong.dropout = 1;
  refused(wrong, "got 1");
  wrong = config, wrong.policy_layers = 4;
  refused(wrong, "policy layers: expects 1, 2 or 3, got 4");
  wrong = config, wrong.policy_groups_of = 0;
  refused(wrong, "policy groups of must be positive, got 0");
  wrong = config, wrong.policy_groups_of = 3;
  refused(wrong, "16 channels do not make groups of 3");
  wrong = config, wrong.policy_relative = -1;
  refused(wrong, "policy relative must not be negative, got -1");
  wrong = config, wrong.model = "bninception", wrong.policy_both = true;
  refused(wrong, "bninception: its units have one decision each");
  wrong = config, wrong.adaptive_stages = {4};
  refused(wrong, "has no stage 4");
}

TEST_CASE("video model: what is no clip is told with its shape") {
  const VideoModel<float> model(small_config("resnet8", "none"), Key(0));
  for (const Shape& shape : {Shape{2, 3, 8, 8}, Shape{1, 2, 4, 8, 8}, Shape{1, 0, 3, 8, 8}})
    CHECK_THROWS_WITH_AS(evaluated(model, Tensor<float>(shape)),
                         doctest::Contains("resnet8: expects a clip [N,T,3,h,w], got ["),
                         ShapeError);
}

}  // namespace video_model_test
