// The naive poolings: the definition, element by element. The fast ones are tested against them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/view.hpp>
#include <adafuse/kernels/pool2d_geometry.hpp>
#include <cmath>

namespace adafuse::kernels::inline ADAFUSE_SIMD::reference {

/// Calls `visit(p, i, j, r, s)` for each position (r, s) of the input in window (i, j) of plane p,
/// row by row.
template <class Visit>
void for_each_pooled(const Pool2dGeometry& g, const Visit& visit) {
  for (Index p = 0; p < g.planes; ++p)
    for (Index i = 0; i < g.height.out(); ++i)
      for (Index j = 0; j < g.width.out(); ++j)
        for (Index k = 0; k < g.height.kernel; ++k)
          for (Index l = 0; l < g.width.kernel; ++l) {
            const Index r = i * g.height.stride - g.height.padding + k;
            const Index s = j * g.width.stride - g.width.padding + l;
            if (0 <= r && r < g.height.in && 0 <= s && s < g.width.in) visit(p, i, j, r, s);
          }
}

template <class T>
View<T, 3> pool_input(const Pool2dGeometry& g, T* x) {
  return {x, {g.planes, g.height.in, g.width.in}};
}
template <class T>
View<T, 3> pool_output(const Pool2dGeometry& g, T* y) {
  return {y, {g.planes, g.height.out(), g.width.out()}};
}

/// y = the first maximum (or NaN) of each window, and its position in the plane.
template <class T>
void max_pool2d(const Pool2dGeometry& g, const T* x, T* y, std::int32_t* positions) {
  const auto in = pool_input(g, x);
  const auto out = pool_output(g, y);
  const auto at = pool_output(g, positions);
  for (Index k = 0; k < g.planes * g.out_pixels(); ++k) positions[k] = -1;
  for_each_pooled(g, [&](Index p, Index i, Index j, Index r, Index s) {
    const T value = in(p, r, s);
    if (at(p, i, j) != -1 && !(value > out(p, i, j)) && !std::isnan(value)) return;
    out(p, i, j) = value;
    at(p, i, j) = static_cast<std::int32_t>(r * g.width.in + s);
  });
}

/// How many positions of window (i, j) count: those of the input, or of the padded input.
inline Index window_size(const Pool2dGeometry& g, Index i, Index j) {
  const auto count = [&](const PoolAxis& axis, Index window) {
    const Index margin = g.count_include_pad ? axis.padding : 0;
    Index inside = 0;
    for (Index k = 0; k < axis.kernel; ++k) {
      const Index at = window * axis.stride - axis.padding + k;
      if (-margin <= at && at < axis.in + margin) ++inside;
    }
    return inside;
  };
  return count(g.height, i) * count(g.width, j);
}

/// y = the mean of each window.
template <class T>
void avg_pool2d(const Pool2dGeometry& g, const T* x, T* y) {
  const auto in = pool_input(g, x);
  const auto out = pool_output(g, y);
  for (Index k = 0; k < g.planes * g.out_pixels(); ++k) y[k] = 0;
  for_each_pooled(g, [&](Index p, Index i, Index j, Index r, Index s) {
    out(p, i, j) += in(p, r, s) / static_cast<T>(window_size(g, i, j));
  });
}

/// dx(p, r, s) = sum over the windows that (r, s) is in of dy / window size.
template <class T>
void avg_pool2d_backward(const Pool2dGeometry& g, const T* dy, T* dx) {
  const auto dout = pool_output(g, dy);
  const auto din = pool_input(g, dx);
  for (Index k = 0; k < g.planes * g.in_pixels(); ++k) dx[k] = 0;
  for_each_pooled(g, [&](Index p, Index i, Index j, Index r, Index s) {
    din(p, r, s) += dout(p, i, j) / static_cast<T>(window_size(g, i, j));
  });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::reference
