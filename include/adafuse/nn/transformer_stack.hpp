// TransformerEncoder and TransformerDecoder: layers of one configuration one after the other, and a
// norm behind the last if asked, with PyTorch's names of weights:
// layers.0.self_attn.in_proj_weight.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/module_list.hpp>
#include <adafuse/nn/transformer_decoder.hpp>
#include <optional>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// The sizes of a stack of layers.
struct TransformerStackConfig {
  TransformerLayerConfig layer;  ///< Of each.
  Index num_layers = 0;          ///< How many there are.
  bool norm = false;  ///< A LayerNorm behind the last layer: what norm_first leaves to be done.
};

namespace detail {

/// Layers that each draw weights of their own. (PyTorch copies one layer.)
template <class Layer>
ModuleList<Layer> transformer_layers(const char* name, const TransformerStackConfig& config,
                                     Key key) {
  require<ValueError>(config.num_layers > 0, name, ": num_layers must be positive, got ",
                      config.num_layers);
  ModuleList<Layer> layers;
  for (Index i = 0; i < config.num_layers; ++i)
    layers.append(Layer(config.layer, key.of("layers").of(static_cast<std::uint64_t>(i))));
  return layers;
}

template <class T>
std::optional<LayerNorm<T>> last_norm(const TransformerStackConfig& config) {
  if (!config.norm) return std::nullopt;
  return LayerNorm<T>(
      {.normalized_shape = {config.layer.d_model}, .eps = config.layer.layer_norm_eps});
}

}  // namespace detail

template <class T>
class TransformerEncoder {
 public:
  using value_type = T;

  ModuleList<TransformerEncoderLayer<T>> layers;  ///< one after the other
  std::optional<LayerNorm<T>> norm;               ///< behind the last, if it is wanted

  /// Layers with weights of their own.
  TransformerEncoder(const TransformerStackConfig& config, Key key)
      : layers(detail::transformer_layers<TransformerEncoderLayer<T>>("TransformerEncoder", config,
                                                                      key)),
        norm(detail::last_norm<T>(config)),
        config_(config) {}
  explicit TransformerEncoder(const TransformerStackConfig&) = delete;  // give it a key

  /// [N, L, d_model] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx, const AttentionMask& mask = {}) const {
    Variable<T> y = x;
    for (const auto& layer : layers) y = layer.forward(y, ctx, mask);
    return norm ? (*norm)(y) : y;
  }

  const TransformerStackConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const {
    v("layers", layers);
    if (norm) v("norm", *norm);
  }

 private:
  TransformerStackConfig config_;
};

template <class T>
class TransformerDecoder {
 public:
  using value_type = T;

  ModuleList<TransformerDecoderLayer<T>> layers;  ///< one after the other
  std::optional<LayerNorm<T>> norm;               ///< behind the last, if it is wanted

  /// Layers with weights of their own.
  TransformerDecoder(const TransformerStackConfig& config, Key key)
      : layers(detail::transformer_layers<TransformerDecoderLayer<T>>("TransformerDecoder", config,
                                                                      key)),
        norm(detail::last_norm<T>(config)),
        config_(config) {}
  explicit TransformerDecoder(const TransformerStackConfig&) = delete;  // give it a key

  /// x [N, L, d_model], memory [N, S, d_model] -> [N, L, d_model]: each layer sees the memory.
  /// Masks as of a TransformerDecoderLayer.
  Variable<T> forward(const Variable<T>& x, const Variable<T>& memory, Context<T>& ctx,
                      const AttentionMask& mask = {}, const AttentionMask& memory_mask = {}) const {
    Variable<T> y = x;
    for (const auto& layer : layers) y = layer.forward(y, memory, ctx, mask, memory_mask);
    return norm ? (*norm)(y) : y;
  }

  const TransformerStackConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const {
    v("layers", layers);
    if (norm) v("norm", *norm);
  }

 private:
  TransformerStackConfig config_;
};

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
