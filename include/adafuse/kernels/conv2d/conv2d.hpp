// 2-d convolution, forward and both gradients: checks the call, then picks the algorithm.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <adafuse/kernels/conv2d/shared/winograd_setting.hpp>
#include <type_traits>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/conv2d/algorithms.hpp>
#include <adafuse/kernels/conv2d/gradients/data.hpp>
#include <adafuse/kernels/conv2d/gradients/weights.hpp>
#include <adafuse/kernels/conv2d/gradients/weights_dots.hpp>
#include <adafuse/kernels/conv2d/im2col/im2col.hpp>
#include <adafuse/kernels/reference/conv2d.hpp>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void conv2d(const Conv2dGeometry& g, const T* x, const T* w, T* y,
            const Conv2dOptions<std::type_identity_t<T>>& options = {}) {
  compiled::kernels_of<T>().conv2d(g, x, w, y, options);
}
template <class T>
void conv2d_backward_data(const Conv2dGeometry& g, const T* dy, const T* w, T* dx,
                          ConvAlgorithm algorithm = ConvAlgorithm::automatic) {
  compiled::kernels_of<T>().conv2d_backward_data(g, dy, w, dx, algorithm);
}
template <class T>
void conv2d_backward_weights(const Conv2dGeometry& g, const T* x, const T* dy, T* dw,
                             ConvAlgorithm algorithm = ConvAlgorithm::automatic) {
  compiled::kernels_of<T>().conv2d_backward_weights(g, x, dy, dw, algorithm);
}
inline bool may_take_shortcut(const Conv2dGeometry& g, const Conv2dGeometry& shortcut) {
  return compiled::vector_path().prepared.may_take_shortcut(g, shortcut);
}
inline ConvAlgorithm prepare_conv2d(const WeightsToPrepare& main, const WeightsToPrepare* shortcut,
                                    ConvAlgorithm wanted, bool has_in_lists) {
  return compiled::vector_path().prepared.prepare_conv2d(main, shortcut, wanted, has_in_lists);
}
#else

namespace detail {
/// Throws ShapeError unless there is one list for each frame (or none at all), and each is strictly
/// increasing inside of [0, channels).
inline void check_live(std::span<const LiveChannels> frames, Index batch, Index channels,
                       const char* which) {
  require<ShapeError>(frames.empty() || std::ssize(frames) == batch, "conv2d: expects ", batch,
                      " lists of live ", which, " channels, got ", frames.size());
  for (const auto& live : frames) {
    const auto list = live.list();
    if (list.empty()) continue;
    int wrong = list.front() < 0 || list.back() >= channels;
    if (!live.increases())
      for (std::size_t i = 1; i < list.size(); ++i) wrong |= list[i - 1] >= list[i] ? 1 : 0;
    if (!wrong) continue;
    Index before = -1;  // Which of them is it?
    for (const auto channel : list) {
      require<ValueError>(before < channel && channel < channels, "conv2d: live ", which,
                          " channels increase strictly below ", channels, ", got ", channel,
                          " after ", before);
      before = channel;
    }
  }
}

/// Throws ShapeError unless a shortcut makes the same outputs, and ValueError for an epilogue that
/// would come between.
template <class T>
void check_shortcut(const Conv2dGeometry& g, const Conv2dOptions<T>& options) {
  const Conv2dGeometry& beside = options.shortcut->geometry;
  beside.check();
  require<ShapeError>(beside.batch == g.batch && beside.out_channels == g.out_channels &&
                          beside.out_height() == g.out_height() &&
                          beside.out_width() == g.out_width(),
                      "conv2d: expects a shortcut to [", g.batch, ",", g.out_channels, ",",
                      g.out_height(), ",", g.out_width(), "], got [", beside.batch, ",",
                      beside.out_channels, ",", beside.out_height(), ",", beside.out_width(), "]");
  require<ValueError>(!options.epilogue.scale && !options.epilogue.residual,
                      "conv2d: beside a shortcut the epilogue has no scale and no residual");
}

/// Whether a call goes through columns and one matrix product: double, and who asks for it. Throws
/// ValueError when another algorithm is asked for that exists for float alone.
template <class T>
bool takes_plain_path(ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::im2col) return true;
  if (std::is_same_v<T, float>) return false;
  require<ValueError>(algorithm.is_choice(),
                      "conv2d: the algorithm that was asked for computes floats only");
  return true;
}
}  // namespace detail

