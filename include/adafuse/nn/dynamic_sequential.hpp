// DynamicSequential: layers one after the other, as many as are appended when the program runs.
//
//   nn::DynamicSequential<float> net;
//   for (Index i = 0; i < depth; ++i) {
//     net.append(nn::Linear<float>({.in = 64, .out = 64}, key.of(i)));
//     net.append(nn::Relu<float>());
//   }
//
// Where the layers are known when it is compiled, Sequential costs no virtual calls and gives each
// layer by its type.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/module_list.hpp>
#include <memory>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// A module that makes one variable of another.
template <class L, class T>
concept Layer = Module<L> && requires(const L& layer, const Variable<T>& x, Context<T>& ctx) {
  { layer.forward(x, ctx) } -> std::convertible_to<Variable<T>>;
};

template <class L, class T>
concept NoLayer = !Layer<L, T>;

/// A layer of any type.
template <class T>
class AnyLayer {
 public:
  using value_type = T;

  /// Takes the layer.
  template <class L>
  requires(!std::same_as<L, AnyLayer> && Layer<L, T>) AnyLayer(L layer)
      : held_(std::make_unique<Held<L>>(std::move(layer))) {}

  /// What the layer makes of x.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const {
    return layer().forward(x, ctx);
  }

  /// The layer, if it is an `L`; nullptr otherwise.
  template <class L>
  const L* as() const {
    const auto* held = dynamic_cast<const Held<L>*>(held_.get());
    return held ? &held->layer : nullptr;
  }

  /// A clone of the layer. Throws ValueError when its type has none.
  AnyLayer clone() const { return AnyLayer(layer().clone()); }

  void visit(Visitor<T>& v) const {
    if (held_) held_->visit(v);
  }

 private:
  struct Base {
    Base() = default;
    Base(const Base&) = delete;
    Base& operator=(const Base&) = delete;
    virtual ~Base() = default;
    virtual Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const = 0;
    virtual std::unique_ptr<Base> clone() const = 0;
    virtual void visit(Visitor<T>& v) const = 0;
  };

  template <class L>
  struct Held final : Base {
    explicit Held(L l) : layer(std::move(l)) {}
    Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const override {
      return layer.forward(x, ctx);
    }
    std::unique_ptr<Base> clone() const override {
      if constexpr (detail::Clonable<L>)
        return std::make_unique<Held>(nn::clone(layer));
      else
        adafuse::detail::fail<ValueError>("AnyLayer: this type of layer has no clone");
    }
    void visit(Visitor<T>& v) const override { layer.visit(v); }

    L layer;
  };

  explicit AnyLayer(std::unique_ptr<Base> held) : held_(std::move(held)) {}

  const Base& layer() const {
    require<ValueError>(held_ != nullptr, "AnyLayer: holds no layer; was it moved from?");
    return *held_;
  }

  std::unique_ptr<Base> held_;
};

template <class T>
class DynamicSequential {
 public:
  using value_type = T;

  DynamicSequential() = default;

  /// Adds a layer behind the others.
  template <class L>
  requires(std::same_as<L, AnyLayer<T>> || Layer<L, T>) DynamicSequential& append(L layer) {
    layers_.append(AnyLayer<T>(std::move(layer)));
    return *this;
  }
  template <NoLayer<T> L>
  void append(const L&) = delete;  // a layer has value_type, forward(x, ctx) and visit(v)

  /// How many layers there are.
  Index size() const { return layers_.size(); }
  /// Layer number `i`; negative numbers count from the end. Throws ValueError outside.
  const AnyLayer<T>& operator[](Index i) const { return layers_[i]; }

  /// What the last layer makes of what the one before makes ... of x; x itself without layers.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const {
    Variable<T> y = x;
    for (const auto& layer : layers_) y = layer.forward(y, ctx);
    return y;
  }

  /// Clones of all layers. (`nn::clone` calls it.)
  DynamicSequential clone() const {
    DynamicSequential copy;
    copy.layers_ = layers_.clone();
    return copy;
  }

  void visit(Visitor<T>& v) const { layers_.visit(v); }

 private:
  ModuleList<AnyLayer<T>> layers_;
};

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
