// TransformerEncoderLayer: attention of a sequence to itself, then two linears for each position,
// each added to what it was given (Vaswani et al., 2017), with PyTorch's names of weights.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/attention.hpp>
#include <adafuse/nn/dropout.hpp>
#include <adafuse/nn/normalization.hpp>
#include <adafuse/ops/activation.hpp>
#include <adafuse/ops/pointwise.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// What is between the two linears.
enum class TransformerActivation { relu, gelu };

/// The sizes of an encoder's or a decoder's layer.
struct TransformerLayerConfig {
  Index d_model = 0;             ///< Features of each position.
  Index nhead = 0;               ///< Heads of the attention.
  Index dim_feedforward = 2048;  ///< Features between the two linears.
  double dropout = 0.1;  ///< In training: of attention weights, of those features, of both sums.
  TransformerActivation activation = TransformerActivation::relu;  ///< Between the two linears.
  double layer_norm_eps = 1e-5;                                    ///< Added to variances.
  bool norm_first = false;  ///< The norms come before attention and linears, not after the sums.
};

namespace detail {

template <class T>
Variable<T> dropped(const Variable<T>& x, double share, Context<T>& ctx) {
  return Dropout<T>(share).forward(x, ctx);
}

/// The two linears of a transformer's layer, for each position by itself.
template <class T>
Variable<T> feed_forward(const Linear<T>& linear1, const Linear<T>& linear2,
                         const TransformerLayerConfig& config, const Variable<T>& x,
                         Context<T>& ctx) {
  const auto y = linear1(x);
  const auto z = config.activation == TransformerActivation::gelu ? gelu(y) : relu(y);
  return dropped(linear2(dropped(z, config.dropout, ctx)), config.dropout, ctx);
}

}  // namespace detail

}  // namespace ADAFUSE_SIMD

template <class T>
class TransformerEncoderLayer {
 public:
  using value_type = T;

  MultiheadAttention<T> self_attn;  ///< of the sequence to itself
  /// What each position goes through.
  Linear<T> linear1, linear2;
  /// Of attention, and of the linears.
  LayerNorm<T> norm1, norm2;

  /// Weights as those of its parts start.
  TransformerEncoderLayer(const TransformerLayerConfig& config, Key key)
      : self_attn(
            {.embed_dim = config.d_model, .num_heads = config.nhead, .dropout = config.dropout},
            key.of("self_attn")),
        linear1({.in = config.d_model, .out = config.dim_feedforward}, key.of("linear1")),
        linear2({.in = config.dim_feedforward, .out = config.d_model}, key.of("linear2")),
        norm1({.normalized_shape = {config.d_model}, .eps = config.layer_norm_eps}),
        norm2({.normalized_shape = {config.d_model}, .eps = config.layer_norm_eps}),
        config_(config) {}
  explicit TransformerEncoderLayer(const TransformerLayerConfig&) = delete;  // give it a key

  /// [N, L, d_model] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx, const AttentionMask& mask = {}) const {
    if (config_.norm_first) {
      const auto y = x + attention(norm1(x), ctx, mask);
      return y + positions(norm2(y), ctx);
    }
    const auto y = norm1(x + attention(x, ctx, mask));
    return norm2(y + positions(y, ctx));
  }

  const TransformerLayerConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const {
    v("self_attn", self_attn), v("linear1", linear1), v("linear2", linear2);
    v("norm1", norm1), v("norm2", norm2);
  }

  ADAFUSE_INLINE TransformerEncoderLayer(TransformerEncoderLayer&&) = default;
  ADAFUSE_INLINE TransformerEncoderLayer& operator=(TransformerEncoderLayer&&) = default;
  ADAFUSE_INLINE ~TransformerEncoderLayer() = default;

 private:
  Variable<T> attention(const Variable<T>& x, Context<T>& ctx, const AttentionMask& mask) const {
    return detail::dropped(self_attn.forward(x, ctx, mask), config_.dropout, ctx);
  }
  Variable<T> positions(const Variable<T>& x, Context<T>& ctx) const {
    return detail::feed_forward(linear1, linear2, config_, x, ctx);
  }

  TransformerLayerConfig config_;
};

}  // namespace adafuse::nn
