// A module's state, as a list of named tensors: to count, to save, to load, to copy.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/module.hpp>
#include <map>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// Everything that `visit` lists, in its order.
template <Module M>
std::vector<StateItem<typename M::value_type>> state(const M& module) {
  Visitor<typename M::value_type> visitor;
  module.visit(visitor);
  return visitor.take();
}

/// The parameters alone, in the order of `visit`.
template <Module M>
std::vector<Variable<typename M::value_type>> parameters(const M& module) {
  std::vector<Variable<typename M::value_type>> result;
  for (auto& item : state(module))
    if (item.is_parameter()) result.push_back(item.parameter);
  return result;
}

/// How many numbers are trained.
template <Module M>
Index parameter_count(const M& module) {
  Index count = 0;
  for (const auto& parameter : parameters(module)) count += parameter.size();
  return count;
}

/// Forgets the gradients.
template <Module M>
void zero_grad(const M& module) {
  for (const auto& parameter : parameters(module)) parameter.zero_grad();
}

/// The state by name, as tensors that share the module's memory. Throws ValueError when `visit`
/// lists a name twice.
template <Module M>
std::map<std::string, Tensor<typename M::value_type>> state_tensors(const M& module) {
  std::map<std::string, Tensor<typename M::value_type>> tensors;
  for (const auto& item : state(module))
    require<ValueError>(tensors.emplace(item.name, item.value()).second, "state: '", item.name,
                        "' is listed twice");
  return tensors;
}

/// Overwrites the module's tensors with those of the same names. All is checked before anything is
/// written. Throws ValueError for a name on one side only, ShapeError for a shape that differs.
template <Module M>
void load_state(const M& module,
                const std::map<std::string, Tensor<typename M::value_type>>& tensors) {
  auto own = state_tensors(module);
  for (const auto& [name, tensor] : own) {
    const auto found = tensors.find(name);
    require<ValueError>(found != tensors.end(), "load_state: no tensor named '", name, "'");
    require<ShapeError>(found->second.shape() == tensor.shape(), "load_state: '", name,
                        "' expects ", tensor.shape(), ", got ", found->second.shape());
  }
  for (const auto& [name, tensor] : tensors)
    require<ValueError>(own.count(name) == 1, "load_state: the module has no '", name, "'");
  for (auto& [name, tensor] : own) tensor.copy_from(tensors.at(name));
}

/// A module of the same configuration with its own copy of the state. For modules that are built
/// from a `config()`.
template <Module M>
M clone(const M& module) {
  M copy = [&] {
    if constexpr (std::is_constructible_v<M, decltype(module.config()), Key>)
      return M(module.config(), Key(0));  // what is drawn is overwritten
    else
      return M(module.config());
  }();
  load_state(copy, state_tensors(module));
  return copy;
}

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
