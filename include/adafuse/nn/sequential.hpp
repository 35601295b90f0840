// Sequential: layers one after the other, named "0", "1", ... as PyTorch names them. How many there
// are is known when it is compiled; dynamic_sequential.hpp has those of run-time length.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/state.hpp>
#include <tuple>

namespace adafuse::nn {

template <class First, class... Rest>
class Sequential {
  static_assert(Module<First> && (Module<Rest> && ...),
                "Sequential takes layers, which have value_type, forward(x, ctx) and visit(v); "
                "the layer of a function such as relu is nn::Relu<T>()");

 public:
  using value_type = typename First::value_type;
  /// The same, briefly.
  using T = value_type;
  static_assert((std::same_as<T, typename Rest::value_type> && ...),
                "Sequential takes layers of one type of number");

  /// Takes the layers, in order.
  ADAFUSE_INLINE explicit Sequential(First first, Rest... rest)
      : layers_(std::move(first), std::move(rest)...) {}
  ADAFUSE_INLINE Sequential(Sequential&&) = default;
  ADAFUSE_INLINE Sequential& operator=(Sequential&&) = default;
  ADAFUSE_INLINE ~Sequential() = default;

  /// What the last layer makes of what the one before makes ... of x.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const {
    Variable<T> y = x;
    std::apply([&](const auto&... layer) { ((y = layer.forward(y, ctx)), ...); }, layers_);
    return y;
  }

  /// The layer at a position, from 0 on.
  template <std::size_t Position>
  const auto& layer() const {
    return std::get<Position>(layers_);
  }

  /// Clones of all layers. (`nn::clone` calls it, and refuses layers that are tied to each other.)
  ADAFUSE_INLINE Sequential clone() const {
    return std::apply([](const auto&... layer) { return Sequential(nn::clone(layer)...); },
                      layers_);
  }

  void visit(Visitor<T>& v) const {
    std::apply(
        [&](const auto&... layer) {
          int i = 0;
          (v(std::to_string(i++), layer), ...);
        },
        layers_);
  }

 private:
  std::tuple<First, Rest...> layers_;
};

}  // namespace adafuse::nn
