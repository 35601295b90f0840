// Training small adaptive networks as PyTorch did, from tests/golden/networks.safetensors, which
// networks.py beside it made: decisions under given noise, gradients, statistics, three SGD steps.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/objective.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/models/video_model.hpp>
#include <adafuse/optim/sgd.hpp>

#include "../golden/compare.hpp"

namespace golden_networks_test {

using namespace adafuse;
using golden::check_close;

namespace {

constexpr Index frames = 3, classes = 4;
constexpr double rate = 0.05, momentum = 0.9, decay = 5e-4, lambda = 0.5, base = 100;

const io::TensorFile& file() {
  static const auto read = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/networks.safetensors");
  return read;
}

/// All tensors `prefix.name`, by name.
template <class T = double>
std::map<std::string, Tensor<T>> group(const std::string& prefix) {
  std::map<std::string, Tensor<T>> found;
  for (const auto& [name, tensor] : file().tensors)
    if (name.starts_with(prefix + "."))
      found.emplace(name.substr(prefix.size() + 1), file().get<T>(name));
  REQUIRE(!found.empty());
  return found;
}

/// A stem and two units of a few channels, the first of which halves the map.
class TinyInception : public models::Backbone<double> {
 public:
  explicit TinyInception(const models::ModelConfig& config)
      : stem_("stem", {.in = 3, .out = 4, .kernel = 3, .padding = 1}, Key(0)) {
    const models::InceptionUnitConfig rows[] = {{"3a", 3, 4, 0, 3, 4, 2, 3, true, 0, true},
                                                {"3b", 3, 11, 3, 2, 3, 3, 4, false, 2, false}};
    models::AgentMaker<double> agents(config, Key(0));
    for (const auto& row : rows)
      units_.emplace_back(row, config.fusion, agents.make(row.place(), row.in, row.out()), Key(0));
  }

  models::BackboneOutput<double> forward(const Variable<double>& x, Index t,
                                         AdaptiveContext<double>& ctx) const override {
    models::BackboneOutput<double> out;
    auto y = stem_.forward(x, ctx);
    for (const auto& unit : units_) {
      auto block = unit.forward(y, t, ctx);
      y = block.maps;
      out.decisions.push_back(block.decisions.front());
    }
    out.features = global_avg_pool(y);
    return out;
  }
  models::ValueId plan(models::PlanBuilder<double>&, models::ValueId x) const override { return x; }
  void visit(nn::Visitor<double>& v) const override {
    stem_.visit(v);
    for (const auto& unit : units_) unit.visit(v);
  }
  std::vector<models::BlockPlace> blocks() const override {
    return {{"inception_3a", 3}, {"inception_3b", 3}};
  }
  Index feature_count() const override { return units_.back().config().out(); }

 private:
  models::ConvNormRelu<double> stem_;
  std::vector<models::InceptionUnit<double>> units_;
};

std::unique_ptr<models::Backbone<double>> make_backbone(const std::string& name) {
  models::ModelConfig config;
  config.fusion.adaptive = true;
  config.classes = classes;
  config.policy_hidden = 5;
  if (name == "inception") return std::make_unique<TinyInception>(config);
  models::ResNetLayout layout{name, {4, 6}, {1, 1}};
  if (name == "bottleneck") {
    layout = {name, {8, 8}, {2, 1}, true};
    config.fusion.shift = config.shared_policy = true;
    config.policy_quota = 48;
  }
  return std::make_unique<models::ResNet<double>>(config, layout, Key(0));
}

struct Network {
  using value_type = double;

  std::unique_ptr<models::Backbone<double>> backbone;
  nn::Linear<double> fc;

  explicit Network(const std::string& name)
      : backbone(make_backbone(name)),
        fc({.in = backbone->feature_count(), .out = classes}, Key(0)) {
    nn::load_state(*this, group(name + ".state"));
  }

