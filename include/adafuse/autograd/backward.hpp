// backward and grad: the chain rule, from the outputs to the inputs, each node once.
//
// Nodes are numbered as they are made, so walking them by falling number is a topological order:
// when a node's turn comes, all that it contributes to has been seen and its gradient is complete.
// Neither the walk nor anything else recurses.
//
// Gradients travel as handles: that of a + b is one tensor for both. Where somebody gets hold of
// one (a parameter, a caller of `grad`, a hook) it is copied unless nobody else has a handle on it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <unordered_map>

namespace adafuse::inline ADAFUSE_SIMD {

/// What `backward` is told.
struct BackwardOptions {
  /// Refused: a gradient's history holds the parameter, and a parameter that holds its gradient
  /// would never be released. `grad` returns gradients that have a history.
  bool create_graph = false;
  bool retain_graph = false;  ///< Keep the history for another backward.
};

/// What `grad` is told.
template <class T>
struct GradOptions {
  std::vector<Variable<T>> grad_outputs = {};  ///< dL/doutput for each output; ones if empty.
  bool create_graph = false;  ///< Record the gradients' own history, to differentiate them again.
  bool retain_graph = false;  ///< Keep the history for another walk (create_graph implies it).
  bool allow_unused = false;  ///< An input that no output depends on gets an undefined gradient.
};

namespace detail {

/// One walk over the history behind some outputs. It ends at what was made up to event `end`, as at
/// a parameter: what is behind that, and hooks there, are for somebody else's walk.
template <class T>
class BackwardWalk {
 public:
  BackwardWalk(bool create_graph, bool retain_graph, std::uint64_t end = 0)
      : mode_(create_graph),
        create_graph_(create_graph),
        retain_(retain_graph || create_graph),
        end_(end) {}

  /// Adds an output and the gradient that arrives there.
  void seed(const Variable<T>& output, Variable<T> dy) {
    discover(output.node());
    accumulate(places_.at(output.node().get()), std::move(dy));
  }

  /// Only what leads to these is worked out, and their gradients are kept for `take`.
  void aim_at(const std::vector<Variable<T>>& inputs) {
    for (const auto& input : inputs)
      if (auto place = places_.find(input.node().get()); place != places_.end())
        place->second.target = true;
    sort();
    for (auto& place : places_) place.second.needed = place.second.target;
    for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
      if (is_end(**node)) continue;
      Place& place = places_.at(node->get());
      for (const auto& input : (*node)->inputs)
        if (input && places_.at(input.get()).needed) place.needed = true;
    }
  }

  void run(bool into_parameters) {
    const process::PullbackScope none(nullptr);  // when a pullback itself asks for gradients
    sort();
    await_parameters();
    for (auto& node : nodes_) {
      if (awaited_.empty()) {
        arrive(node, into_parameters);
        continue;
      }
      if (const auto found = awaited_.find(node.get());
          found != awaited_.end() && found->second == 0)
        continue;
      const auto inputs = node->inputs;  // A step that was pulled back forgets its own.
      arrive(node, into_parameters);
      if (is_end(*node)) continue;
      for (const auto& input : inputs)
        if (const auto found = awaited_.find(input.get());
            found != awaited_.end() && --found->second == 0)
          arrive(input, into_parameters);
    }
  }

  /// The gradient that arrived at an input that was aimed at; undefined when none did.
  Variable<T> take(const Variable<T>& input) {
    const auto found = places_.find(input.node().get());
    if (found == places_.end()) return {};
    Variable<T>& gradient = found->second.gradient;
    gradient = std::move(gradient).with_own_memory();
    return gradient;  // a second handle: who takes it again gets a copy
  }

 private:
  struct Place {
    Variable<T> gradient;
    bool needed = true;
    bool target = false;
  };

  bool is_end(const Node<T>& node) const { return node.order <= end_; }

  // Parameters are older than all that follows from them, so by their numbers they come last. One
  // that has a hook comes as soon as its gradient is complete, when the last step that read it is
  // done: what the hook does may then go on beside the rest of the walk.
  void await_parameters() {
    for (const auto& node : nodes_) {
      if (is_end(*node)) continue;
      for (const auto& input : node->inputs)
        if (input && !input->recorded && !input->hooks.empty() && !is_end(*input))
          ++awaited_[input.get()];
    }
  }

