// A layer with PyTorch's weights: its result and all gradients, as golden/layers.py has kept them.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/nn/context.hpp>
#include <adafuse/nn/state.hpp>

#include "../golden/layers.hpp"

namespace adafuse::golden {

/// Gives a layer the weights of a group of the file, by their names. Its buffers stay.
template <class Layer>
void load_weights(const Layer& layer, const Case& weights) {
  std::map<std::string, Tensor<double>> state;
  for (const auto& item : nn::state(layer))
    state[item.name] = item.is_parameter() ? weights[item.name] : item.buffer.clone();
  nn::load_state(layer, state);
}

/// Checks the gradients of all parameters.
template <class Layer>
void check_gradients(const Layer& layer, const Case& gradients, double tolerance = 1e-12) {
  for (const auto& item : nn::state(layer))
    if (item.is_parameter())
      check_close(item.parameter.grad().value(), gradients[item.name], item.name, tolerance);
}

struct LayerCheck {
  bool training = false;
  double tolerance = 1e-12;
};

/// Checks y = run(inputs, ctx), a call of the layer, against case `name`, which has inputs of these
/// names.
template <class Layer, class Run>
void check_call(const std::string& name, const Layer& layer, const std::vector<const char*>& inputs,
                const Run& run, const LayerCheck& check = {}) {
  CAPTURE(name);
  const Case pytorch{name};
  load_weights(layer, pytorch.at("state"));
  std::vector<Variable<double>> given;
  for (const char* input : inputs) given.push_back(parameter(pytorch[input]));
  nn::Context<double> ctx(check.training, Key(0));
  const Variable<double> y = run(given, ctx);
  check_close(y.value(), pytorch["y"], "y", check.tolerance);
  backward(y, pytorch["dy"]);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    check_close(given[i].grad().value(), pytorch[concat("d", inputs[i])], inputs[i],
                check.tolerance);
  check_gradients(layer, pytorch.at("gradient"), check.tolerance);
}

/// Checks layer.forward(x, ctx) against case `name`, in evaluation or in training.
template <class Layer>
void check_layer(const std::string& name, const Layer& layer, bool training = false) {
  check_call(name, layer, {"x"},
             [&](const auto& in, auto& ctx) { return layer.forward(in[0], ctx); },
             {.training = training});
}

}  // namespace adafuse::golden
