// Pooling to a given size: window i of `out` covers positions floor(i in / out) up to, but not
// with, ceil((i + 1) in / out) of a dimension of `in`. Windows overlap where out does not divide
// in.
//
// A window is a box, so its maximum and its mean are taken along one dimension after the other, the
// last one first: the first of equals is then the first in order.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/size2.hpp>
#include <adafuse/ops/size3.hpp>
#include <adafuse/ops/sparse_product.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// The positions [start, stop) of a window.
struct AdaptiveWindow {
  Index start, stop;
};
inline AdaptiveWindow adaptive_window(Index i, Index in, Index out) {
  // ceil(y) = in - floor(in - y)
  return {scaled(in, i, out), in - scaled(in, out - i - 1, out)};
}

/// Throws ShapeError or ValueError, named after `op`, unless x is [N, C, ...] with one dimension
/// for each size, and something in it.
inline void require_adaptive(const char* op, const Shape& x, const std::vector<Index>& sizes) {
  constexpr const char* names[] = {"[N,C,L]", "[N,C,H,W]", "[N,C,D,H,W]"};
  require<ShapeError>(x.rank() == std::ssize(sizes) + 2, op, ": expects x ",
                      names[sizes.size() - 1], ", got ", x);
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    require<ValueError>(1 <= sizes[k] && sizes[k] <= Index{1} << 31, op,
                        ": sizes are at least 1 and at most 2^31, got ", sizes[k]);
    const Index d = static_cast<Index>(k) + 2;
    require<ShapeError>(x[d] >= 1, op, ": dimension ", d, " of ", x, " is empty");
  }
}

/// Whether each plane becomes one number; its dimensions then are 2, 3, ...
inline bool all_one(const std::vector<Index>& sizes) {
  return std::all_of(sizes.begin(), sizes.end(), [](Index size) { return size == 1; });
}
inline Dims dims_behind_channels(Index count) {
  std::vector<Index> dims;
  for (Index d = 0; d < count; ++d) dims.push_back(d + 2);
  return dims;
}

template <class T>
Variable<T> adaptive_avg_pool(const char* op, const Variable<T>& x,
                              const std::vector<Index>& sizes) {
  require_adaptive(op, x.shape(), sizes);
  if (all_one(sizes)) return mean(x, dims_behind_channels(std::ssize(sizes)), {.keepdim = true});
  Variable<T> y = x;
  for (Index d = x.rank() - 1; d >= 2; --d) {
    const Index in = x.size(d), out = sizes[static_cast<std::size_t>(d - 2)];
    if (in == out) continue;
    auto means = std::make_shared<kernels::SparseMatrix<T>>(in);
    for (Index i = 0; i < out; ++i) {
      const auto window = adaptive_window(i, in, out);
      const T share = 1 / static_cast<T>(window.stop - window.start);
      for (Index k = window.start; k < window.stop; ++k) means->add(k, share);
      means->end_row();
    }
    y = sparse_product<T>(means, y, d);
  }
  return y;
}

/// The windows of dimension `d` as one dimension more, behind it: [..., out, length, ...]. Shorter
/// windows repeat their last position.
template <class T>
Variable<T> adaptive_windows(const Variable<T>& x, Index d, Index out) {
  const Index in = x.size(d);
  Index length = 0;
  for (Index i = 0; i < out; ++i) {
    const auto window = adaptive_window(i, in, out);
    length = std::max(length, window.stop - window.start);
  }
  Shape shape;
  for (Index k = 0; k < x.rank(); ++k) {
    shape.push_back(k == d ? out : x.size(k));
    if (k == d) shape.push_back(length);
  }
  if (in % out == 0) return reshape(x, shape);  // They are neighbours.
  auto positions = Tensor<std::int64_t>::uninitialized({out * length});
  std::int64_t* to = positions.data();
  for (Index i = 0; i < out; ++i) {
    const auto window = adaptive_window(i, in, out);
    for (Index k = 0; k < length; ++k) *to++ = std::min(window.start + k, window.stop - 1);
  }
  return reshape(take_rows(x, d, positions), shape);
}

template <class T>
Variable<T> adaptive_max_pool(const char* op, const Variable<T>& x,
                              const std::vector<Index>& sizes) {
  require_adaptive(op, x.shape(), sizes);
  if (all_one(sizes))
    return extreme<T>(op, x, dims_behind_channels(std::ssize(sizes)), {.keepdim = true}, true);
  Variable<T> y = x;
  for (Index d = x.rank() - 1; d >= 2; --d) {
    const Index out = sizes[static_cast<std::size_t>(d - 2)];
    if (x.size(d) != out) y = extreme<T>(op, adaptive_windows(y, d, out), Dims(d + 1), {}, true);
  }
  return y;
}

}  // namespace detail

/// y(n, c, i) = the mean of window i: x [N, C, L] -> [N, C, size]. Throws ValueError for a size
/// below 1, ShapeError when x has no positions.
template <Operand X>
Variable<scalar_of<X>> adaptive_avg_pool1d(const X& x, Index size) {
  return detail::adaptive_avg_pool<scalar_of<X>>("adaptive_avg_pool1d", x, {size});
}

/// The same of images: x [N, C, H, W] -> [N, C, size].
template <Operand X>
Variable<scalar_of<X>> adaptive_avg_pool2d(const X& x, Size2 size) {
  return detail::adaptive_avg_pool<scalar_of<X>>("adaptive_avg_pool2d", x,
                                                 {size.height, size.width});
}

/// The same of volumes: x [N, C, D, H, W] -> [N, C, size].
template <Operand X>
Variable<scalar_of<X>> adaptive_avg_pool3d(const X& x, Size3 size) {
  return detail::adaptive_avg_pool<scalar_of<X>>("adaptive_avg_pool3d", x,
                                                 {size.depth, size.height, size.width});
}

/// y(n, c, i) = the largest of window i: x [N, C, L] -> [N, C, size]. The first maximum gets the
/// gradient; a NaN is the maximum. Throws ValueError for a size below 1, ShapeError when x has no
/// positions.
template <Operand X>
Variable<scalar_of<X>> adaptive_max_pool1d(const X& x, Index size) {
  return detail::adaptive_max_pool<scalar_of<X>>("adaptive_max_pool1d", x, {size});
}

/// The same of images: x [N, C, H, W] -> [N, C, size].
template <Operand X>
Variable<scalar_of<X>> adaptive_max_pool2d(const X& x, Size2 size) {
  return detail::adaptive_max_pool<scalar_of<X>>("adaptive_max_pool2d", x,
                                                 {size.height, size.width});
}

/// The same of volumes: x [N, C, D, H, W] -> [N, C, size].
template <Operand X>
Variable<scalar_of<X>> adaptive_max_pool3d(const X& x, Size3 size) {
  return detail::adaptive_max_pool<scalar_of<X>>("adaptive_max_pool3d", x,
                                                 {size.depth, size.height, size.width});
}

}  // namespace adafuse::inline ADAFUSE_SIMD