  models::VideoOutput<double> forward(const Variable<double>& clip,
                                      AdaptiveContext<double>& ctx) const {
    auto out = backbone->forward(fold_time(clip), frames, ctx);
    return {average_consensus(fc(out.features), frames), std::move(out.decisions)};
  }
  void visit(nn::Visitor<double>& v) const { backbone->visit(v), v("fc", fc); }
};

void check_decisions(const std::vector<Decision<double>>& decisions, const std::string& prefix) {
  const auto expected = group<std::uint8_t>(prefix + ".decisions");
  REQUIRE(decisions.size() == expected.size());
  for (const auto& decision : decisions) {
    CAPTURE(decision.block);
    const auto got = decision.actions(), wanted = expected.at(decision.block);
    REQUIRE(got.shape() == wanted.shape());
    CHECK(std::equal(got.begin(), got.end(), wanted.begin()));
  }
}

/// The made-up costs of each channel.
std::vector<ChannelCosts> channel_costs(const std::string& name, const Network& network) {
  std::vector<ChannelCosts> costs;
  for (const auto& block : network.backbone->blocks()) {
    const auto up = file().get<double>(name + ".costs." + block.name + ".up"),
               down = file().get<double>(name + ".costs." + block.name + ".down");
    costs.push_back({block.name, {up.begin(), up.end()}, {down.begin(), down.end()}});
  }
  return costs;
}

/// The network's parameters, or their gradients, against a group of the file.
void check_parameters(const Network& network, const std::string& prefix, bool gradients) {
  const auto expected = group(prefix);
  std::size_t checked = 0;
  for (const auto& item : nn::state(network)) {
    if (!item.is_parameter()) continue;
    const auto got = gradients ? item.parameter.grad().value() : item.value();
    check_close(got, expected.at(item.name), item.name.c_str(), 1e-10);
    ++checked;
  }
  CHECK(checked == expected.size());
}

void check_network(const std::string& name) {
  const Network network(name);
  const auto clip = file().get<double>(name + ".clip");
  const auto labels = file().get<std::int64_t>(name + ".labels");
  const auto costs = channel_costs(name, network);

  AdaptiveContext<double> evaluation;
  const auto dense = network.forward(clip, evaluation);
  check_close(dense.logits.value(), file().get<double>(name + ".eval.logits"), "eval.logits");
  check_decisions(dense.decisions, name + ".eval");

  optim::Sgd<double> optimizer({{.parameters = nn::parameters(network), .weight_decay = decay}},
                               {.momentum = momentum});
  for (int step = 0; step < 3; ++step) {
    const std::string prefix = concat(name, ".", step);
    CAPTURE(prefix);
    AdaptiveContext<double> ctx(true, Key(0));
    ctx.noise = [noise = group(prefix + ".noise")](const std::string& block, const Shape&) {
      return noise.at(block);
    };
    const auto out = network.forward(clip, ctx);
    check_decisions(out.decisions, prefix);
    const auto cost = adaptive_cost(base, costs, out.decisions, frames);
    const auto all = objective(out.logits, labels, cost, lambda);
    check_close(out.logits.value(), file().get<double>(prefix + ".logits"), "logits", 1e-10);
    check_close(all.cross_entropy.value(), file().get<double>(prefix + ".cross_entropy"),
                "cross_entropy", 1e-10);
    check_close(all.cost.value(), file().get<double>(prefix + ".cost"), "cost", 1e-10);
    check_close(all.loss.value(), file().get<double>(prefix + ".loss"), "loss", 1e-10);
    optimizer.zero_grad();
    backward(all.loss);
    if (step == 0) {
      check_parameters(network, prefix + ".gradient", true);
      const auto state = nn::state_tensors(network);
      for (const auto& [statistic, expected] : group(prefix + ".statistics"))
        check_close(state.at(statistic), expected, statistic.c_str(), 1e-10);
    }
    optimizer.step(rate);
  }
  check_parameters(network, name + ".trained", false);
}

}  // namespace

TEST_CASE("golden networks: basic blocks with agents of their own train as in PyTorch") {
  check_network("basic");
}
TEST_CASE("golden networks: shifted bottlenecks with shared agents train as in PyTorch") {
  check_network("bottleneck");
}
TEST_CASE("golden networks: inception units train as in PyTorch") { check_network("inception"); }

}  // namespace golden_networks_test
