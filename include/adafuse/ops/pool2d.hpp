// Pooling: the maximum or the mean over windows of an image [N, C, H, W].
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/pool2d.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/size2.hpp>
#include <adafuse/ops/take.hpp>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

/// What max_pool2d and avg_pool2d are told: a number for both directions, or `{height, width}`.
struct PoolOptions {
  Size2 kernel;                                ///< pixels of x under one window
  Size2 stride = kernel;                       ///< from one window to the next
  Size2 padding = 0;                           ///< around x, on each side
  bool ceil_mode = false;                      ///< a last window may reach over the edge
  bool count_include_pad = true;               ///< averages count the padding as zeros
  std::optional<Index> divisor_override = {};  ///< what averages divide by; the count without
};

/// The sizes of the pooling of x [N, C, H, W]. Throws ShapeError or ValueError, named after `op`.
inline kernels::Pool2dGeometry pool2d_geometry(const char* op, const Shape& x,
                                               const PoolOptions& options) {
  require<ShapeError>(x.rank() == 4, op, ": expects x [N,C,H,W], got ", x);
  const auto& o = options;
  const kernels::Pool2dGeometry g{
      .planes = x[0] * x[1],
      .height = {x[2], o.kernel.height, o.stride.height, o.padding.height, o.ceil_mode},
      .width = {x[3], o.kernel.width, o.stride.width, o.padding.width, o.ceil_mode},
      .count_include_pad = o.count_include_pad};
  g.check(op);
  return g;
}

/// Which pixel of its plane each element of a result comes from: [N, C, Ho, Wo].
using PixelPositions = Tensor<std::int32_t>;

namespace detail {
/// Throws ValueError, named after `op`, for a position outside of the planes of `image`.
inline void require_pixels(const char* op, const PixelPositions& positions, const Shape& image) {
  const Index pixels = image[2] * image[3];
  if (all_inside(positions, pixels)) return;
  const auto [least, most] = std::minmax_element(positions.begin(), positions.end());
  for (const auto at : {*least, *most})
    require<ValueError>(0 <= at && at < pixels, op, ": position ", at, " is outside of a plane of ",
                        image[2], "x", image[3]);
}
}  // namespace detail

template <class T>
Variable<T> gather_pixels(const Variable<T>& x, const PixelPositions& positions);

/// x(n, c, k) = sum of y(n, c, i) over positions(n, c, i) == k, where k and i count the pixels of a
/// plane: y [N, C, Ho, Wo] -> x, of the given shape [N, C, H, W].
template <class T>
Variable<T> scatter_pixels(const Variable<T>& y, const PixelPositions& positions,
                           const Shape& shape) {
  require<ShapeError>(y.rank() == 4 && shape.rank() == 4 && y.shape() == positions.shape() &&
                          y.size(0) == shape[0] && y.size(1) == shape[1],
                      "scatter_pixels: y ", y.shape(), " and positions ", positions.shape(),
                      " into ", shape);
  detail::require_pixels("scatter_pixels", positions, shape);
  auto x = Tensor<T>::uninitialized(shape);
  kernels::scatter_pixels(shape[0] * shape[1], shape[2] * shape[3], y.size(2) * y.size(3),
                          y.value().data(), positions.data(), x.data());
  return record("scatter_pixels", x, {y},
                [positions = Saved("positions", positions)](const Variable<T>& dx) -> Gradients<T> {
                  return {gather_pixels(dx, positions.value())};
                });
}

/// y(n, c, i) = x(n, c, positions(n, c, i)), where i and the positions count the pixels of a plane:
/// x [N, C, H, W] -> y [N, C, Ho, Wo].
template <class T>
Variable<T> gather_pixels(const Variable<T>& x, const PixelPositions& positions) {
  require<ShapeError>(x.rank() == 4 && positions.rank() == 4 && x.size(0) == positions.size(0) &&
                          x.size(1) == positions.size(1),
                      "gather_pixels: x ", x.shape(), " at positions ", positions.shape());
  detail::require_pixels("gather_pixels", positions, x.shape());
  auto y = Tensor<T>::uninitialized(positions.shape());
  kernels::gather_pixels(x.size(0) * x.size(1), x.size(2) * x.size(3), y.size(2) * y.size(3),
                         x.value().data(), positions.data(), y.data());
  return record("gather_pixels", y, {x},
                [positions = Saved("positions", positions),
                 shape = x.shape()](const Variable<T>& dy) -> Gradients<T> {
                  return {scatter_pixels(dy, positions.value(), shape)};
                });
}

