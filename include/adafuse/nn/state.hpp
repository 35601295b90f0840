// A module's state, as a list of named tensors: to count, to save, to load, to copy.
//
// Tied weights are one parameter under two names: `decoder.weight = embedding.weight` in the
// constructor of a module that lists both. Optimisers are given it once; files hold it, and are
// read, under both names.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/module.hpp>
#include <cstring>
#include <map>
#include <set>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// Everything that `visit` lists, in its order.
template <Module M>
std::vector<StateItem<typename M::value_type>> state(const M& module) {
  Visitor<typename M::value_type> visitor;
  module.visit(visitor);
  return visitor.take();
}
template <NoModule M>
void state(const M&) = delete;  // a module has value_type and visit(nn::Visitor<T>&) const

/// The parameters alone, in the order of `visit`; one that has several names is listed once, where
/// the first of them is. Frozen ones are among them.
template <Module M>
std::vector<Variable<typename M::value_type>> parameters(const M& module) {
  std::vector<Variable<typename M::value_type>> result;
  std::set<const Node<typename M::value_type>*> seen;
  for (auto& item : state(module))
    if (item.is_parameter() &&
        (!item.parameter.is_leaf() || seen.insert(item.parameter.node().get()).second))
      result.push_back(item.parameter);
  return result;
}
template <NoModule M>
void parameters(const M&) = delete;  // a module has value_type and visit(nn::Visitor<T>&) const

/// Freezes all parameters (`requires_grad_(module, false)`), or thaws them: Variable says what that
/// means. Running statistics of batch norms move all the same.
template <Module M>
void requires_grad_(const M& module, bool wanted = true) {
  for (const auto& parameter : parameters(module)) parameter.requires_grad_(wanted);
}

/// How many numbers the parameters hold, frozen ones too.
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

namespace detail {

/// Throws ValueError when names that share memory in the module are given different elements.
template <class T>
void require_ties(const std::map<std::string, Tensor<T>>& own,
                  const std::map<std::string, Tensor<T>>& given) {
  std::map<const T*, const std::string*> names;
  for (const auto& [name, tensor] : own) {
    if (tensor.size() == 0) continue;
    const auto [first, is_new] = names.emplace(tensor.data(), &name);
    if (is_new) continue;
    const Tensor<T>&a = given.at(*first->second), &b = given.at(name);
    require<ValueError>(
        std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(T)) == 0,
        "load_state: '", *first->second, "' and '", name,
        "' are one tensor of the module, and differ in what is loaded");
  }
}

}  // namespace detail

/// Overwrites the module's tensors with those of the same names. All is checked before anything is
/// written. Throws ValueError for a name on one side only, and for tied weights that differ;
/// ShapeError for a shape that differs.
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
  detail::require_ties(own, tensors);
  for (auto& [name, tensor] : own) tensor.copy_from(tensors.at(name));
}

namespace detail {

/// For each parameter of a module the first name that it has: equal lists are tied alike.
template <Module M>
std::vector<std::string> ties_of(const M& module) {
  std::map<const void*, std::string> names;
  std::vector<std::string> first;
  for (const auto& item : state(module))
    if (item.is_parameter())
      first.push_back(names.emplace(item.parameter.node().get(), item.name).first->second);
  return first;
}

/// Has a `clone()` of its own.
template <class M>
concept ClonesItself = requires(const M& module) {
  { module.clone() } -> std::same_as<M>;
};
/// Is built from its `config()` and a key, or from its `config()`.
template <class M>
concept BuiltByKey = requires(const M& module) {
  M(module.config(), Key(0));
};
template <class M>
concept BuiltByConfig = requires(const M& module) {
  M(module.config());
};
/// `clone(module)` compiles.
template <class M>
concept Clonable =
    ClonesItself<M> || BuiltByKey<M> || BuiltByConfig<M> || std::is_copy_constructible_v<M>;

}  // namespace detail

/// A module with its own copy of the state: `make()` builds one of the same structure, whose
/// parameters are then overwritten, and frozen where they are frozen. Throws ValueError when other
/// names are tied in it, and what load_state throws when names or shapes differ.
template <Module M, class Make>
requires(std::is_invocable_r_v<M, const Make&>) M clone(const M& module, const Make& make) {
  M copy = make();
  require<ValueError>(detail::ties_of(copy) == detail::ties_of(module),
                      "clone: the copy has other tied weights than the module; tie them in the ",
                      "constructor");
  load_state(copy, state_tensors(module));
  const auto from = parameters(module), to = parameters(copy);
  for (std::size_t i = 0; i < to.size(); ++i) to[i].requires_grad_(from[i].requires_grad());
  return copy;
}

/// A module of the same configuration with its own copy of the state. For layers, for modules that
/// have a `clone()` of their own or a `config()` from which they are built (with a key where they
/// draw), and for those that hold options alone. Others say how they are built:
/// `clone(net, [] { return Net(Key(0)); })`. Throws ValueError when a module that is copied as it
/// is holds parameters or buffers: the copy would share them.
template <Module M>
M clone(const M& module) {
  if constexpr (detail::ClonesItself<M>) {
    return clone(module, [&] { return module.clone(); });  // which checks ties
  } else if constexpr (detail::BuiltByKey<M>) {
    return clone(module,
                 [&] { return M(module.config(), Key(0)); });  // what is drawn is overwritten
  } else if constexpr (detail::BuiltByConfig<M>) {
    return clone(module, [&] { return M(module.config()); });
  } else {
    static_assert(detail::Clonable<M>,
                  "clone: the module has neither clone() nor config(); say how one is built: "
                  "clone(net, [] { return Net(Key(0)); })");
    require<ValueError>(state(module).empty(),
                        "clone: the module would share its state with a copy; say how one is ",
                        "built: clone(net, [] { return Net(Key(0)); })");
    return module;
  }
}

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
