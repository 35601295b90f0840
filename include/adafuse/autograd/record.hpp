// record: the one way in which an operation, ours or a user's, enters the history.
//
//   Variable<T> tanh(const Variable<T>& x) {                        // y = tanh x
//     Tensor<T> y = kernels::map(x.value(), [](T v) { return std::tanh(v); });
//     return record("tanh", y, {x}, [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T>
//     {
//       return {dy * (1 - y * y)};                                  // dx = dy (1 - y^2)
//     });
//   }
//
// The pullback takes and returns variables, so that derivatives of derivatives come from the same
// lines. It captures by name the inputs that it reads, and other tensors as `Saved`; the output is
// handed to it. One that was written in the meantime throws when it is read (saved.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>
namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// How a step of the history is pulled back, whichever operation made it.
template <class T>
using AnyPullback = std::function<Gradients<T>(const Variable<T>& dy, const Variable<T>& y)>;

/// Whether an operation on these inputs enters the history.
template <class T>
[[gnu::noinline]] bool enters_history(const std::vector<Variable<T>>& inputs) {
  return grad_enabled() && std::any_of(inputs.begin(), inputs.end(), [](const Variable<T>& input) {
           return input.requires_grad();
         });
}

/// What `record` does that does not depend on the operation: compiled once for all of them.
template <class T>
[[gnu::noinline]] Variable<T> record_step(const char* op, Tensor<T> value,
                                          const std::vector<Variable<T>>& inputs,
                                          AnyPullback<T> pullback, bool reads_output) {
  auto node = Node<T>::make();
  node->op = op;
  node->recorded = true;
  node->shape = value.shape();
  node->inputs.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    node->inputs.push_back(inputs[i].requires_grad() ? inputs[i].node() : nullptr);
    inputs[i].storage().watch();
    if (i < node->read.size()) node->read[i] = inputs[i].storage().identity();
  }
  value.storage().watch();
  if (reads_output) node->output = value;
  node->pullback = std::move(pullback);
  return Variable<T>(std::move(value), std::move(node));
}

/// x as the result of an operation that changes nothing: itself, and under NoGrad a constant.
template <class T>
Variable<T> unchanged(const Variable<T>& x) {
  return grad_enabled() ? x : x.detach();
}

}  // namespace detail

/// `value` as a function of `inputs`. `pullback(dy)` or `pullback(dy, y)` returns one gradient for
/// each input, of that input's shape; undefined where `requires_grad()` was false. Without an input
/// that requires a gradient, or under NoGrad, the result is a constant and the pullback is dropped.
template <class T, class Pullback>
Variable<T> record(const char* op, Tensor<T> value,
                   const std::type_identity_t<std::vector<Variable<T>>>& inputs,
                   Pullback pullback) {
  constexpr bool reads_output =
      std::is_invocable_r_v<Gradients<T>, Pullback, const Variable<T>&, const Variable<T>&>;
  static_assert(reads_output || std::is_invocable_r_v<Gradients<T>, Pullback, const Variable<T>&>,
                "a pullback is called as pullback(dy) or pullback(dy, y) and returns Gradients<T>");

  if (!detail::enters_history<T>(inputs)) return Variable<T>(std::move(value));
  detail::AnyPullback<T> any;
  if constexpr (reads_output)
    any = std::move(pullback);
  else
    any = [pullback = std::move(pullback)](const Variable<T>& dy, const Variable<T>&) {
      return pullback(dy);
    };
  return detail::record_step<T>(op, std::move(value), inputs, std::move(any), reads_output);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
