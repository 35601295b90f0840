// Node: one step of a history. It knows the nodes of its inputs and how to pull a gradient back.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/variable.hpp>
#include <array>

namespace adafuse {

/// One gradient for each input of an operation, undefined for an input that needs none.
template <class T>
using Gradients = std::vector<Variable<T>>;

template <class T>
struct Node {
  const char* op = "parameter";
  std::uint64_t order = 0;  // the event at which it was made: after its inputs, before what follows
  Shape shape;              // of the value, and so of its gradient
  bool recorded = false;    // made by an operation; a parameter otherwise

  std::vector<std::shared_ptr<Node>> inputs;  // null where no gradient is wanted
  std::function<Gradients<T>(const Variable<T>& dy, const Variable<T>& y)> pullback;
  Tensor<T> output;  // y, if the pullback reads it: captured in the pullback it would be a cycle
  std::array<const void*, 4> read{};  // the memory of the first inputs, to name one of them

  std::vector<std::function<Variable<T>(const Variable<T>&)>> hooks;
  Variable<T> grad;  // of a parameter

  ADAFUSE_INLINE Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// A node that is destroyed iteratively: a chain of a million must not overflow the stack.
  ADAFUSE_INLINE static std::shared_ptr<Node> make() {
    std::shared_ptr<Node> node(new Node, &Node::bury);
    node->order = Events::next();
    return node;
  }

  /// Forgets inputs and captured values, which may release long stretches of the history.
  ADAFUSE_INLINE void release() {
    pullback = nullptr;
    output = {};
    inputs.clear();
  }

 private:
  // Deleting a node drops the last handle on its inputs, whose deleters then land here again. The
  // outermost call deletes; inner ones only queue.
  ADAFUSE_INLINE static void bury(Node* node) {
    Graveyard& yard = yard_;
    yard.waiting.push_back(node);
    if (yard.busy) return;
    yard.busy = true;
    while (!yard.waiting.empty()) {
      Node* next = yard.waiting.back();
      yard.waiting.pop_back();
      delete next;
    }
    yard.busy = false;
  }

  struct Graveyard {
    std::vector<Node*> waiting;
    bool busy = false;
  };
  static inline thread_local Graveyard yard_;
};

inline namespace ADAFUSE_SIMD {

/// A parameter: a leaf whose gradient `backward` accumulates.
template <class T>
Variable<T> parameter(Tensor<T> value) {
  auto node = Node<T>::make();
  node->shape = value.shape();
  return Variable<T>(std::move(value), std::move(node));
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse
