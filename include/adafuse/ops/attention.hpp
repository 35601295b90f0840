// Attention: each query's mean of the values, weighted by how well their keys fit it (Vaswani et
// al., "Attention is all you need", 2017).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/attention_blocks.hpp>
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/softmax.hpp>
#include <cmath>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

/// What attention is told.
template <class T>
struct AttentionOptions {
  /// [..., L, S], stretching: where it is 0 the query does not see the key.
  Tensor<std::uint8_t> mask = {};
  Variable<T> bias = {};             ///< [..., L, S], stretching: added to the scores; may be -inf.
  bool causal = false;               ///< Query i sees keys 0 ... i.
  double dropout = 0;                ///< The share of weights that are dropped: in training alone.
  std::optional<Key> key = {};       ///< What dropout draws from.
  std::uint64_t first_draw = 0;      ///< The position in the key's stream at which it begins.
  std::optional<double> scale = {};  ///< of the scores; 1 / sqrt(E) without
};

namespace detail {

/// Which keys a query may see, of a mask and of being causal: 0 where it does, -inf where not, and
/// 0 throughout for a query that sees none; `sees` [..., L, 1] is 0 for such a query and 1 for
/// others, undefined where there is none.
template <class T>
struct VisibleKeys {
  Tensor<T> added;
  Tensor<T> sees;
};

/// For scores of shape [..., L, S], to which the mask stretches.
template <class T>
VisibleKeys<T> visible_keys(const Shape& scores, const Tensor<std::uint8_t>& mask, bool causal) {
  const Index l = scores[-2], s = scores[-1];
  // As many tables [L, S] as the mask has.
  Shape shape{l, s};
  if (mask.defined()) shape = broadcast_shapes(mask.shape(), shape, "scaled_dot_product_attention");
  auto added = Tensor<T>(shape);
  auto sees = Tensor<T>::ones(shape.with(-1, 1));
  const auto all = mask.defined() ? kernels::broadcast_to(mask, shape) : Tensor<std::uint8_t>();
  bool each_sees = true;
  T* const to = added.data();
  for (Index row = 0; row < sees.size(); ++row) {
    const auto is_seen = [&](Index j) {
      return (!all.defined() || all.values()[static_cast<std::size_t>(row * s + j)] != 0) &&
             (!causal || j <= row % l);
    };
    bool any = false;
    for (Index j = 0; j < s; ++j) any = any || is_seen(j);
    if (!any) sees.data()[row] = 0, each_sees = false;
    for (Index j = 0; any && j < s; ++j)
      if (!is_seen(j)) to[row * s + j] = -std::numeric_limits<T>::infinity();
  }
  return {added, each_sees ? Tensor<T>() : sees};
}

/// Throws ShapeError unless a mask or bias stretches to the scores.
inline void require_stretches(const char* what, const Shape& shape, const Shape& scores) {
  require<ShapeError>(broadcast_shapes(shape, scores, "scaled_dot_product_attention") == scores,
                      "scaled_dot_product_attention: a ", what, " ", shape,
                      " does not stretch to the scores, ", scores);
}

/// The whole matrix of weights at once: [..., L, S], shape `of_scores`.
template <class T>
Variable<T> attention_by_matrix(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                                double scale, const Shape& of_scores,
                                const AttentionOptions<T>& options) {
  Variable<T> scores = matmul(q * scale, k, {.transpose_b = true});
  if (options.bias.defined()) scores = scores + options.bias;
  Tensor<T> sees;
  if (options.mask.defined() || options.causal) {
    auto visible = visible_keys<T>(of_scores, options.mask, options.causal);
    scores = scores + visible.added;
    sees = visible.sees;
  }
  Variable<T> weights = softmax(scores, -1);
  if (!equals(options.dropout, 0))
    weights = dropout(weights, options.dropout, *options.key, options.first_draw);
  const auto y = matmul(weights, v);
  return sees.defined() ? y * sees : y;
}

/// The same without the matrix, and without a history.
template <class T>
Tensor<T> attention_by_blocks(const Tensor<T>& q, const Tensor<T>& k, const Tensor<T>& v,
                              double scale, const Shape& leading_of_scores,
                              const AttentionOptions<T>& options) {
  const Shape all =
      broadcast_shapes(leading_of_scores, leading(v.shape()), "scaled_dot_product_attention");
  Shape shape = all;
  shape.push_back(q.size(-2));
  shape.push_back(v.size(-1));
  auto y = Tensor<T>::uninitialized(shape);
  const Tensor<T> bias = options.bias.defined() ? options.bias.value() : Tensor<T>();
  const BlockedAttention<T> attention(q, k, v, all,
                                      {.scale = static_cast<T>(scale),
                                       .mask = options.mask,
                                       .bias = bias,
                                       .causal = options.causal});
  attention.run(y.data());
  return y;
}

}  // namespace detail

/// y = softmax(scale q k^T + bias) v for queries q [..., L, E], keys k [..., S, E] and values
/// v [..., S, V]: [..., L, V]; sizes of 1 stretch in the leading dimensions. What a mask or being
/// causal hides has no weight; a query that sees nothing is answered by 0, as in PyTorch since 2.5.
/// Where nothing is recorded and nothing dropped, no [..., L, S] is held in memory: blocks of keys
/// are met one after the other, and results may differ in the last digits from those with a
/// history. Throws ValueError for dropout without a key.
template <Operand Q, OperandLike<Q> K, OperandLike<Q> V>
Variable<scalar_of<Q, K>> scaled_dot_product_attention(
    const Q& queries, const K& keys, const V& values,
    const AttentionOptions<scalar_of<Q, K>>& options = {}) {
  using T = scalar_of<Q, K>;
  const Variable<T> q = queries, k = keys, v = values;
  require<ShapeError>(q.rank() >= 2 && k.rank() >= 2 && v.rank() >= 2 && q.size(-1) == k.size(-1) &&
                          k.size(-2) == v.size(-2),
                      "scaled_dot_product_attention: expects q [...,L,E], k [...,S,E] and ",
                      "v [...,S,V], got ", q.shape(), ", ", k.shape(), " and ", v.shape());
  require<ValueError>(equals(options.dropout, 0) || options.key,
                      "scaled_dot_product_attention: dropout draws random numbers, and has no key");
  const double scale =
      options.scale.value_or(1 / std::sqrt(static_cast<double>(std::max<Index>(q.size(-1), 1))));
  const Shape places = broadcast_shapes(detail::leading(q.shape()), detail::leading(k.shape()),
                                        "scaled_dot_product_attention");
  Shape scores = places;
  scores.push_back(q.size(-2));
  scores.push_back(k.size(-2));
  if (options.bias.defined()) detail::require_stretches("bias", options.bias.shape(), scores);
  if (options.mask.defined()) detail::require_stretches("mask", options.mask.shape(), scores);
  if (!equals(options.dropout, 0) || detail::enters_history<T>({q, k, v, options.bias}))
    return detail::attention_by_matrix(q, k, v, scale, scores, options);
  return detail::attention_by_blocks(q.value(), k.value(), v.value(), scale, places, options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
