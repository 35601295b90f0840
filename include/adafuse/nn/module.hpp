// A module is a struct that holds its parameters by value and lists them once, by name:
//
//   template <class T>
//   struct Classifier {
//     using value_type = T;
//     nn::Linear<T> hidden, out;
//     explicit Classifier(Key key)
//         : hidden({.in = 2, .out = 9}, key.of("hidden")), out({.in = 9, .out = 3}, key.of("out"))
//         {}
//     Variable<T> forward(const Variable<T>& x, nn::Context<T>& ctx) const {
//       return out.forward(relu(hidden.forward(x, ctx)), ctx);
//     }
//     void visit(nn::Visitor<T>& v) const { v("hidden", hidden), v("out", out); }
//   };
//
// Optimisers, files, counts and copies all read that one list. Nothing registers itself anywhere.
// A layer that draws its weights must be given a key, another for each layer: `key.of("hidden")`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <string>
#include <string_view>

namespace adafuse::nn::inline ADAFUSE_SIMD {

template <class T>
class Visitor;

/// Has a scalar type, and lists what it holds.
template <class M>
concept Module = requires(const M& module, Visitor<typename M::value_type>& visitor) {
  module.visit(visitor);
};

template <class M>
concept NoModule = !Module<M>;

/// What a module of `T` cannot list: no parameter, no buffer and no module.
template <class M, class T>
concept NoState = NoModule<M> && !std::convertible_to<const M&, Variable<T>> &&
                  !std::convertible_to<const M&, Tensor<T>>;

/// A parameter (trained) or a buffer (kept along: running statistics), with its full name.
template <class T>
struct StateItem {
  std::string name;       ///< "layer1.0.conv1.weight"
  Variable<T> parameter;  ///< one of the two is defined
  Tensor<T> buffer;       ///< the other

  bool is_parameter() const { return parameter.defined(); }
  Tensor<T> value() const { return is_parameter() ? parameter.value() : buffer; }
};

/// Collects what `visit` lists. Undefined members (a bias that was turned off) are passed over.
template <class T>
class Visitor {
 public:
  /// A parameter of the module.
  void operator()(std::string_view name, const Variable<T>& parameter) {
    if (parameter.defined()) items_.push_back({prefix_ + std::string(name), parameter, {}});
  }
  /// A buffer of the module.
  void operator()(std::string_view name, const Tensor<T>& buffer) {
    if (buffer.defined()) items_.push_back({prefix_ + std::string(name), {}, buffer});
  }
  /// A module in it: its names begin with `name` and a dot.
  template <Module M>
  void operator()(std::string_view name, const M& child) {
    const std::size_t outer = prefix_.size();
    prefix_.append(name).append(".");
    child.visit(*this);
    prefix_.resize(outer);
  }
  /// What is neither a parameter or a buffer of `T` nor a module.
  template <NoState<T> M>
  void operator()(std::string_view, const M&) = delete;  // a module has value_type and visit

  /// What was collected; nothing is left here.
  std::vector<StateItem<T>> take() { return std::move(items_); }

 private:
  std::string prefix_;
  std::vector<StateItem<T>> items_;
};

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
