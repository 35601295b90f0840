// Attention: each query's mean of the values, weighted by how well their keys fit it (Vaswani et
// al., "Attention is all you need", 2017).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/softmax.hpp>
#include <cmath>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

template <class T>
struct AttentionOptions {
  /// [..., L, S], stretching: where it is 0 the query does not see the key.
  Tensor<std::uint8_t> mask = {};
  Variable<T> bias = {};             ///< [..., L, S], stretching: added to the scores; may be -inf.
  bool causal = false;               ///< Query i sees keys 0 ... i.
  double dropout = 0;                ///< The share of weights that are dropped: in training alone.
  std::optional<Key> key = {};       ///< What dropout draws from.
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

/// For scores of shape [..., L, S].
template <class T>
VisibleKeys<T> visible_keys(const Shape& scores, const Tensor<std::uint8_t>& mask, bool causal) {
  const Index l = scores[-2], s = scores[-1];
  // As many tables [L, S] as the mask has.
  Shape shape{l, s};
  if (mask.defined()) {
    require<ShapeError>(
        broadcast_shapes(mask.shape(), scores, "scaled_dot_product_attention") == scores,
        "scaled_dot_product_attention: a mask ", mask.shape(), " does not stretch to the scores, ",
        scores);
    shape = broadcast_shapes(mask.shape(), shape, "scaled_dot_product_attention");
  }
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

}  // namespace detail

/// y = softmax(scale q k^T + bias) v for queries q [..., L, E], keys k [..., S, E] and values
/// v [..., S, V]: [..., L, V]; sizes of 1 stretch in the leading dimensions. What a mask or being
/// causal hides has no weight; a query that sees nothing is answered by 0, as in PyTorch since 2.5.
/// Throws ValueError for dropout without a key.
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
  require<ValueError>(options.dropout == 0 || options.key,
                      "scaled_dot_product_attention: dropout draws random numbers, and has no key");
  const double scale =
      options.scale.value_or(1 / std::sqrt(static_cast<double>(std::max<Index>(q.size(-1), 1))));
  Variable<T> scores = matmul(q * scale, k, {.transpose_b = true});
  if (options.bias.defined()) {
    require<ShapeError>(broadcast_shapes(options.bias.shape(), scores.shape(),
                                         "scaled_dot_product_attention") == scores.shape(),
                        "scaled_dot_product_attention: a bias ", options.bias.shape(),
                        " does not stretch to the scores, ", scores.shape());
    scores = scores + options.bias;
  }
  Tensor<T> sees;
  if (options.mask.defined() || options.causal) {
    auto visible = detail::visible_keys<T>(scores.shape(), options.mask, options.causal);
    scores = scores + visible.added;
    sees = visible.sees;
  }
  Variable<T> weights = softmax(scores, -1);
  if (options.dropout != 0) weights = dropout(weights, options.dropout, *options.key);
  const auto y = matmul(weights, v);
  return sees.defined() ? y * sees : y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
