// ConvTranspose1d, ConvTranspose2d, ConvTranspose3d: convolutions backwards, which grow with their
// stride.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/conv_nd.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/conv_transpose.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// `Size` is Index for lines, Size2 for images, Size3 for volumes.
template <class Size>
struct ConvTransposeConfig {
  /// Channels of x and of y.
  Index in = 0, out = 0;
  Size kernel = 1;  ///< positions of y that one of x reaches
  /// In positions of y, as conv_transpose2d takes them.
  Size stride = 1, padding = 0;
  Size output_padding = 0;  ///< How much larger the result is at its end.
  Index groups = 1;         ///< Channels of one group read those of the same group alone.
  bool bias = false;        ///< Off by default, as of Conv2d: a batch norm nearly always follows.
  Size dilation = 1;        ///< positions of y from one tap to the next
};
/// The sizes of a ConvTranspose1d.
using ConvTranspose1dConfig = ConvTransposeConfig<Index>;
/// The sizes of a ConvTranspose2d.
using ConvTranspose2dConfig = ConvTransposeConfig<Size2>;
/// The sizes of a ConvTranspose3d.
using ConvTranspose3dConfig = ConvTransposeConfig<Size3>;

}  // namespace ADAFUSE_SIMD

/// ConvTranspose1d for Index, ConvTranspose2d for Size2, ConvTranspose3d for Size3.
template <class T, class Size>
class ConvTransposeNd {
 public:
  using value_type = T;

  Variable<T> weight;  ///< [in, out/groups, kernel...]
  Variable<T> bias;    ///< [out], undefined without

  /// Starts from PyTorch's uniform: U(-b, b), b = (out / groups times the taps)^(-1/2). Each layer
  /// has a key of its own.
  ConvTransposeNd(const ConvTransposeConfig<Size>& config, Key key) : config_(config) {
    detail::require_filters(name, config);
    const Shape shape = detail::weight_shape(config.in, config.out / config.groups, config.kernel);
    const Index fan_in = shape.size() / config.in;
    weight = parameter(fan_in_uniform<T>(shape, fan_in, key.of("weight")));
    if (config.bias) bias = parameter(fan_in_uniform<T>({config.out}, fan_in, key.of("bias")));
  }
  explicit ConvTransposeNd(const ConvTransposeConfig<Size>&) = delete;  // drawn: give it a key

  /// [N, in, L] -> [N, out, L'], and so of images and volumes.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    const auto& c = config_;
    if constexpr (std::same_as<Size, Index>)
      return conv_transpose1d(x, weight, bias,
                              {c.stride, c.padding, c.output_padding, c.groups, c.dilation});
    else if constexpr (std::same_as<Size, Size2>)
      return conv_transpose2d(x, weight, bias,
                              {c.stride, c.padding, c.output_padding, c.groups, c.dilation});
    else
      return conv_transpose3d(x, weight, bias,
                              {c.stride, c.padding, c.output_padding, c.groups, c.dilation});
  }

  const ConvTransposeConfig<Size>& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight), v("bias", bias); }

  ADAFUSE_INLINE ConvTransposeNd(ConvTransposeNd&&) = default;
  ADAFUSE_INLINE ConvTransposeNd& operator=(ConvTransposeNd&&) = default;
  ADAFUSE_INLINE ~ConvTransposeNd() = default;

 private:
  static constexpr const char* name = std::same_as<Size, Index>   ? "ConvTranspose1d"
                                      : std::same_as<Size, Size2> ? "ConvTranspose2d"
                                                                  : "ConvTranspose3d";

  ConvTransposeConfig<Size> config_;
};

/// Of x [N, in, L].
template <class T>
using ConvTranspose1d = ConvTransposeNd<T, Index>;
/// Of x [N, in, H, W].
template <class T>
using ConvTranspose2d = ConvTransposeNd<T, Size2>;
/// Of x [N, in, D, H, W].
template <class T>
using ConvTranspose3d = ConvTransposeNd<T, Size3>;

}  // namespace adafuse::nn
