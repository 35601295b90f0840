// Images read at points of a grid: spatial transformers (Jaderberg et al., 2015), warps.
//
// A point (u, v) lies in [-1, 1] where it is inside of the image. Along each axis it becomes a
// position in pixels, which is piecewise linear in u:
//   s = (u + 1) / 2 (size - 1)          with align_corners: -1 and 1 are the centres of the last
//                                       pixels,
//   s = ((u + 1) size - 1) / 2          without: they are their outer edges,
// mirrored or clamped as the padding asks. The result is the mean of the four pixels around it,
// with weights (1 - t) and t along each axis, t = s - floor(s): linear in the pixels, and in each s
// between two pixels. Pixels of all channels are rows of one table, so that a point looks up four
// rows, whose positions all channels share.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pad.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>
#include <cmath>

namespace adafuse::inline ADAFUSE_SIMD {

/// How a point between pixels is read.
enum class GridMode {
  bilinear,
  nearest  ///< the pixel at s, rounded, of two the even one; its gradient in the grid is 0
};

/// What a point outside of the image reads.
enum class GridPadding {
  zeros,
  border,     ///< the nearest pixel of the edge
  reflection  ///< the mirror image: at centres with align_corners, at outer edges without
};

/// What grid_sample is told.
struct GridSampleOptions {
  GridMode mode = GridMode::bilinear;             ///< How a point between pixels is read.
  GridPadding padding_mode = GridPadding::zeros;  ///< What a point outside of the image reads.
  /// Whether -1 and 1 are the centres of the outer pixels, not their outer edges.
  bool align_corners = false;
};

namespace detail {

/// A position in pixels, and its derivative in the number of the grid.
template <class T>
struct GridPosition {
  T at, slope;
};
template <class T>
GridPosition<T> grid_position(T u, Index size, const GridSampleOptions& o) {
  const T n = static_cast<T>(size);
  GridPosition<T> s = o.align_corners ? GridPosition<T>{(u + 1) / 2 * (n - 1), (n - 1) / 2}
                                      : GridPosition<T>{((u + 1) * n - 1) / 2, n / 2};
  const auto limit = [&s](T low, T high) {  // at the ends too the slope is 0, as in PyTorch
    if (s.at <= low) s = {low, 0};
    if (s.at >= high) s = {high, 0};
  };
  if (o.padding_mode == GridPadding::zeros) {
    limit(-2, n + 1);  // Both neighbours are outside there, as they are further away.
    return s;
  }
  if (o.padding_mode == GridPadding::reflection) {
    // Between mirrors at `low` and low + span the image is repeated, every other time reversed.
    const T low = o.align_corners ? T{0} : T(-0.5), span = o.align_corners ? n - 1 : n;
    if (equals(span, 0)) return {0, 0};
    if (s.at < low) s.slope = -s.slope;
    const T distance = std::abs(s.at - low), rest = std::fmod(distance, span);
    const bool reversed = !equals(std::fmod(std::floor(distance / span), T{2}), 0);
    s = reversed ? GridPosition<T>{span - rest + low, -s.slope}
                 : GridPosition<T>{rest + low, s.slope};
  }
  limit(0, n - 1);
  return s;
}

/// The positions of all points along an axis of the image, [points]: axis 0 is its width, 1 its
/// height.
template <class T>
Variable<T> grid_positions(const Variable<T>& grid, Index axis, Index size,
                           const GridSampleOptions& o) {
  const auto u = reshape(select(grid, -1, axis), {grid.size() / 2});
  auto at = Tensor<T>::uninitialized(u.shape()), slope = at.clone();
  const T* const from = u.value().data();
  for (Index p = 0; p < u.size(); ++p) {
    const auto s = grid_position(from[p], size, o);
    at.data()[p] = s.at;
    slope.data()[p] = s.slope;
  }
  // s(u) is piecewise linear  =>  du = ds slope, and the slope is a constant
  return record("grid_positions", at, {u},
                [slope = Saved("slope", slope)](const Variable<T>& ds) -> Gradients<T> {
                  return {ds * slope.value()};
                });
}

/// The whole number below each position, or the nearest; 0 for NaN.
template <class T>
Tensor<T> grid_pixels(const Tensor<T>& at, bool nearest) {
  return kernels::map(at, [nearest](T s) {
    return is_nan(s) ? T{0} : nearest ? std::nearbyint(s) : std::floor(s);
  });
}

/// The rows of pixels (y + dy, x + dx) of the table that `pixel_table` makes of [N, C, H, W], for
/// as many points of each image; of those outside the last row, which is 0.
template <class T>
Tensor<std::int64_t> pixel_rows(const Shape& image, const Tensor<T>& y, const Tensor<T>& x,
                                Index dy, Index dx) {
  const Index n = image[0], h = image[2], w = image[3];
  auto rows = Tensor<std::int64_t>::uninitialized(y.shape());
  const Index points = n > 0 ? y.size() / n : 0;
  for (Index p = 0; p < y.size(); ++p) {
    const Index i = static_cast<Index>(y.data()[p]) + dy, j = static_cast<Index>(x.data()[p]) + dx;
    const bool inside = 0 <= i && i < h && 0 <= j && j < w;
    rows.data()[p] = inside ? (p / points * h + i) * w + j : n * h * w;
  }
  return rows;
}

/// x [N, C, H, W] as rows [N H W + 1, C], of which the last is 0.
template <class T>
Variable<T> pixel_table(const Variable<T>& x) {
  const auto rows =
      reshape(permute(x, {0, 2, 3, 1}), {x.size(0) * x.size(2) * x.size(3), x.size(1)});
  return pad(rows, {0, 0, 0, 1});
}

}  // namespace detail

/// y(n, c, i, j) = x(n, c) at the point (u, v) = grid(n, i, j), u along the width: x [N, C, H, W],
/// grid [N, Ho, Wo, 2] -> y [N, C, Ho, Wo]. Options are PyTorch's. Throws ShapeError when the sizes
/// do not fit.
template <Operand X>
Variable<scalar_of<X>> grid_sample(const X& input, const Variable<scalar_of<X>>& grid,
                                   const GridSampleOptions& options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  require<ShapeError>(
      x.rank() == 4 && grid.rank() == 4 && grid.size(3) == 2 && grid.size(0) == x.size(0),
      "grid_sample: expects x [N,C,H,W] and grid [N,Ho,Wo,2], got x ", x.shape(), " and grid ",
      grid.shape());
  require<ShapeError>(x.size(2) >= 1 && x.size(3) >= 1, "grid_sample: x ", x.shape(),
                      " has no pixels");
  const Index points = grid.size() / 2;
  const auto right = detail::grid_positions(grid, 0, x.size(3), options);
  const auto down = detail::grid_positions(grid, 1, x.size(2), options);
  const bool nearest = options.mode == GridMode::nearest;
  const Tensor<T> column = detail::grid_pixels(right.value(), nearest);
  const Tensor<T> row = detail::grid_pixels(down.value(), nearest);
  const auto table = detail::pixel_table(x);
  const auto pixels = [&](Index dy, Index dx) {
    return detail::take_rows(table, 0, detail::pixel_rows(x.shape(), row, column, dy, dx));
  };
  Variable<T> y;
  if (nearest) {
    y = pixels(0, 0);
  } else {
    const Variable<T> t[2] = {reshape(down - row, {points, 1}),
                              reshape(right - column, {points, 1})};
    const Variable<T> rows[2] = {1 - t[0], t[0]}, columns[2] = {1 - t[1], t[1]};
    for (const Index dy : {0, 1})
      for (const Index dx : {0, 1}) {
        const auto part = pixels(dy, dx) * (rows[dy] * columns[dx]);
        y = y.defined() ? y + part : part;
      }
  }
  return permute(reshape(y, {x.size(0), grid.size(1), grid.size(2), x.size(1)}), {0, 3, 1, 2});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
