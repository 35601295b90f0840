// adafuse describe: a network layer by layer, with shapes, parameters and multiply-accumulates.
// SPDX-License-Identifier: MIT
#include <adafuse/io/json.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/models/video_model.hpp>
#include <cstdio>
#include <iostream>

#include "model_options.hpp"

namespace adafuse::cli {

namespace {

/// The numbers that one step trains.
Index step_parameters(const models::Step<float>& step) {
  if (const auto* conv = step.as<models::ConvStep<float>>())
    return conv->weight.size() + (conv->bias.defined() ? conv->bias.size() : 0);
  if (const auto* norm = step.as<models::NormStep<float>>())
    return norm->weight.size() + norm->bias.size();
  if (const auto* linear = step.as<models::LinearStep<float>>())
    return linear->weight.size() + (linear->bias.defined() ? linear->bias.size() : 0);
  if (const auto* agent = step.as<models::AgentStep<float>>(); agent && agent->agent)
    return nn::parameter_count(*agent->agent);  // without linears that it shares
  if (const auto* lstm = step.as<models::LstmStep<float>>())
    return nn::parameter_count(*lstm->lstm);
  return 0;
}

/// What agents share belongs to no step.
Index shared_parameters(const models::VideoModel<float>& model) {
  Index count = 0;
  for (const auto& item : nn::state(model))
    if (item.name.starts_with("gate_fc")) count += item.value().size();
  return count;
}

/// The agents, one by one: the sizes along their linears, what they see, and the hidden units of
/// a memory.
io::Json agents(const models::Plan<float>& plan) {
  io::Json list = io::Json::array();
  for (const auto& step : plan.steps)
    if (const auto* step_agent = step.as<models::AgentStep<float>>();
        step_agent && step_agent->agent) {
      const auto& agent = step_agent->agent->config();
      list.push_back({{"block", step_agent->block},
                      {"linears", agent.sizes()},
                      {"pool", agent.pool == PolicyPool::max ? "max" : "average"},
                      {"sees", io::word_of(agent.sees)},
                      {"memory", agent.sees == PolicySees::memory ? agent.hidden : 0},
                      {"actions", io::word_of(agent.actions)},
                      {"groups_of", agent.groups_of},
                      {"decisions", agent.decisions()}});
    }
  return list;
}

/// "linears 2, average pooling, groups of 1", and what is not as in the paper.
std::string agent_parts(const models::ModelConfig& config) {
  std::string parts = "logits are parameters";
  if (config.policy_sees != PolicySees::none) {
    parts = config.policy_sees == PolicySees::memory ? "an LSTM and one linear"
                                                     : concat("linears ", config.policy_layers);
    parts += ", " + io::word_of(config.policy_pool) + " pooling";
  }
  parts += concat(", groups of ", config.policy_groups_of);
  if (config.policy_both) parts += ", two in each block";
  if (config.policy_sees == PolicySees::now) parts += ", without history";
  if (config.actions != AllowedActions::keep_reuse_skip)
    parts += ", choose among " + io::word_of(config.actions);
  return parts;
}

void describe(const models::ModelConfig& config, Index size, bool json) {
  const models::VideoModel<float> model(config, Key(0));
  const auto plan = model.plan(size, size);
  const Index parameters = nn::parameter_count(model);
  if (json) {
    io::Json layers = io::Json::array();
    for (const auto& step : plan.steps) {
      const auto& shape = plan.values[step.output];
      layers.push_back({{"name", step.name},
                        {"shape", std::vector<Index>(shape.begin(), shape.end())},
                        {"parameters", step_parameters(step)},
                        {"macs", step.macs}});
    }
    std::cout << io::json_text({{"model", config.model},
                                {"fusion", models::to_string(config.fusion)},
                                {"classes", config.classes},
                                {"frames", config.frames},
                                {"size", size},
                                {"parameters", parameters},
                                {"macs_per_frame", plan.macs()},
                                {"macs_per_clip", plan.macs() * static_cast<double>(config.frames)},
                                {"shared_agent_parameters", shared_parameters(model)},
                                {"agent_macs_per_frame", plan.agent_macs()},
                                {"agents", agents(plan)},
                                {"vector_path", kernels::path_in_use().name},
                                {"layers", layers}})
              << "\n";
    return;
  }
  std::printf("%-28s %-16s %12s %14s\n", "layer", "shape", "parameters", "MACs a frame");
  for (const auto& step : plan.steps) {
    const Index own = step_parameters(step);
    if (own == 0 && step.macs == 0) continue;  // activations, sums: nothing to count
    std::printf("%-28s %-16s %12lld %14.0f\n", step.name.c_str(),
                concat(plan.values[step.output]).c_str(), static_cast<long long>(own), step.macs);
  }
  if (const Index shared = shared_parameters(model); shared > 0)
    std::printf("%-28s %-16s %12lld\n", "linears that agents share", "",
                static_cast<long long>(shared));
  std::printf("\n%s, fusion %s, %lld classes, %lldx%lld\n", config.model.c_str(),
              models::to_string(config.fusion).c_str(), static_cast<long long>(config.classes),
              static_cast<long long>(size), static_cast<long long>(size));
  std::printf("parameters      %lld\n", static_cast<long long>(parameters));
  std::printf("MACs a frame    %.4f M, of which agents %.4f M\n", plan.macs() / 1e6,
              plan.agent_macs() / 1e6);
  if (config.fusion.adaptive) std::printf("agents          %s\n", agent_parts(config).c_str());
  std::printf("MACs a clip     %.4f M for %lld frames, nothing skipped\n",
              plan.macs() * static_cast<double>(config.frames) / 1e6,
              static_cast<long long>(config.frames));
  const auto path = kernels::path_in_use();
  std::printf("vector path     %s, with %d floats\n", path.name, path.width);
}

}  // namespace

void add_describe(CLI::App& app) {
  struct Options {
    ModelOptions model;
    Index classes = 174, size = 224;
    bool json = false;
  };
  auto* command = app.add_subcommand("describe", "Show a network's layers, parameters and MACs.");
  auto o = std::make_shared<Options>();
  o->model.add_to(*command);
  add_value(*command, "--classes", o->classes, "C", "classes")->capture_default_str();
  add_value(*command, "--size", o->size, "S", "pixels a side of a frame")->capture_default_str();
  command->add_flag("--json", o->json, "print one JSON object");
  command->callback([o] {
    auto config = o->model.config();
    config.classes = o->classes;
    describe(config, o->size, o->json);
  });
}

}  // namespace adafuse::cli
