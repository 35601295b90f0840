// LayerNorm, RMSNorm, GroupNorm, InstanceNorm2d: each example is normalised by itself, in training
// and evaluation alike (ops/normalization.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/normalization.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of a LayerNorm.
struct LayerNormConfig {
  Shape normalized_shape;  ///< The last dimensions of x, over which mean and variance are taken.
  double eps = 1e-5;       ///< added to the variance
  bool elementwise_affine = true;  ///< Whether weight and bias follow.
  bool bias = true;                ///< Off: weight alone.
};

/// The sizes of an RMSNorm.
struct RMSNormConfig {
  Shape normalized_shape;          ///< The last dimensions of x, over which the mean is taken.
  std::optional<double> eps = {};  ///< Without: the distance from 1 to the next number.
  bool elementwise_affine = true;  ///< Whether a weight follows.
};

/// The sizes of a GroupNorm.
struct GroupNormConfig {
  /// Groups divide the channels.
  Index groups = 0, channels = 0;
  double eps = 1e-5;   ///< added to the variance
  bool affine = true;  ///< Whether weight and bias follow.
};

/// The sizes of an InstanceNorm2d.
struct InstanceNormConfig {
  Index channels = 0;   ///< c of x [N, c, H, W]
  double eps = 1e-5;    ///< added to the variance
  bool affine = false;  ///< Off, as in PyTorch.
};

namespace detail {

/// A weight of ones or a bias of zeros, where there is to be one.
template <class T>
Variable<T> parameter_if(bool wanted, const Shape& shape, T value) {
  return wanted ? parameter(constant_init<T>(shape, value)) : Variable<T>();
}

inline void require_norm(const char* layer, double eps, Index smallest) {
  require<ValueError>(smallest > 0 && eps >= 0, layer,
                      ": sizes must be positive and eps not negative, got ", smallest, " and ",
                      eps);
}

inline Index smallest_size(const Shape& shape) {
  return shape.rank() == 0 ? 0 : *std::min_element(shape.begin(), shape.end());
}

}  // namespace detail

}  // namespace ADAFUSE_SIMD

/// (x - mean) / sqrt(variance + eps) * weight + bias over the last dimensions (Ba, Kiros and
/// Hinton, 2016).
template <class T>
class LayerNorm {
 public:
  using value_type = T;

  Variable<T> weight, bias;  ///< normalized_shape, undefined without

  /// Starts as weight 1 and bias 0.
  explicit LayerNorm(const LayerNormConfig& config) : config_(config) {
    detail::require_norm("LayerNorm", config.eps, detail::smallest_size(config.normalized_shape));
    weight = detail::parameter_if<T>(config.elementwise_affine, config.normalized_shape, 1);
    bias = detail::parameter_if<T>(config.elementwise_affine && config.bias,
                                   config.normalized_shape, 0);
  }

  /// [..., normalized_shape] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    return layer_norm(x, config_.normalized_shape, weight, bias, config_.eps);
  }

  const LayerNormConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight), v("bias", bias); }

  ADAFUSE_INLINE LayerNorm(LayerNorm&&) = default;
  ADAFUSE_INLINE LayerNorm& operator=(LayerNorm&&) = default;
  ADAFUSE_INLINE ~LayerNorm() = default;

 private:
  LayerNormConfig config_;
};

/// x / sqrt(mean of x^2 + eps) * weight over the last dimensions (Zhang and Sennrich, 2019).
template <class T>
class RMSNorm {
 public:
  using value_type = T;

  Variable<T> weight;  ///< normalized_shape, undefined without

  /// Starts as weight 1.
  explicit RMSNorm(const RMSNormConfig& config) : config_(config) {
    detail::require_norm("RMSNorm", config.eps.value_or(0),
                         detail::smallest_size(config.normalized_shape));
    weight = detail::parameter_if<T>(config.elementwise_affine, config.normalized_shape, 1);
  }

  /// [..., normalized_shape] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    return rms_norm(x, config_.normalized_shape, weight, config_.eps);
  }

  const RMSNormConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight); }

  ADAFUSE_INLINE RMSNorm(RMSNorm&&) = default;
  ADAFUSE_INLINE RMSNorm& operator=(RMSNorm&&) = default;
  ADAFUSE_INLINE ~RMSNorm() = default;

 private:
  RMSNormConfig config_;
};

/// (x - mean) / sqrt(variance + eps) * weight + bias over groups of channels (Wu and He, 2018).
template <class T>
class GroupNorm {
 public:
  using value_type = T;

  Variable<T> weight, bias;  ///< [channels], undefined without

  /// Starts as weight 1 and bias 0.
  explicit GroupNorm(const GroupNormConfig& config) : config_(config) {
    detail::require_norm("GroupNorm", config.eps, std::min(config.groups, config.channels));
    require<ValueError>(config.channels % config.groups == 0, "GroupNorm: ", config.groups,
                        " groups do not divide ", config.channels, " channels");
    weight = detail::parameter_if<T>(config.affine, {config.channels}, 1);
    bias = detail::parameter_if<T>(config.affine, {config.channels}, 0);
  }

  /// [N, channels, ...] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    require<ShapeError>(x.rank() >= 2 && x.size(1) == config_.channels, "GroupNorm: expects [N,",
                        config_.channels, ",...], got ", x.shape());
    return group_norm(x, config_.groups, weight, bias, config_.eps);
  }

  const GroupNormConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight), v("bias", bias); }

  ADAFUSE_INLINE GroupNorm(GroupNorm&&) = default;
  ADAFUSE_INLINE GroupNorm& operator=(GroupNorm&&) = default;
  ADAFUSE_INLINE ~GroupNorm() = default;

 private:
  GroupNormConfig config_;
};

/// (x - mean) / sqrt(variance + eps) * weight + bias over each channel of each image (Ulyanov,
/// Vedaldi and Lempitsky, 2016). It has no running statistics.
template <class T>
class InstanceNorm2d {
 public:
  using value_type = T;

  Variable<T> weight, bias;  ///< [channels], undefined without

  /// Starts as weight 1 and bias 0, where there are any.
  explicit InstanceNorm2d(const InstanceNormConfig& config) : config_(config) {
    detail::require_norm("InstanceNorm2d", config.eps, config.channels);
    weight = detail::parameter_if<T>(config.affine, {config.channels}, 1);
    bias = detail::parameter_if<T>(config.affine, {config.channels}, 0);
  }

  /// [N, channels, h, w] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    require<ShapeError>(x.rank() == 4 && x.size(1) == config_.channels,
                        "InstanceNorm2d: expects [N,", config_.channels, ",h,w], got ", x.shape());
    return instance_norm(x, weight, bias, config_.eps);
  }

  const InstanceNormConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight), v("bias", bias); }

  ADAFUSE_INLINE InstanceNorm2d(InstanceNorm2d&&) = default;
  ADAFUSE_INLINE InstanceNorm2d& operator=(InstanceNorm2d&&) = default;
  ADAFUSE_INLINE ~InstanceNorm2d() = default;

 private:
  InstanceNormConfig config_;
};

}  // namespace adafuse::nn
