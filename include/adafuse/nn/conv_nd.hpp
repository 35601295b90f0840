// Conv1d, Conv3d: banks of filters slid over lines and volumes. Images: conv2d.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/conv1d.hpp>
#include <adafuse/ops/conv3d.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// `Size` is Index for lines, Size3 for volumes.
template <class Size>
struct ConvConfig {
  /// Channels of x and of y.
  Index in = 0, out = 0;
  Size kernel = 1;  ///< positions of x under the filter
  /// In positions of x, as conv1d and conv3d take them.
  Size stride = 1, padding = 0, dilation = 1;
  Index groups = 1;   ///< Channels of one group read those of the same group alone.
  bool bias = false;  ///< Off by default, as of Conv2d: a batch norm nearly always follows.
};
/// The sizes of a Conv1d.
using Conv1dConfig = ConvConfig<Index>;
/// The sizes of a Conv3d.
using Conv3dConfig = ConvConfig<Size3>;

namespace detail {

/// [a, b, kernel...].
inline Shape weight_shape(Index a, Index b, Index kernel) { return {a, b, kernel}; }
inline Shape weight_shape(Index a, Index b, Size2 kernel) {
  return {a, b, kernel.height, kernel.width};
}
inline Shape weight_shape(Index a, Index b, Size3 kernel) {
  return {a, b, kernel.depth, kernel.height, kernel.width};
}

inline bool is_positive(Index kernel) { return kernel > 0; }
inline bool is_positive(Size2 kernel) { return kernel.height > 0 && kernel.width > 0; }
inline bool is_positive(Size3 kernel) {
  return kernel.depth > 0 && kernel.height > 0 && kernel.width > 0;
}

/// Throws ValueError, named after `layer`, unless there are channels and a kernel.
template <class Config>
void require_filters(const char* layer, const Config& config) {
  require<ValueError>(config.in > 0 && config.out > 0 && is_positive(config.kernel), layer,
                      ": sizes must be positive, got in ", config.in, ", out ", config.out,
                      ", kernel ", config.kernel);
  const Index groups = config.groups;
  require<ValueError>(groups > 0 && config.in % groups == 0 && config.out % groups == 0, layer,
                      ": ", groups, " groups must divide in ", config.in, " and out ", config.out);
}

}  // namespace detail

}  // namespace ADAFUSE_SIMD

/// Conv1d for Index, Conv3d for Size3.
template <class T, class Size>
class ConvNd {
 public:
  using value_type = T;

  Variable<T> weight;  ///< [out, in/groups, kernel...]
  Variable<T> bias;    ///< [out], undefined without

  /// Starts as Conv2d does: from kaiming_normal of fan out, the bias from PyTorch's uniform. Each
  /// layer has a key of its own.
  ConvNd(const ConvConfig<Size>& config, Key key) : config_(config) {
    detail::require_filters(is_line ? "Conv1d" : "Conv3d", config);
    const Shape shape = detail::weight_shape(config.out, config.in / config.groups, config.kernel);
    weight = parameter(kaiming_normal<T>(shape, key.of("weight"), {.fan = Fan::out}));
    if (config.bias)
      bias = parameter(fan_in_uniform<T>({config.out}, shape.size() / config.out, key.of("bias")));
  }
  explicit ConvNd(const ConvConfig<Size>&) = delete;  // weights are drawn: give it a key

  /// [N, in, L] -> [N, out, L'], or [N, in, D, H, W] -> [N, out, D', H', W'].
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    if constexpr (is_line)
      return conv1d(x, weight, bias,
                    {.stride = config_.stride,
                     .padding = config_.padding,
                     .dilation = config_.dilation,
                     .groups = config_.groups});
    else
      return conv3d(x, weight, bias,
                    {.stride = config_.stride,
                     .padding = config_.padding,
                     .dilation = config_.dilation,
                     .groups = config_.groups});
  }

  const ConvConfig<Size>& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight), v("bias", bias); }

  ADAFUSE_INLINE ConvNd(ConvNd&&) = default;
  ADAFUSE_INLINE ConvNd& operator=(ConvNd&&) = default;
  ADAFUSE_INLINE ~ConvNd() = default;

 private:
  static constexpr bool is_line = std::same_as<Size, Index>;

  ConvConfig<Size> config_;
};

/// Of x [N, in, L].
template <class T>
using Conv1d = ConvNd<T, Index>;
/// Of x [N, in, D, H, W].
template <class T>
using Conv3d = ConvNd<T, Size3>;

}  // namespace adafuse::nn
