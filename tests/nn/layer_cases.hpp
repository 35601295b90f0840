// A layer with PyTorch's weights: its result and all gradients, as golden/layers.py has kept them.
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/nn/context.hpp>
#include <adafuse/nn/state.hpp>

#include "../golden/layers.hpp"

namespace adafuse::golden {

/// Checks the layer against case `name`, in evaluation or in training.
template <class Layer>
void check_layer(const char* name, const Layer& layer, bool training = false) {
  CAPTURE(name);
  const Case pytorch{name};
  auto weights = nn::state_tensors(layer);  // buffers stay as they are
  for (const auto& item : nn::state(layer))
    if (item.is_parameter())
      weights[item.name] = pytorch.at("state")[item.name];
    else
      weights[item.name] = item.buffer.clone();
  nn::load_state(layer, weights);
  const auto x = parameter(pytorch["x"]);
  nn::Context<double> ctx(training, Key(0));
  const auto y = layer.forward(x, ctx);
  check_close(y.value(), pytorch["y"], "y");
  backward(y, pytorch["dy"]);
  check_close(x.grad().value(), pytorch["dx"], "dx");
  for (const auto& item : nn::state(layer))
    if (item.is_parameter())
      check_close(item.parameter.grad().value(), pytorch.at("gradient")[item.name], item.name);
}

}  // namespace adafuse::golden
