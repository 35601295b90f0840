// adafuse forward: one network, given weights and given clips: logits and decisions, to compare
// with those of another program.
// SPDX-License-Identifier: MIT
#include <adafuse/io/weights_file.hpp>
#include <adafuse/models/load_weights.hpp>
#include <cstdio>
#include <iostream>

#include "model_options.hpp"

namespace adafuse::cli {

namespace {

const std::string decisions_prefix = "decisions.";

struct ForwardOptions {
  ModelOptions model;
  Index classes = 0, size = 0;
  std::string weights, input, output, dtype = "float32";
};

/// Decisions to follow, by block, as uint8 [N*T, c].
std::map<std::string, Tensor<std::uint8_t>> given_decisions(const io::TensorFile& file) {
  std::map<std::string, Tensor<std::uint8_t>> given;
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(decisions_prefix)) continue;
    const auto actions = file.get<std::uint8_t>(name);
    for (const auto action : actions)
      if (action >= action_count)
        throw FormatError(concat(file.name, ": tensor ", io::in_quotes(name), ": expects ",
                                 listed_actions(), ", got ", +action));
    given.emplace(name.substr(decisions_prefix.size()), actions);
  }
  return given;
}

/// The clips, whose shape says what the options need not say.
template <class T>
Tensor<T> read_clips(const io::TensorFile& file, const ForwardOptions& o, const CLI::App& command) {
  const auto clips = file.get_cast<T>("clip");
  const Shape& shape = clips.shape();
  require<FormatError>(shape.rank() == 5 && shape[2] == 3 && shape.size() > 0, file.name,
                       ": clip: expects [N,T,3,H,W], got ", shape);
  require<ValueError>(command.count("--frames") == 0 || shape[1] == o.model.config().frames,
                      file.name, ": clip ", shape, " does not have --frames ",
                      o.model.config().frames);
  require<ValueError>(command.count("--size") == 0 || (shape[3] == o.size && shape[4] == o.size),
                      file.name, ": clip ", shape, " does not have --size ", o.size);
  return clips;
}

template <class T>
void forward(const ForwardOptions& o, const CLI::App& command) {
  refuse_output_over(o.output, {o.input, o.weights});
  const auto input = io::read_safetensors(o.input);
  const auto clips = read_clips<T>(input, o, command);
  auto given = given_decisions(input);
  auto config = o.model.config();
  config.classes = o.classes;
  config.frames = clips.size(1);
  const models::VideoModel<T> model(config, Key(0));

  auto file = io::read_weights(o.weights);
  const auto match = models::load_weights(model, file.weights);
  require<FormatError>(match.complete(), o.weights, ": lacks ", match.missing.size(),
                       " tensors of this network, the first is ",
                       io::in_quotes(match.missing.empty() ? "" : match.missing.front()));
  std::cout << match;

  const NoGrad guard;
  AdaptiveContext<T> ctx;
  std::vector<std::string> unused;
  for (const auto& row : given) unused.push_back(row.first);
  if (!given.empty())
    ctx.decisions = [source = follow<T>(given), &unused](const DecisionRequest<T>& ask) {
      std::erase(unused, ask.block);
      return source(ask);
    };
  const auto out = model.forward(clips, ctx);
  require<ValueError>(unused.empty(), input.name, ": decisions for ",
                      io::in_quotes(unused.empty() ? "" : unused.front()),
                      ", which this network does not ask");

  io::TensorFile result;
  result.tensors["logits"] = out.logits.value();
  for (const auto& decision : out.decisions)
    result.tensors[decisions_prefix + decision.block] = chosen_actions(decision.logits.value());
  io::write_safetensors(o.output, result);
  std::printf("logits %s and the decisions of %zu blocks written to %s\n",
              concat(out.logits.shape()).c_str(), out.decisions.size(), o.output.c_str());
}

}  // namespace

void add_forward(CLI::App& app) {
  auto* command = app.add_subcommand(
      "forward", "Run a network with given weights on given clips; write logits and decisions.");
  auto o = std::make_shared<ForwardOptions>();
  o->model.add_to(*command);
  add_value(*command, "--classes", o->classes, "C", "classes")->required();
  add_value(*command, "--size", o->size, "S", "pixels a side of a frame (default: the clip's)");
  add_value(*command, "--weights", o->weights, "FILE",
            "safetensors, or a checkpoint of PyTorch (.pth, .pth.tar)")
      ->required();
  add_value(*command, "--input", o->input, "FILE",
            "safetensors with `clip` [N,T,3,H,W], normalised, and perhaps\n"
            "`decisions.<block>` [N*T,c] to follow: uint8, 0 keep, 1 reuse, 2 skip")
      ->required();
  add_value(*command, "--output", o->output, "FILE",
            "safetensors with `logits` [N,C] and the agents' own `decisions.<block>`")
      ->required();
  add_value(*command, "--dtype", o->dtype, "TYPE", "float32 or float64")->capture_default_str();
  add_threads(*command);
  command->callback([o, command] {
    if (o->dtype == "float32") return forward<float>(*o, *command);
    if (o->dtype == "float64") return forward<double>(*o, *command);
    throw ValueError("--dtype: expects float32 or float64, got '" + o->dtype + "'");
  });
}

}  // namespace adafuse::cli
