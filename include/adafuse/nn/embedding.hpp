// Embedding: a vector for each number of a vocabulary, learnt.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>
#include <optional>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of an Embedding.
struct EmbeddingConfig {
  Index num_embeddings = 0;               ///< How many numbers there are.
  Index embedding_dim = 0;                ///< The length of a vector.
  std::optional<Index> padding_idx = {};  ///< A number whose vector starts as 0 and is not learnt.
};

}  // namespace ADAFUSE_SIMD

template <class T>
class Embedding {
 public:
  using value_type = T;

  Variable<T> weight;  ///< [num_embeddings, embedding_dim]

  /// Starts as PyTorch does: N(0, 1). Each layer has a key of its own.
  Embedding(const EmbeddingConfig& config, Key key) : config_(config) {
    require<ValueError>(config.num_embeddings > 0 && config.embedding_dim > 0,
                        "Embedding: sizes must be positive, got num_embeddings ",
                        config.num_embeddings, ", embedding_dim ", config.embedding_dim);
    const auto padding = config.padding_idx;
    require<ValueError>(!padding || (0 <= *padding && *padding < config.num_embeddings),
                        "Embedding: padding_idx is outside of [0, ", config.num_embeddings,
                        "), got ", padding.value_or(0));
    auto drawn = normal_init<T>({config.num_embeddings, config.embedding_dim}, 1, key.of("weight"));
    if (padding && weights_are_drawn())
      std::fill_n(drawn.data() + *padding * config.embedding_dim, config.embedding_dim, T{0});
    weight = parameter(drawn);
  }
  explicit Embedding(const EmbeddingConfig&) = delete;  // weights are drawn: give it a key

  /// Numbers [...] in [0, num_embeddings) -> their vectors [..., embedding_dim]. The gradient of a
  /// vector is the sum over all places where its number stands, in their order. Throws ValueError
  /// for a number that is outside.
  Variable<T> forward(const Tensor<std::int64_t>& numbers, Context<T>&) const {
    return (*this)(numbers);
  }
  /// The vectors of these numbers: their shape, then embedding_dim.
  ADAFUSE_INLINE Variable<T> operator()(const Tensor<std::int64_t>& numbers) const {
    require<ValueError>(numbers.defined(), "Embedding: needs numbers, got none");
    for (Index i = 0; i < numbers.size(); ++i)
      require<ValueError>(0 <= numbers.data()[i] && numbers.data()[i] < config_.num_embeddings,
                          "Embedding: number ", numbers.data()[i], " at position ", i,
                          " is outside of [0, ", config_.num_embeddings, ")");
    const auto list = numbers.reshape({numbers.size()});
    Variable<T> rows = index_select(weight, 0, list);
    if (config_.padding_idx) rows = without_padding_gradient(rows, list);
    Shape shape = numbers.shape();
    shape.push_back(config_.embedding_dim);
    return reshape(rows, shape);
  }

  const EmbeddingConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight); }

  ADAFUSE_INLINE Embedding(Embedding&&) = default;
  ADAFUSE_INLINE Embedding& operator=(Embedding&&) = default;
  ADAFUSE_INLINE ~Embedding() = default;

 private:
  /// The same rows, of which those of padding_idx are constants.
  ADAFUSE_INLINE Variable<T> without_padding_gradient(const Variable<T>& rows,
                                                      const Tensor<std::int64_t>& list) const {
    auto learnt = Tensor<T>::ones(rows.shape()), fixed = Tensor<T>(rows.shape());
    for (Index i = 0; i < list.size(); ++i)
      if (list.data()[i] == *config_.padding_idx) {
        std::fill_n(learnt.data() + i * config_.embedding_dim, config_.embedding_dim, T{0});
        std::fill_n(fixed.data() + i * config_.embedding_dim, config_.embedding_dim, T{1});
      }
    return gate(rows, learnt) + gate(rows.detach(), fixed);
  }

  EmbeddingConfig config_;
};

}  // namespace adafuse::nn
