// BatchNorm: y = (x - mean) / sqrt(var + eps) * weight + bias, channel by channel; mean and var are
// the batch's in training and the running ones in evaluation (Ioffe and Szegedy, 2015).
//
// Running statistics belong to the forward, as in PyTorch: in training each call moves them once,
// at once, whatever follows it: no gradient, another view of the same batch, a step that fails.
// Where the context names peers, they share the batch: its statistics are those of all samples
// (what PyTorch calls SyncBatchNorm). What a pullback computes again moves nothing. Threads may
// share a model to evaluate it, or each run training forwards (their statistics take turns); not
// both at a time.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/batch_norm.hpp>
#include <mutex>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of a BatchNorm.
struct BatchNormConfig {
  Index channels = 0;     ///< c
  double eps = 1e-5;      ///< added to the variance
  double momentum = 0.1;  ///< The share of the batch in the running statistics, as in PyTorch.
};

}  // namespace ADAFUSE_SIMD

/// `Dims` is what follows [N, c]: nothing or one dimension for 1, two for 2, three for 3.
template <class T, int Dims>
class BatchNorm {
  static_assert(1 <= Dims && Dims <= 3);

 public:
  using value_type = T;

  Variable<T> weight, bias;             ///< [c]
  Tensor<T> running_mean, running_var;  ///< [c]

  /// Starts as weight 1, bias 0, running mean 0 and running variance 1.
  explicit BatchNorm(const BatchNormConfig& config) : config_(config) {
    require<ValueError>(config.channels > 0, "BatchNorm: channels must be positive, got ",
                        config.channels);
    require<ValueError>(config.eps > 0 && 0 <= config.momentum && config.momentum <= 1,
                        "BatchNorm: expects eps > 0 and momentum in [0, 1], got ", config.eps,
                        " and ", config.momentum);
    const Shape shape{config.channels};
    weight = parameter(constant_init<T>(shape, 1));
    bias = parameter(constant_init<T>(shape, 0));
    running_mean = constant_init<T>(shape, 0);
    running_var = constant_init<T>(shape, 1);
  }

  /// [N, c, ...] -> the same. In training the running statistics follow the batch's, unless the
  /// context says otherwise, or says that this norm is frozen.
  Variable<T> forward(const Variable<T>& x, Context<T>& ctx) const {
    check(x);
    if (!ctx.takes_batch_statistics(running_mean))
      return batch_norm(x, weight, bias, kept(running_mean), kept(running_var), config_.eps);
    auto out = batch_norm_train(x, weight, bias, config_.eps, ctx.sharing());
    if (ctx.moves_statistics() && has_elements(x, out, ctx)) follow(out);
    return out.y;
  }

  /// relu(forward(x) + residual) in fewer passes; without a residual, relu(forward(x)).
  Variable<T> forward_relu(const Variable<T>& x, Context<T>& ctx,
                           const Variable<T>& residual = {}) const {
    check(x);
    if (!ctx.takes_batch_statistics(running_mean))
      return batch_norm_relu(x, weight, bias, kept(running_mean), kept(running_var), config_.eps,
                             residual);
    auto out = batch_norm_relu_train(x, weight, bias, config_.eps, residual, ctx.sharing());
    if (ctx.moves_statistics() && has_elements(x, out, ctx)) follow(out);
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
  ADAFUSE_INLINE void check(const Variable<T>& x) const {
    require<ValueError>(running_mean.defined(), "BatchNorm", Dims,
                        "d: has no statistics; was it moved from?");
    require<ShapeError>(x.rank() == Dims + 2 || (Dims == 1 && x.rank() == 2), "BatchNorm", Dims,
                        "d: expects ",
                        Dims == 1   ? "[N,c] or [N,c,l]"
                        : Dims == 2 ? "[N,c,h,w]"
                                    : "[N,c,d,h,w]",
                        ", got ", x.shape());
  }

  // Whether the batch has elements: also where they are another rank's. Of none its mean is no
  // number.
  ADAFUSE_INLINE static bool has_elements(const Variable<T>& x, const BatchNormOutput<T>& batch,
                                          const Context<T>& ctx) {
    return x.size() > 0 || (ctx.sharing() && !is_nan(batch.mean(0)));
  }

  /// running <- (1 - momentum) running + momentum batch. Threads that train one model at once take
  /// turns.
  ADAFUSE_INLINE void follow(const BatchNormOutput<T>& batch) const {
    const std::lock_guard mine(turn_);
    blend(running_mean, batch.mean);
    blend(running_var, batch.variance);
  }
  ADAFUSE_INLINE void blend(Tensor<T> running, const Tensor<T>& batch) const {
    std::transform(
        running.begin(), running.end(), batch.begin(), running.begin(),
        [m = static_cast<T>(config_.momentum)](T r, T b) { return (1 - m) * r + m * b; });
  }

  /// Statistics for a forward that may be differentiated: a later one in training must not change
  /// what its pullback reads.
  ADAFUSE_INLINE static Tensor<T> kept(const Tensor<T>& running) {
    return grad_enabled() ? running.clone() : running;
  }

  static constinit inline os::StaticMutex turn_;

  BatchNormConfig config_;
};

/// Of x [N, c] or [N, c, L].
template <class T>
using BatchNorm1d = BatchNorm<T, 1>;
/// Of x [N, c, H, W].
template <class T>
using BatchNorm2d = BatchNorm<T, 2>;
/// Of x [N, c, D, H, W].
template <class T>
using BatchNorm3d = BatchNorm<T, 3>;

}  // namespace adafuse::nn
