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
void check_gradients(const Layer& layer, const Case& gradients) {
  for (const auto& item : nn::state(layer))
    if (item.is_parameter())
      check_close(item.parameter.grad().value(), gradients[item.name], item.name);
}

/// Checks the layer against case `name`, in evaluation or in training.
template <class Layer>
void check_layer(const std::string& name, const Layer& layer, bool training = false) {
  CAPTURE(name);
  const Case pytorch{name};
  load_weights(layer, pytorch.at("state"));
  const auto x = parameter(pytorch["x"]);
  nn::Context<double> ctx(training, Key(0));
  const auto y = layer.forward(x, ctx);
  check_close(y.value(), pytorch["y"], "y");
  backward(y, pytorch["dy"]);
  check_close(x.grad().value(), pytorch["dx"], "dx");
  check_gradients(layer, pytorch.at("gradient"));
}

}  // namespace adafuse::golden
