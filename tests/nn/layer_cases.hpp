// A layer with PyTorch's weights: its result and all gradients, as golden/layers.py has kept them.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/nn/context.hpp>
#include <adafuse/nn/state.hpp>

#include "../golden/layers.hpp"

namespace adafuse::golden {

struct LayerCheck {
  bool training = false;
  double tolerance = 1e-12;
};

/// Checks y = run(inputs, ctx), a call of the layer, against case `name`, which has inputs of these
/// names.
template <class Layer, class Run>
void check_call(const char* name, const Layer& layer, const std::vector<const char*>& inputs,
                const Run& run, const LayerCheck& check = {}) {
  CAPTURE(name);
  const Case pytorch{name};
  auto weights = nn::state_tensors(layer);  // buffers stay as they are
  for (const auto& item : nn::state(layer))
    if (item.is_parameter())
      weights[item.name] = pytorch.at("state")[item.name];
    else
      weights[item.name] = item.buffer.clone();
  nn::load_state(layer, weights);
  std::vector<Variable<double>> given;
  for (const char* input : inputs) given.push_back(parameter(pytorch[input]));
  nn::Context<double> ctx(check.training, Key(0));
  const Variable<double> y = run(given, ctx);
  check_close(y.value(), pytorch["y"], "y", check.tolerance);
  backward(y, pytorch["dy"]);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    check_close(given[i].grad().value(), pytorch[concat("d", inputs[i])], inputs[i],
                check.tolerance);
  for (const auto& item : nn::state(layer))
    if (item.is_parameter())
      check_close(item.parameter.grad().value(), pytorch.at("gradient")[item.name], item.name,
                  check.tolerance);
}

/// Checks layer.forward(x, ctx) against case `name`, in evaluation or in training.
template <class Layer>
void check_layer(const char* name, const Layer& layer, bool training = false) {
  check_call(name, layer, {"x"},
             [&](const auto& in, auto& ctx) { return layer.forward(in[0], ctx); },
             {.training = training});
}

}  // namespace adafuse::golden