namespace detail {

template <class T>
Variable<T> max_pool2d(const kernels::Pool2dGeometry& g, const Variable<T>& x) {
  auto y = Tensor<T>::uninitialized({x.size(0), x.size(1), g.height.out(), g.width.out()});
  PixelPositions positions;  // only a derivative needs them
  if (x.requires_grad() && grad_enabled()) positions = PixelPositions::uninitialized(y.shape());
  kernels::max_pool2d(g, x.value().data(), y.data(), positions.data());
  return record("max_pool2d", y, {x},
                [positions, shape = x.shape()](const Variable<T>& dy) -> Gradients<T> {
                  return {scatter_pixels(dy, positions, shape)};
                });
}

template <class T>
Variable<T> avg_pool2d(const kernels::Pool2dGeometry& g, const Variable<T>& x);

template <class T>
Variable<T> avg_pool2d_backward(const kernels::Pool2dGeometry& g, const Variable<T>& dy) {
  auto dx = Tensor<T>::uninitialized({dy.size(0), dy.size(1), g.height.in, g.width.in});
  kernels::avg_pool2d_backward(g, dy.value().data(), dx.data());
  return record("avg_pool2d_backward", dx, {dy},
                [g](const Variable<T>& h) -> Gradients<T> { return {avg_pool2d(g, h)}; });
}

// y = A x, linear  =>  dx = A^T dy
template <class T>
Variable<T> avg_pool2d(const kernels::Pool2dGeometry& g, const Variable<T>& x) {
  auto y = Tensor<T>::uninitialized({x.size(0), x.size(1), g.height.out(), g.width.out()});
  kernels::avg_pool2d(g, x.value().data(), y.data());
  return record("avg_pool2d", y, {x}, [g](const Variable<T>& dy) -> Gradients<T> {
    return {avg_pool2d_backward(g, dy)};
  });
}

/// How many positions the average of each window counts: [Ho, Wo].
template <class T>
Tensor<T> counts_of_windows(const kernels::Pool2dGeometry& g) {
  auto counts = Tensor<T>::uninitialized({g.height.out(), g.width.out()});
  T* to = counts.data();
  for (Index i = 0; i < g.height.out(); ++i)
    for (Index j = 0; j < g.width.out(); ++j)
      *to++ = static_cast<T>(g.counted(g.height, i) * g.counted(g.width, j));
  return counts;
}

/// Means of windows of these counts as their sums divided by `divisor`. Throws ValueError, named
/// after `op`, for 0.
template <class T>
Variable<T> divided_by(const char* op, const Variable<T>& means, const Tensor<T>& counts,
                       Index divisor) {
  require<ValueError>(divisor != 0, op, ": divisor_override must not be 0");
  return means * counts / static_cast<T>(divisor);
}

}  // namespace detail

/// y(n, c, i, j) = max of x(n, c, i stride - padding + p, j stride - padding + q) over the kernel's
/// p, q that lie inside: x [N, C, H, W] -> y [N, C, Ho, Wo], Ho = floor((H + 2 padding - kernel) /
/// stride) + 1. The first maximum gets the gradient; a NaN is the maximum.
template <Operand X>
Variable<scalar_of<X>> max_pool2d(const X& input, const PoolOptions& options) {
  const auto x = as_variable(input);
  return detail::max_pool2d(pool2d_geometry("max_pool2d", x.shape(), options), x);
}

/// y(n, c, i, j) = the mean of window (i, j): x [N, C, H, W] -> y [N, C, Ho, Wo], sizes as of
/// max_pool2d. Padding counts as zeros, or not at all without `count_include_pad`. With
/// `divisor_override` it is the sum of the window divided by that.
template <Operand X>
Variable<scalar_of<X>> avg_pool2d(const X& input, const PoolOptions& options) {
  using T = scalar_of<X>;
  const auto x = as_variable(input);
  const auto g = pool2d_geometry("avg_pool2d", x.shape(), options);
  const auto y = detail::avg_pool2d(g, x);
  if (!options.divisor_override) return y;
  return detail::divided_by("avg_pool2d", y, detail::counts_of_windows<T>(g),
                            *options.divisor_override);
}

/// y(n, c) = the mean of plane x(n, c): [N, C, H, W] -> [N, C]. NaN for planes without pixels.
template <Operand X>
Variable<scalar_of<X>> global_avg_pool(const X& input) {
  const auto x = as_variable(input);
  require<ShapeError>(x.rank() == 4, "global_avg_pool: expects x [N,C,H,W], got ", x.shape());
  return mean(x, {2, 3});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
