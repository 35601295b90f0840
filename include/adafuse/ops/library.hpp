// What adafuse::compiled holds of this room: its operations on variables.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/activation.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/batch_norm.hpp>
#include <adafuse/ops/broadcast.hpp>
#include <adafuse/ops/compare.hpp>
#include <adafuse/ops/conv2d.hpp>
#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/ops/cumulative.hpp>
#include <adafuse/ops/dims.hpp>
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/elementwise.hpp>
#include <adafuse/ops/embedding.hpp>
#include <adafuse/ops/gather.hpp>
#include <adafuse/ops/logical.hpp>
#include <adafuse/ops/logsumexp.hpp>
#include <adafuse/ops/loss.hpp>
#include <adafuse/ops/matmul.hpp>
#include <adafuse/ops/norm.hpp>
#include <adafuse/ops/normalization.hpp>
#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/rounding.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/size2.hpp>
#include <adafuse/ops/softmax.hpp>
#include <adafuse/ops/straight_through.hpp>
#include <adafuse/ops/take.hpp>
#include <adafuse/ops/trigonometry.hpp>
#include <adafuse/ops/var.hpp>
#include <adafuse/ops/where.hpp>

#ifdef ADAFUSE_IN_LIBRARY
namespace adafuse::inline ADAFUSE_SIMD {

#define ADAFUSE_TEMPLATES(T)                                                                     \
  ADAFUSE_EXTERN template Variable<T> neg(const Variable<T>&);                                   \
  ADAFUSE_EXTERN template Variable<T> exp(const Variable<T>&);                                   \
  ADAFUSE_EXTERN template Variable<T> log(const Variable<T>&);                                   \
  ADAFUSE_EXTERN template Variable<T> sqrt(const Variable<T>&);                                  \
  ADAFUSE_EXTERN template Variable<T> relu(const Variable<T>&);                                  \
  ADAFUSE_EXTERN template Variable<T> sigmoid(const Variable<T>&);                               \
  ADAFUSE_EXTERN template Variable<T> tanh(const Variable<T>&);                                  \
  ADAFUSE_EXTERN template Variable<T> abs(const Variable<T>&);                                   \
  ADAFUSE_EXTERN template Variable<T> square(const Variable<T>&);                                \
  ADAFUSE_EXTERN template Variable<T> reciprocal(const Variable<T>&);                            \
  ADAFUSE_EXTERN template Variable<T> sin(const Variable<T>&);                                   \
  ADAFUSE_EXTERN template Variable<T> cos(const Variable<T>&);                                   \
  ADAFUSE_EXTERN template Variable<T> gelu(const Variable<T>&, GeluOptions);                     \
  ADAFUSE_EXTERN template Variable<T> silu(const Variable<T>&);                                  \
  ADAFUSE_EXTERN template Variable<T> softplus(const Variable<T>&, SoftplusOptions);             \
  ADAFUSE_EXTERN template Variable<T> leaky_relu(const Variable<T>&, LeakyReluOptions);          \
  ADAFUSE_EXTERN template Variable<T> elu(const Variable<T>&, EluOptions);                       \
  ADAFUSE_EXTERN template Variable<T> minimum(const Variable<T>&, const Variable<T>&);           \
  ADAFUSE_EXTERN template Variable<T> maximum(const Variable<T>&, const Variable<T>&);           \
  ADAFUSE_EXTERN template Variable<T> where(const Tensor<std::uint8_t>&, const Variable<T>&,     \
                                            const Variable<T>&);                                 \
  ADAFUSE_EXTERN template Variable<T> add(const Variable<T>&, const Variable<T>&);               \
  ADAFUSE_EXTERN template Variable<T> sub(const Variable<T>&, const Variable<T>&);               \
  ADAFUSE_EXTERN template Variable<T> mul(const Variable<T>&, const Variable<T>&);               \
  ADAFUSE_EXTERN template Variable<T> div(const Variable<T>&, const Variable<T>&);               \
  ADAFUSE_EXTERN template Variable<T> pow(const Variable<T>&, const Variable<T>&);               \
  ADAFUSE_EXTERN template Variable<T> gate(const Variable<T>&, const Tensor<T>&);                \
  ADAFUSE_EXTERN template Variable<T> clamp(const Variable<T>&, T, T);                           \
  ADAFUSE_EXTERN template Variable<T> pow(const Variable<T>&, double);                           \
  ADAFUSE_EXTERN template Variable<T> sum_to(const Variable<T>&, const Shape&);                  \
  ADAFUSE_EXTERN template Variable<T> broadcast_to(const Variable<T>&, const Shape&);            \
  ADAFUSE_EXTERN template BatchNormOutput<T> batch_norm_train(                                   \
      const Variable<T>&, const Variable<T>&, const Variable<T>&, double, const Peers*);         \
  ADAFUSE_EXTERN template BatchNormOutput<T> batch_norm_relu_train(                              \
      const Variable<T>&, const Variable<T>&, const Variable<T>&, double, const Variable<T>&,    \
      const Peers*);                                                                             \
  ADAFUSE_EXTERN template Variable<T> batch_norm(const Variable<T>&, const Variable<T>&,         \
                                                 const Variable<T>&, const Tensor<T>&,           \
                                                 const Tensor<T>&, double);                      \
  ADAFUSE_EXTERN template Variable<T> batch_norm_relu(                                           \
      const Variable<T>&, const Variable<T>&, const Variable<T>&, const Tensor<T>&,              \
      const Tensor<T>&, double, const Variable<T>&);                                             \
  ADAFUSE_EXTERN template Variable<T> conv2d(const Variable<T>&, const Variable<T>&,             \
                                             const Variable<T>&, const Conv2dOptions&);          \
  ADAFUSE_EXTERN template Variable<T> conv2d(const Variable<T>&, const Variable<T>&,             \
                                             const Conv2dOptions&);                              \
  ADAFUSE_EXTERN template Variable<T> cross_entropy(                                             \
      const Variable<T>&, const Tensor<std::int64_t>&, const CrossEntropyOptions&);              \
  ADAFUSE_EXTERN template Variable<T> dropout(const Variable<T>&, double, Key, std::uint64_t);   \
  ADAFUSE_EXTERN template Variable<T> matmul(const Variable<T>&, const Variable<T>&,             \
                                             MatmulOptions);                                     \
  ADAFUSE_EXTERN template Variable<T> linear(const Variable<T>&, const Variable<T>&,             \
                                             const Variable<T>&);                                \
  ADAFUSE_EXTERN template Variable<T> max_pool2d(const Variable<T>&, const PoolOptions&);        \
  ADAFUSE_EXTERN template Variable<T> avg_pool2d(const Variable<T>&, const PoolOptions&);        \
  ADAFUSE_EXTERN template Variable<T> global_avg_pool(const Variable<T>&);                       \
  ADAFUSE_EXTERN template Variable<T> sum(const Variable<T>&);                                   \
  ADAFUSE_EXTERN template Variable<T> sum(const Variable<T>&, const Dims&, ReduceOptions);       \
  ADAFUSE_EXTERN template Variable<T> mean(const Variable<T>&);                                  \
  ADAFUSE_EXTERN template Variable<T> mean(const Variable<T>&, const Dims&, ReduceOptions);      \
  ADAFUSE_EXTERN template Variable<T> reshape(const Variable<T>&, std::span<const Index>);       \
  ADAFUSE_EXTERN template Variable<T> flatten(const Variable<T>&, Index);                        \
  ADAFUSE_EXTERN template Variable<T> permute(const Variable<T>&, const Dims&);                  \
  ADAFUSE_EXTERN template Variable<T> slice(const Variable<T>&, Index, Index, Index, Index);     \
  ADAFUSE_EXTERN template Variable<T> embed(const Variable<T>&, const Shape&, Index, Index,      \
                                            Index);                                              \
  ADAFUSE_EXTERN template Variable<T> cat(const std::vector<Variable<T>>&, Index);               \
  ADAFUSE_EXTERN template Variable<T> stack(const std::vector<Variable<T>>&, Index);             \
  ADAFUSE_EXTERN template Variable<T> softmax(const Variable<T>&, Index);                        \
  ADAFUSE_EXTERN template Variable<T> log_softmax(const Variable<T>&, Index);                    \
  ADAFUSE_EXTERN template Variable<T> straight_through(const Variable<T>&, const Variable<T>&);  \
  ADAFUSE_EXTERN template Variable<T> take(const Variable<T>&, const Tensor<std::int64_t>&);     \
  ADAFUSE_EXTERN template Variable<T> put(const Variable<T>&, const Tensor<std::int64_t>&,       \
                                          const Shape&);                                         \
  ADAFUSE_EXTERN template Variable<T> index_select(const Variable<T>&, Index,                    \
                                                   const Tensor<std::int64_t>&);                 \
  ADAFUSE_EXTERN template Variable<T> index_select(const Tensor<T>&, Index,                      \
                                                   const Tensor<std::int64_t>&);                 \
  ADAFUSE_EXTERN template Variable<T> max(const Variable<T>&, const Dims&, ReduceOptions);       \
  ADAFUSE_EXTERN template Variable<T> min(const Variable<T>&, const Dims&, ReduceOptions);       \
  ADAFUSE_EXTERN template Variable<T> var(const Variable<T>&, const Dims&, VarOptions);          \
  ADAFUSE_EXTERN template Variable<T> norm(const Variable<T>&, const Dims&, NormOptions);        \
  ADAFUSE_EXTERN template Variable<T> logsumexp(const Variable<T>&, const Dims&, ReduceOptions); \
  ADAFUSE_EXTERN template Variable<T> cumsum(const Variable<T>&, Index);                         \
  ADAFUSE_EXTERN template Variable<T> gather(const Variable<T>&, Index,                          \
                                             const Tensor<std::int64_t>&);                       \
  ADAFUSE_EXTERN template Variable<T> embedding(const Tensor<std::int64_t>&, const Variable<T>&, \
                                                EmbeddingOptions);                               \
  ADAFUSE_EXTERN template Variable<T> pad(const Variable<T>&, const std::vector<Index>&,         \
                                          PadOptions);                                           \
  ADAFUSE_EXTERN template Tensor<std::int64_t> argmax(const Tensor<T>&, Index, ReduceOptions);   \
  ADAFUSE_EXTERN template Variable<T> mse_loss(const Variable<T>&, const Variable<T>&, LossOptions);

ADAFUSE_TEMPLATES(float)
ADAFUSE_TEMPLATES(double)
#undef ADAFUSE_TEMPLATES

}  // namespace adafuse::inline ADAFUSE_SIMD
#endif