  // The gradient of a node is complete: to its hooks, and on.
  void arrive(const std::shared_ptr<Node<T>>& node, bool into_parameters) {
    Place& place = places_.at(node.get());
    if (!place.needed || !place.gradient.defined() || is_end(*node)) return;
    for (const auto& hook : node->hooks) {
      place.gradient = std::move(place.gradient).with_own_memory();
      if (auto replaced = hook(place.gradient); replaced.defined()) {
        require<ShapeError>(replaced.shape() == node->shape, node->op, ": a hook returned ",
                            replaced.shape(), " for a gradient of ", node->shape);
        place.gradient = std::move(replaced);
      }
    }
    if (!node->recorded) {
      if (into_parameters && !node->frozen) store(*node, std::move(place.gradient));
    } else if (has_needed_input(*node)) {
      pull_back(node, place.gradient);
    }
    if (!place.target) place.gradient = {};
  }

  void discover(const std::shared_ptr<Node<T>>& output) {
    std::vector<std::shared_ptr<Node<T>>> open;
    const auto visit = [&](const std::shared_ptr<Node<T>>& node) {
      if (node && places_.try_emplace(node.get()).second) {
        nodes_.push_back(node);
        open.push_back(node);
      }
    };
    visit(output);
    while (!open.empty()) {
      const auto node = std::move(open.back());
      open.pop_back();
      if (is_end(*node)) continue;
      require<ValueError>(!node->recorded || node->pullback, "backward: the history of '", node->op,
                          "' was used before; pass retain_graph to use it again");
      for (const auto& input : node->inputs) visit(input);
    }
  }

  void sort() {
    std::sort(nodes_.begin(), nodes_.end(),
              [](const auto& a, const auto& b) { return a->order > b->order; });
  }

  bool has_needed_input(const Node<T>& node) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [this](const auto& input) {
      return input && places_.at(input.get()).needed;
    });
  }

  void pull_back(const std::shared_ptr<Node<T>>& node, const Variable<T>& dy) {
    const Variable<T> y = node->output.defined() ? Variable<T>(node->output, node) : Variable<T>();
    Gradients<T> gradients = [&] {
      const process::RunningPullback running{node->op,
                                             node->order,
                                             Events::last(),
                                             dy.storage().identity(),
                                             node->output.storage().identity(),
                                             node->read};
      const process::PullbackScope scope(&running);
      return node->pullback(dy, y);
    }();
    require<ShapeError>(gradients.size() == node->inputs.size(), node->op,
                        ": the pullback returned ", gradients.size(), " gradients for ",
                        node->inputs.size(), " inputs");
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const auto& input = node->inputs[i];
      if (!input || !gradients[i].defined()) continue;
      require<ShapeError>(gradients[i].shape() == input->shape, node->op,
                          ": the pullback returned ", gradients[i].shape(),
                          " as gradient of input ", i, ", which is ", input->shape);
      if (Place& place = places_.at(input.get()); place.needed)
        accumulate(place, std::move(gradients[i]));
    }
    if (!retain_) node->release();
  }

  // Most gradients have a single handle, here, so their memory may be added to.
  void accumulate(Place& place, Variable<T> dy) {
    if (!place.gradient.defined()) {
      place.gradient = std::move(dy);
    } else if (!create_graph_ && place.gradient.value().unique()) {
      kernels::add_into(place.gradient.value(), dy.value());
    } else if (!create_graph_ && dy.value().unique()) {
      kernels::add_into(dy.value(), place.gradient.value());
      place.gradient = std::move(dy);
    } else {
      place.gradient = sum_of(place.gradient, dy);
    }
  }

  void store(Node<T>& parameter, Variable<T> gradient) {
    Variable<T> constant = std::move(gradient).detach();
    parameter.grad = parameter.grad.defined() ? sum_of(parameter.grad, constant)
                                              : std::move(constant).with_own_memory();
  }

  // s = a + b  =>  da = ds, db = ds
  static Variable<T> sum_of(const Variable<T>& a, const Variable<T>& b) {
    Tensor<T> sum = a.value().clone();
    kernels::add_into(sum, b.value());
    return record("accumulate", sum, {a, b}, [](const Variable<T>& ds) -> Gradients<T> {
      return {ds, ds};
    });
  }

  GradMode mode_;
  bool create_graph_, retain_;
  std::uint64_t end_;
  std::unordered_map<Node<T>*, Place> places_;
  std::unordered_map<const Node<T>*, Index> awaited_;  // how many steps that read it are to come
  std::vector<std::shared_ptr<Node<T>>> nodes_;
};

