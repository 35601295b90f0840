// BatchNorm: y = (x - mean) / sqrt(var + eps) * weight + bias, channel by channel; mean and var are
// the batch's in training and the running ones in evaluation (Ioffe and Szegedy, 2015).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/batch_norm.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

struct BatchNormConfig {
  Index channels = 0;
  double eps = 1e-5;
  double momentum = 0.1;  ///< The share of the batch in the running statistics, as in PyTorch.
};

}  // namespace ADAFUSE_SIMD

/// `Dims` is what follows [N, c]: nothing or one dimension for 1, two for 2.
template <class T, int Dims>
class BatchNorm {
  static_assert(Dims == 1 || Dims == 2);

 public:
  using value_type = T;

  Variable<T> weight, bias;             // [c]
  Tensor<T> running_mean, running_var;  // [c]

  explicit BatchNorm(const BatchNormConfig& config, Key = Key(0)) : config_(config) {
    require<ValueError>(config.channels > 0, "BatchNorm: channels must be positive, got ",
                        config.channels);
    require<ValueError>(config.eps > 0 && 0 <= config.momentum && config.momentum <= 1,
                        "BatchNorm: expects eps > 0 and momentum in [0, 1], got ", config.eps,
                        " and ", config.momentum);
    const Shape shape{config.channels};
    weight = parameter(Tensor<T>::ones(shape));
    bias = parameter(Tensor<T>::zeros(shape));
    running_mean = Tensor<T>::zeros(shape);
    running_var = Tensor<T>::ones(shape);
  }

  /// [N, c, ...] -> the same. In training the batch's statistics go to the context's sink.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const {
    check(x);
    if (!ctx.training) return batch_norm(x, weight, bias, running_mean, running_var, config_.eps);
    auto out = batch_norm_train(x, weight, bias, config_.eps);
    ctx.observe({running_mean, running_var, out.mean, out.variance, config_.momentum});
    return out.y;
  }

  /// relu(forward(x) + residual) in fewer passes; without a residual, relu(forward(x)).
  Variable<T> forward_relu(const Variable<T>& x, Context<T>& ctx,
                           const Variable<T>& residual = {}) const {
    check(x);
    if (!ctx.training)
      return batch_norm_relu(x, weight, bias, running_mean, running_var, config_.eps, residual);
    auto out = batch_norm_relu_train(x, weight, bias, config_.eps, residual);
    ctx.observe({running_mean, running_var, out.mean, out.variance, config_.momentum});
    return out.y;
  }

  const BatchNormConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const {
    v("weight", weight), v("bias", bias);
    v("running_mean", running_mean), v("running_var", running_var);
  }

  ADAFUSE_INLINE BatchNorm(BatchNorm&&) = default;
  ADAFUSE_INLINE BatchNorm& operator=(BatchNorm&&) = default;
  ADAFUSE_INLINE ~BatchNorm() = default;

 private:
  ADAFUSE_INLINE static void check(const Variable<T>& x) {
    require<ShapeError>(x.rank() == Dims + 2 || (Dims == 1 && x.rank() == 2), "BatchNorm", Dims,
                        "d: expects ", Dims == 1 ? "[N,c] or [N,c,l]" : "[N,c,h,w]", ", got ",
                        x.shape());
  }

  BatchNormConfig config_;
};

template <class T>
using BatchNorm1d = BatchNorm<T, 1>;
template <class T>
using BatchNorm2d = BatchNorm<T, 2>;

}  // namespace adafuse::nn
