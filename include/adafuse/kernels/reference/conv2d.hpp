// The naive convolution: the definition, loop by loop. Every other path is tested against it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/view.hpp>
#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// Calls `visit(n, o, i, j, c, y, x, p, q)` for each product of the definition: output (n, o, i,
/// j), input (n, c, y, x) inside of the image, weight (o, c % (in_channels / groups), p, q).
template <class Visit>
void for_each_product(const Conv2dGeometry& g, const Visit& visit) {
  for (Index n = 0; n < g.batch; ++n)
    for (Index o = 0; o < g.out_channels; ++o)
      for (Index i = 0; i < g.out_height(); ++i)
        for (Index j = 0; j < g.out_width(); ++j) {
          const Index first = o / g.out_channels_per_group() * g.in_channels_per_group();
          for (Index c = first; c < first + g.in_channels_per_group(); ++c)
            for (Index p = 0; p < g.kernel_height; ++p)
              for (Index q = 0; q < g.kernel_width; ++q) {
                const Index y = i * g.stride_height - g.padding_height + p * g.dilation_height;
                const Index x = j * g.stride_width - g.padding_width + q * g.dilation_width;
                if (0 <= y && y < g.in_height && 0 <= x && x < g.in_width)
                  visit(n, o, i, j, c, y, x, p, q);
              }
        }
}

template <class T>
View<T, 4> input_view(const Conv2dGeometry& g, T* x) {
  return {x, {g.batch, g.in_channels, g.in_height, g.in_width}};
}
template <class T>
View<T, 4> output_view(const Conv2dGeometry& g, T* y) {
  return {y, {g.batch, g.out_channels, g.out_height(), g.out_width()}};
}
template <class T>
View<T, 4> weight_view(const Conv2dGeometry& g, T* w) {
  return {w, {g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width}};
}

inline bool is_live(const LiveChannels& live, Index channel) {
  const auto list = live.list();
  return live.all() || std::find(list.begin(), list.end(), channel) != list.end();
}

/// y = epilogue(x * w), for live channels.
template <class T>
void conv2d(const Conv2dGeometry& g, const T* x, const T* w, T* y,
            const Conv2dOptions<T>& options = {}) {
  const Index frame = g.out_channels * g.out_pixels();
  std::vector<T> sums(static_cast<std::size_t>(g.batch * frame));  // y may be the residual.
  const auto in = input_view(g, x), weight = weight_view(g, w);
  const auto sum = output_view(g, sums.data());
  for_each_product(
      g, [&](Index n, Index o, Index i, Index j, Index c, Index r, Index s, Index p, Index q) {
        if (is_live(options.out_of(n), o) && is_live(options.in_of(n), c))
          sum(n, o, i, j) += in(n, c, r, s) * weight(o, c % g.in_channels_per_group(), p, q);
      });
  for (Index n = 0; n < g.batch; ++n)
    for (Index o = 0; o < g.out_channels; ++o)
      if (is_live(options.out_of(n), o)) {
        const Index at = n * frame + o * g.out_pixels();
        finish_run(options.epilogue, sums.data() + at, g.out_pixels(), o, at, y + at);
      }
}

/// dx(n, c, r, s) = sum of dy(n, o, i, j) w(o, c, p, q) over the products that read x(n, c, r, s).
template <class T>
void conv2d_backward_data(const Conv2dGeometry& g, const T* dy, const T* w, T* dx) {
  const auto dout = output_view(g, dy), weight = weight_view(g, w);
  const auto din = input_view(g, dx);
  std::fill_n(dx, g.batch * g.in_channels * g.in_pixels(), T{0});
  for_each_product(
      g, [&](Index n, Index o, Index i, Index j, Index c, Index r, Index s, Index p, Index q) {
        din(n, c, r, s) += dout(n, o, i, j) * weight(o, c % g.in_channels_per_group(), p, q);
      });
}

/// dw(o, c, p, q) = sum of dy(n, o, i, j) x(n, c, r, s) over the products that read w(o, c, p, q).
template <class T>
void conv2d_backward_weights(const Conv2dGeometry& g, const T* x, const T* dy, T* dw) {
  const auto in = input_view(g, x), dout = output_view(g, dy);
  const auto dweight = weight_view(g, dw);
  std::fill_n(dw, g.weight_size(), T{0});
  for_each_product(
      g, [&](Index n, Index o, Index i, Index j, Index c, Index r, Index s, Index p, Index q) {
        dweight(o, c % g.in_channels_per_group(), p, q) += dout(n, o, i, j) * in(n, c, r, s);
      });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
