// MultiheadAttention: attention several times at once, each in a part of the features (Vaswani et
// al., 2017), with PyTorch's names of weights.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/linear.hpp>
#include <adafuse/ops/attention.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of a MultiheadAttention.
struct MultiheadAttentionConfig {
  Index embed_dim = 0;  ///< Features of queries, keys, values and the result.
  Index num_heads = 0;  ///< How many parts they are cut into.
  double dropout = 0;   ///< The share of attention weights that are dropped in training.
  bool bias = true;     ///< Whether all four projections add one.
};

/// What queries may see.
struct AttentionMask {
  /// [L, S], or [N, 1 or num_heads, 1 or L, S]: where it is 0 the query does not see the key. (The
  /// masks of PyTorch's nn.MultiheadAttention say the opposite, those of its
  /// scaled_dot_product_attention the same.)
  Tensor<std::uint8_t> mask = {};
  bool causal = false;  ///< Query i sees keys 0 ... i.
};

}  // namespace ADAFUSE_SIMD

template <class T>
class MultiheadAttention {
 public:
  using value_type = T;

  Variable<T> in_proj_weight;  ///< [3 embed_dim, embed_dim]: of queries, keys, values
  Variable<T> in_proj_bias;    ///< [3 embed_dim], undefined without
  Linear<T> out_proj;          ///< What becomes of the heads' results, side by side.

  /// Starts as PyTorch does: in_proj_weight from Glorot's uniform, biases at 0. Each layer has a
  /// key of its own.
  MultiheadAttention(const MultiheadAttentionConfig& config, Key key)
      : out_proj({.in = config.embed_dim, .out = config.embed_dim, .bias = config.bias},
                 key.of("out_proj")),
        config_(config) {
    require<ValueError>(config.num_heads > 0 && config.embed_dim % config.num_heads == 0,
                        "MultiheadAttention: ", config.num_heads, " heads do not divide ",
                        config.embed_dim, " features");
    require<ValueError>(0 <= config.dropout && config.dropout < 1,
                        "MultiheadAttention: dropout must be in [0, 1), got ", config.dropout);
    const Checked three = Checked(3) * config.embed_dim;
    require<ValueError>(three.fits(), "MultiheadAttention: embed_dim is too large, ",
                        config.embed_dim);
    in_proj_weight =
        parameter(xavier_uniform<T>({three.value(), config.embed_dim}, key.of("in_proj_weight")));
    if (!config.bias) return;
    in_proj_bias = parameter(constant_init<T>({three.value()}, 0));
    out_proj.bias = parameter(constant_init<T>({config.embed_dim}, 0));
  }
  explicit MultiheadAttention(const MultiheadAttentionConfig&) = delete;  // give it a key

  /// Of a sequence to itself: [N, L, embed_dim] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx, const AttentionMask& mask = {}) const {
    check(x, x, x);
    const auto all = linear(x, in_proj_weight, in_proj_bias);
    const auto part = [&](Index i) {
      return slice(all, 2, i * config_.embed_dim, (i + 1) * config_.embed_dim);
    };
    return attend(part(0), part(1), part(2), ctx, mask);
  }

  /// Of queries [N, L, embed_dim] to keys and values [N, S, embed_dim]: [N, L, embed_dim].
  Variable<T> forward(const Variable<T>& queries, const Variable<T>& keys,
                      const Variable<T>& values, Context<T>& ctx,
                      const AttentionMask& mask = {}) const {
    check(queries, keys, values);
    const auto project = [&](const Variable<T>& x, Index i) {
      const Index begin = i * config_.embed_dim, end = begin + config_.embed_dim;
      const auto bias = in_proj_bias.defined() ? slice(in_proj_bias, 0, begin, end) : Variable<T>();
      return linear(x, slice(in_proj_weight, 0, begin, end), bias);
    };
    return attend(project(queries, 0), project(keys, 1), project(values, 2), ctx, mask);
  }

  const MultiheadAttentionConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const {
    v("in_proj_weight", in_proj_weight), v("in_proj_bias", in_proj_bias);
    v("out_proj", out_proj);
  }

  ADAFUSE_INLINE MultiheadAttention(MultiheadAttention&&) = default;
  ADAFUSE_INLINE MultiheadAttention& operator=(MultiheadAttention&&) = default;
  ADAFUSE_INLINE ~MultiheadAttention() = default;

 private:
  ADAFUSE_INLINE void check(const Variable<T>& q, const Variable<T>& k,
                            const Variable<T>& v) const {
    for (const auto* x : {&q, &k, &v})
      require<ShapeError>(
          x->rank() == 3 && x->size(2) == config_.embed_dim && x->size(0) == q.size(0),
          "MultiheadAttention: expects [N,L,", config_.embed_dim, "], got ", x->shape());
    require<ShapeError>(k.size(1) == v.size(1), "MultiheadAttention: keys ", k.shape(),
                        " and values ", v.shape(), " differ in number");
  }

  /// [N, L, embed_dim] as [N, num_heads, L, embed_dim / num_heads].
  ADAFUSE_INLINE Variable<T> heads_of(const Variable<T>& x) const {
    const Index size = config_.embed_dim / config_.num_heads;
    return permute(reshape(x, {x.size(0), x.size(1), config_.num_heads, size}), {0, 2, 1, 3});
  }

  Variable<T> attend(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                     Context<T>& ctx, const AttentionMask& mask) const {
    AttentionOptions<T> options{.mask = mask.mask, .causal = mask.causal};
    if (ctx.training && config_.dropout > 0) {
      options.dropout = config_.dropout;
      options.key = ctx.next_key();
      options.first_draw = ctx.first_draw(q.size(0) * config_.num_heads * q.size(1) * k.size(1));
    }
    const auto y = scaled_dot_product_attention(heads_of(q), heads_of(k), heads_of(v), options);
    return out_proj(reshape(permute(y, {0, 2, 1, 3}), q.shape()));
  }

  MultiheadAttentionConfig config_;
};

}  // namespace adafuse::nn
