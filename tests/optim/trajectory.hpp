// Five steps of an optimiser along the gradients of layers.safetensors, against PyTorch's.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/optim/optimizer.hpp>

#include "../golden/layers.hpp"

namespace adafuse::golden {

/// `make(groups)` is the optimiser of this case; its groups are those of layers.py.
template <class Make>
void check_trajectory(const Case& c, double rate, const Make& make) {
  const auto p = parameter(c["p"].clone()), q = parameter(c["q"].clone());
  auto optimizer = make(std::vector<optim::ParameterGroup<double>>{
      {.parameters = {p}, .weight_decay = 0.1}, {.parameters = {q}, .rate_scale = 2}});
  for (int step = 0; step < 5; ++step) {
    CAPTURE(step);
    const Case now = c.at(step);
    p.set_grad(now["dp"]), q.set_grad(now["dq"]);
    optimizer.step(rate);
    check_close(p.value(), now["p"], "p");
    check_close(q.value(), now["q"], "q");
  }
}

template <class Make>
void check_trajectory(const Case& c, const Make& make) {
  check_trajectory(c, c["options"](1), make);
}

}  // namespace adafuse::golden
