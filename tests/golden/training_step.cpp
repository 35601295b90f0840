// One training step of a whole network with given weights, clips, labels and Gumbel noise, for
// gradient_check.py: what the loss was, and the gradient of every parameter.
//
//   training_step [model options] --classes C --weights W --input IN --output OUT
//                 --lambda L [--dtype float32|float64]
//
// IN: `clip` [N,T,3,H,W], `labels` [N], `noise.<block>` [N*T,c,3]. OUT: `logits`, `loss`, the
// agents' decisions, `gradient.<parameter>`, and the cost's numbers: `base`, `costs.<block>.up` and
// `.down`, as shares of the dense network's multiply-accumulates.
// SPDX-License-Identifier: MIT
#include <adafuse/fusion/objective.hpp>
#include <adafuse/io/weights_file.hpp>
#include <adafuse/models/load_weights.hpp>
#include <adafuse/models/plan_cost.hpp>
#include <iostream>

#include "model_options.hpp"

namespace {

using namespace adafuse;

struct Options {
  cli::ModelOptions model;
  Index classes = 0;
  std::string weights, input, output, dtype = "float32";
  double lambda = 0;
};

Tensor<double> shares(const std::vector<double>& macs, double dense) {
  Tensor<double> result({std::ssize(macs)});
  std::transform(macs.begin(), macs.end(), result.begin(), [dense](double m) { return m / dense; });
  return result;
}

template <class T>
void step(const Options& o) {
  const auto input = io::read_safetensors(o.input);
  const auto clip = input.get_cast<T>("clip");
  const Index frames = clip.size(1);
  auto config = o.model.config();
  config.classes = o.classes;
  config.frames = frames;
  const models::VideoModel<T> model(config, Key(0));
  require<FormatError>(models::load_weights(model, io::read_weights(o.weights).weights).complete(),
                       o.weights, ": lacks tensors of this network");

  AdaptiveContext<T> ctx(true, Key(0));
  ctx.noise = [&](const std::string& block, const Shape&) {
    return input.get_cast<T>("noise." + block);
  };
  const auto out = model.forward(clip, ctx);
  const auto plan = model.plan(clip.size(3), clip.size(4));
  const auto costs = models::channel_costs(plan);
  const auto cost =
      adaptive_cost(plan.macs(), costs, out.decisions, frames, CostKind::real, plan.dense_macs());
  const auto all = objective(out.logits, input.get<std::int64_t>("labels"), cost, o.lambda);
  backward(all.loss);

  io::TensorFile result;
  result.tensors["logits"] = out.logits.value();
  result.tensors["loss"] = all.loss.value();
  result.tensors["base"] = Tensor<double>::full({}, plan.macs() / plan.dense_macs());
  for (const auto& row : costs) {
    result.tensors["costs." + row.block + ".up"] = shares(row.up, plan.dense_macs());
    result.tensors["costs." + row.block + ".down"] = shares(row.down, plan.dense_macs());
  }
  for (const auto& decision : out.decisions)
    result.tensors["decisions." + decision.block] = decision.actions();
  for (const auto& item : nn::state(model))
    if (item.is_parameter())
      result.tensors["gradient." + item.name] = item.parameter.grad().value();
  io::write_safetensors(o.output, result);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("One training step, for gradient_check.py");
  Options o;
  o.model.add_to(app);
  app.add_option("--classes", o.classes)->required();
  app.add_option("--weights", o.weights)->required();
  app.add_option("--input", o.input)->required();
  app.add_option("--output", o.output)->required();
  app.add_option("--lambda", o.lambda)->required();
  app.add_option("--dtype", o.dtype)->check(CLI::IsMember({"float32", "float64"}));
  CLI11_PARSE(app, argc, argv);
  try {
    o.dtype == "float32" ? step<float>(o) : step<double>(o);
  } catch (const std::exception& error) {
    std::cerr << "training_step: " << error.what() << "\n";
    return 1;
  }
}