template <class T>
Variable<T> ones_for(const Variable<T>& y, const char* caller) {
  require<ValueError>(y.size() == 1, caller, ": ", y.shape(),
                      " is not a single number; pass the gradient that arrives there");
  return Tensor<T>::ones(y.shape());
}

}  // namespace detail

/// Adds dL/dp to the gradient of every parameter p behind `y`, where dL/dy = `dy` (of y's shape).
/// Throws ValueError when no parameter is behind y, its history was used up before, or a value that
/// an operation kept was written since.
template <class T>
void backward(const Variable<T>& y, const std::type_identity_t<Variable<T>>& dy,
              BackwardOptions options = {}) {
  require<ValueError>(y.requires_grad(), "backward: nothing behind y requires a gradient");
  require<ShapeError>(dy.shape() == y.shape(), "backward: y is ", y.shape(), ", its gradient is ",
                      dy.shape());
  require<ValueError>(!options.create_graph,
                      "backward: with create_graph a parameter would hold its gradient, whose ",
                      "history holds the parameter, and neither would ever be released; use ",
                      "grad(outputs, inputs, {.create_graph = true})");
  detail::BackwardWalk<T> walk(/*create_graph=*/false, options.retain_graph);
  walk.seed(y, dy);
  walk.run(/*into_parameters=*/true);
}

/// The same for a single number: dL/dy = 1.
template <class T>
void backward(const Variable<T>& y, BackwardOptions options = {}) {
  backward(y, detail::ones_for(y, "backward"), options);
}

/// sum_k dL/doutput_k * doutput_k/dinput for each input, without touching any parameter's gradient.
/// An input may be a parameter or anything computed on the way.
template <class T>
std::vector<Variable<T>> grad(const std::vector<Variable<T>>& outputs,
                              const std::vector<Variable<T>>& inputs,
                              const std::type_identity_t<GradOptions<T>>& options = {}) {
  require<ValueError>(options.grad_outputs.empty() || options.grad_outputs.size() == outputs.size(),
                      "grad: ", outputs.size(), " outputs and ", options.grad_outputs.size(),
                      " grad_outputs");
  detail::BackwardWalk<T> walk(options.create_graph, options.retain_graph);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const auto& y = outputs[k];
    require<ValueError>(y.requires_grad(), "grad: nothing behind output ", k,
                        " requires a gradient");
    const auto dy =
        options.grad_outputs.empty() ? detail::ones_for(y, "grad") : options.grad_outputs[k];
    require<ShapeError>(dy.shape() == y.shape(), "grad: output ", k, " is ", y.shape(),
                        ", its gradient is ", dy.shape());
    walk.seed(y, dy);
  }
  for (std::size_t i = 0; i < inputs.size(); ++i)
    require<ValueError>(inputs[i].requires_grad(), "grad: input ", i, " requires no gradient");
  walk.aim_at(inputs);
  walk.run(/*into_parameters=*/false);
  std::vector<Variable<T>> result;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    result.push_back(walk.take(inputs[i]));
    require<ValueError>(result.back().defined() || options.allow_unused,
                        "grad: no output depends on", " input ", i,
                        "; pass allow_unused if that is meant");
  }
  return result;
}

/// The same where both are written out: `grad({loss}, {x, y})`.
template <class T>
std::vector<Variable<T>> grad(std::initializer_list<Variable<T>> outputs,
                              std::initializer_list<Variable<T>> inputs,
                              const std::type_identity_t<GradOptions<T>>& options = {}) {
  return grad(std::vector<Variable<T>>(outputs), std::vector<Variable<T>>(inputs), options);
}

/// The same of one output and one input: its gradient.
template <class T>
Variable<T> grad(const Variable<T>& output, const Variable<T>& input,
                 const std::type_identity_t<GradOptions<T>>& options = {}) {
  return grad(std::vector{output}, std::vector{input}, options).front();
}

}  // namespace adafuse::inline ADAFUSE_SIMD