/// y(n, o, i, j) = epilogue(sum over c, p, q of
///   w(o, c, p, q) x(n, c, i stride - padding + p dilation, j stride - padding + q dilation)).
/// x [N, Ci, H, W], w [Co, Ci / groups, kh, kw], y [N, Co, Ho, Wo]; y overlaps none of the others
/// but may be the residual. With a shortcut, its convolution is added to the sum. The bits do not
/// depend on the number of threads.
template <class T>
void conv2d(const Conv2dGeometry& g, const T* x, const T* w, T* y,
            const Conv2dOptions<std::type_identity_t<T>>& options = {}) {
  g.check();
  detail::check_live(options.live_out, g.batch, g.out_channels, "output");
  detail::check_live(options.live_in, g.batch, g.in_channels, "input");
  if (options.shortcut) detail::check_shortcut(g, options);
  if (g.batch == 0) return;
  // An image without pixels has nothing to read: the definition gives the epilogue of 0.
  const bool by_reference = options.algorithm == ConvAlgorithm::reference || g.in_pixels() == 0 ||
                            (options.shortcut && options.shortcut->geometry.in_pixels() == 0);
  if (by_reference || detail::takes_plain_path<T>(options.algorithm)) {
    if (const auto* beside = options.shortcut) {
      const InTwoCalls<T> calls(options, y);
      conv2d<T>(g, x, w, y, calls.first);
      return conv2d<T>(beside->geometry, beside->x, beside->weights, y, calls.second);
    }
    return by_reference ? reference::conv2d(g, x, w, y, options)
                        : im2col_path::correlate(g, x, w, y, options);
  }
  if constexpr (std::is_same_v<T, float>) correlate(forward_correlation(g), x, w, y, options);
}

/// dx [N, Ci, H, W] = the gradient of conv2d in x, for dy [N, Co, Ho, Wo]. dx is overwritten.
/// A strided kernel for each channel goes its own way, whichever float algorithm is asked for.
template <class T>
void conv2d_backward_data(const Conv2dGeometry& g, const T* dy, const T* w, T* dx,
                          ConvAlgorithm algorithm = ConvAlgorithm::automatic) {
  g.check();
  if (g.batch == 0 || g.in_pixels() == 0) return;
  if (algorithm == ConvAlgorithm::reference) return reference::conv2d_backward_data(g, dy, w, dx);
  if (detail::takes_plain_path<T>(algorithm) || !backward_data::fits(g))
    return im2col_path::input_gradient(g, dy, w, dx);
  if constexpr (std::is_same_v<T, float>) {
    if (algorithm.is_choice() && backward_data_halved::fits(g) && backward_data_halved::pays(g))
      return backward_data::input_gradient_halved(g, dy, w, dx);
    backward_data::input_gradient(
        g, dy, w, dx,
        [&](const Correlation& phase, const float* in, const float* weights, float* out) {
          correlate(phase, in, weights, out, {.algorithm = algorithm});
        });
  }
}

/// dw [Co, Ci / groups, kh, kw] = the gradient of conv2d in w, for dy [N, Co, Ho, Wo]. dw is
/// overwritten. Of the algorithms, `im2col` and `reference` choose their path, all others the fast
/// one.
template <class T>
void conv2d_backward_weights(const Conv2dGeometry& g, const T* x, const T* dy, T* dw,
                             ConvAlgorithm algorithm = ConvAlgorithm::automatic) {
  g.check();
  if (algorithm == ConvAlgorithm::reference || g.in_pixels() == 0)
    return reference::conv2d_backward_weights(g, x, dy, dw);
  if (g.batch == 0 || detail::takes_plain_path<T>(algorithm))
    return im2col_path::weight_gradient(g, x, dy, dw);
  if constexpr (std::is_same_v<T, float>) {
    const auto correlation = forward_correlation(g);
    if (depthwise::fits(correlation)) return depthwise::weight_gradient(correlation, x, dy, dw);
    if (backward_weights_dots::fits(correlation))
      return backward_weights_dots::weight_gradient(correlation, x, dy, dw);
    backward_weights::weight_gradient(correlation, x, dy, dw);
  }
}

/// Whether `automatic` or `direct` may ever choose an algorithm that takes this shortcut.
inline bool may_take_shortcut(const Conv2dGeometry& g, const Conv2dGeometry& shortcut) {
  return may_take_shortcut(forward_correlation(g), forward_correlation(shortcut));
}

#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
