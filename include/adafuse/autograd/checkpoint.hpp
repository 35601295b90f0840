// checkpoint: a piece of a network that keeps its inputs alone, and is computed again when its
// gradient is asked for (Chen et al., "Training deep nets with sublinear memory cost", 2016;
// torch.utils.checkpoint).
//
//   y = checkpoint([&](const Variable<float>& x) { return block(x); }, x);
//
// What the operations in between keep for their gradients is released at once: of a chain of
// checkpoints, only one piece at a time has its history. Gradients are the same, for inputs, for
// parameters that the function uses, and for whatever else it captures (of a parameter that several
// pieces use, sums may be added in another order).
//
// The function is called twice, each time as a fresh copy of what was given, so that a generator
// that it holds by value draws the same again. What it holds by reference must live until the
// gradient has been asked for, and be the same then: a value that was written in between is an
// error. The running statistics of batch norms move in the first call only. For layers that draw
// from a context there is nn::checkpoint (nn/checkpoint.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/functional.hpp>
#include <unordered_set>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// What the history of `y`, as far as it is younger than event `start`, reads of what is older, in
/// the order in which that was made.
template <class T>
std::vector<std::shared_ptr<Node<T>>> captured_nodes(const Variable<T>& y, std::uint64_t start) {
  std::vector<std::shared_ptr<Node<T>>> open{y.node()}, captured;
  std::unordered_set<const Node<T>*> seen{y.node().get()};
  while (!open.empty()) {
    const auto node = std::move(open.back());
    open.pop_back();
    if (node->order <= start) {
      captured.push_back(node);
      continue;
    }
    for (const auto& input : node->inputs)
      if (input && seen.insert(input.get()).second) open.push_back(input);
  }
  std::sort(captured.begin(), captured.end(),
            [](const auto& a, const auto& b) { return a->order < b->order; });
  return captured;
}

/// A handle on a node's gradient, without a value.
template <class T>
Variable<T> without_value(const std::shared_ptr<Node<T>>& node) {
  return Variable<T>(Tensor<T>(), node);
}

template <class T>
Variable<T> checkpoint(const std::function<Variable<T>(const Variables<T>&)>& f,
                       const Variables<T>& inputs) {
  if (!grad_enabled()) return f(inputs);

  // Once with history, to see what else the function reads. Inputs get nodes of their own.
  const std::uint64_t start = Events::last();
  Variables<T> own;
  for (const auto& x : inputs) own.push_back(x.requires_grad() ? parameter(x.value()) : x);
  Variable<T> y = f(own);
  if (!y.requires_grad()) return y;
  Variables<T> read = inputs;
  for (const auto& node : captured_nodes(y, start)) read.push_back(without_value(node));
  Tensor<T> value = y.value();
  y = {};
  own.clear();

  return record(
      "checkpoint", std::move(value), read,
      [f, inputs, read](const Variable<T>& dy) -> Gradients<T> {
        const bool create_graph = grad_enabled();
        const GradMode on(true);
        Variables<T> again, targets;
        for (const auto& x : inputs)
          again.push_back(x.requires_grad() ? as_input(x, create_graph) : Variable<T>(x.value()));
        for (std::size_t i = 0; i < read.size(); ++i)
          targets.push_back(i < again.size() ? again[i] : read[i]);
        const std::uint64_t begun = Events::last();
        const Variable<T> repeated = f(again);
        require<ShapeError>(repeated.shape() == dy.shape(), "checkpoint: the function made ",
                            dy.shape(), " at first and ", repeated.shape(), " when repeated");
        Gradients<T> gradients(read.size());
        if (!repeated.requires_grad()) return gradients;
        BackwardWalk<T> walk(create_graph, /*retain_graph=*/false, begun);
        walk.seed(repeated, dy);
        walk.aim_at(targets);
        walk.run(/*into_parameters=*/false);
        for (std::size_t i = 0; i < targets.size(); ++i)
          if (targets[i].requires_grad()) gradients[i] = walk.take(targets[i]);
        return gradients;
      });
}

}  // namespace detail

/// f(inputs), computed again for its gradient. Nothing is kept under NoGrad. Throws ValueError, at
/// the gradient, when an input or a value that f reads was written since.
template <class T, class F>
requires std::invocable < std::decay_t<F>
&, const std::vector<Variable<T>>& >
       Variable<T> checkpoint(const F& f, const std::vector<Variable<T>>& inputs) {
  return detail::checkpoint<T>(
      [f = std::decay_t<F>(f)](const std::vector<Variable<T>>& x) {
        std::decay_t<F> fresh = f;
        return fresh(x);
      },
      inputs);
}

/// f(x, more...), the same.
template <class F, Operand X, Operand... More>
requires std::invocable < std::decay_t<F>
&, const Variable<scalar_of<X>>&,
    const Variable<scalar_of<More>>&... >
        Variable<scalar_of<X>> checkpoint(const F& f, const X& x, const More&... more) {
  using T = scalar_of<X>;
  return detail::checkpoint<T>(
      [f = std::decay_t<F>(f)](const std::vector<Variable<T>>& all) {
        std::decay_t<F> fresh = f;
        return [&]<std::size_t... Position>(std::index_sequence<Position...>)->Variable<T> {
          return fresh(all[Position]...);
        }
        (std::make_index_sequence<1 + sizeof...(More)>());
      },
      detail::Variables<T>{x, more...});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
