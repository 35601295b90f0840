// Conv2d: a bank of filters slid over a map.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/conv2d.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of a Conv2d: a number for both directions, or `{height, width}`.
struct Conv2dConfig {
  /// Channels of x and of y.
  Index in = 0, out = 0;
  Size2 kernel = 1;  ///< pixels of x under the filter
  /// In pixels of x, as conv2d takes them.
  Size2 stride = 1, padding = 0, dilation = 1;
  Index groups = 1;   ///< Channels of one group read those of the same group alone.
  bool bias = false;  ///< Off by default: a batch norm nearly always follows.
};

}  // namespace ADAFUSE_SIMD

template <class T>
class Conv2d {
 public:
  using value_type = T;

  Variable<T> weight;  ///< [out, in/groups, kh, kw]
  Variable<T> bias;    ///< [out], undefined without

  /// Starts from kaiming_normal of fan out, the bias from PyTorch's uniform. Each layer has a key
  /// of its own.
  Conv2d(const Conv2dConfig& config, Key key) : config_(config) {
    const auto [in, out, groups] = std::tuple(config.in, config.out, config.groups);
    require<ValueError>(in > 0 && out > 0 && config.kernel.height > 0 && config.kernel.width > 0,
                        "Conv2d: sizes must be positive, got in ", in, ", out ", out, ", kernel ",
                        config.kernel.height, "x", config.kernel.width);
    require<ValueError>(groups > 0 && in % groups == 0 && out % groups == 0, "Conv2d: ", groups,
                        " groups must divide in ", in, " and out ", out);
    const Shape shape{out, in / groups, config.kernel.height, config.kernel.width};
    weight = parameter(kaiming_normal<T>(shape, key.of("weight"), {.fan = Fan::out}));
    if (config.bias) bias = parameter(fan_in_uniform<T>({out}, shape.size() / out, key.of("bias")));
  }
  explicit Conv2d(const Conv2dConfig&) = delete;  // weights are drawn: give a key, key.of("conv1")

  /// [N, in, H, W] -> [N, out, H', W'].
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    return conv2d(x, weight, bias, options());
  }

  /// What conv2d is told.
  ADAFUSE_INLINE Conv2dOptions options() const {
    return {.stride = config_.stride,
            .padding = config_.padding,
            .dilation = config_.dilation,
            .groups = config_.groups};
  }
  const Conv2dConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight), v("bias", bias); }

  ADAFUSE_INLINE Conv2d(Conv2d&&) = default;
  ADAFUSE_INLINE Conv2d& operator=(Conv2d&&) = default;
  ADAFUSE_INLINE ~Conv2d() = default;

 private:
  Conv2dConfig config_;
};

}  // namespace adafuse::nn
