// TransformerDecoderLayer: attention of a sequence to itself, then to another one, the memory, then
// two linears for each position, each added to what it was given (Vaswani et al., 2017), with
// PyTorch's names of weights.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/transformer.hpp>

namespace adafuse::nn {

template <class T>
class TransformerDecoderLayer {
 public:
  using value_type = T;

  /// Of the sequence to itself, and to the memory.
  MultiheadAttention<T> self_attn, multihead_attn;
  /// What each position goes through.
  Linear<T> linear1, linear2;
  /// Of both attentions, and of the linears.
  LayerNorm<T> norm1, norm2, norm3;

  /// Weights as those of its parts start.
  TransformerDecoderLayer(const TransformerLayerConfig& config, Key key)
      : self_attn(
            {.embed_dim = config.d_model, .num_heads = config.nhead, .dropout = config.dropout},
            key.of("self_attn")),
        multihead_attn(
            {.embed_dim = config.d_model, .num_heads = config.nhead, .dropout = config.dropout},
            key.of("multihead_attn")),
        linear1({.in = config.d_model, .out = config.dim_feedforward}, key.of("linear1")),
        linear2({.in = config.dim_feedforward, .out = config.d_model}, key.of("linear2")),
        norm1({.normalized_shape = {config.d_model}, .eps = config.layer_norm_eps}),
        norm2({.normalized_shape = {config.d_model}, .eps = config.layer_norm_eps}),
        norm3({.normalized_shape = {config.d_model}, .eps = config.layer_norm_eps}),
        config_(config) {}
  explicit TransformerDecoderLayer(const TransformerLayerConfig&) = delete;  // give it a key

  /// x [N, L, d_model], memory [N, S, d_model] -> [N, L, d_model]. `mask` is of x to itself, mostly
  /// `{.causal = true}`, `memory_mask` of x to the memory.
  Variable<T> forward(const Variable<T>& x, const Variable<T>& memory, Context<T>& ctx,
                      const AttentionMask& mask = {}, const AttentionMask& memory_mask = {}) const {
    if (config_.norm_first) {
      const auto y = x + to_itself(norm1(x), ctx, mask);
      const auto z = y + to_memory(norm2(y), memory, ctx, memory_mask);
      return z + positions(norm3(z), ctx);
    }
    const auto y = norm1(x + to_itself(x, ctx, mask));
    const auto z = norm2(y + to_memory(y, memory, ctx, memory_mask));
    return norm3(z + positions(z, ctx));
  }

  const TransformerLayerConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const {
    v("self_attn", self_attn), v("multihead_attn", multihead_attn);
    v("linear1", linear1), v("linear2", linear2);
    v("norm1", norm1), v("norm2", norm2), v("norm3", norm3);
  }

  ADAFUSE_INLINE TransformerDecoderLayer(TransformerDecoderLayer&&) = default;
  ADAFUSE_INLINE TransformerDecoderLayer& operator=(TransformerDecoderLayer&&) = default;
  ADAFUSE_INLINE ~TransformerDecoderLayer() = default;

 private:
  Variable<T> to_itself(const Variable<T>& x, Context<T>& ctx, const AttentionMask& mask) const {
    return detail::dropped(self_attn.forward(x, ctx, mask), config_.dropout, ctx);
  }
  Variable<T> to_memory(const Variable<T>& x, const Variable<T>& memory, Context<T>& ctx,
                        const AttentionMask& mask) const {
    return detail::dropped(multihead_attn.forward(x, memory, memory, ctx, mask), config_.dropout,
                           ctx);
  }
  Variable<T> positions(const Variable<T>& x, Context<T>& ctx) const {
    return detail::feed_forward(linear1, linear2, config_, x, ctx);
  }

  TransformerLayerConfig config_;
};

}  // namespace adafuse::nn
