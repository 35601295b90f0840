// Pooling to a given size: window i of `out` covers positions floor(i in / out) up to, but not
// with, ceil((i + 1) in / out) of a dimension of `in`. Windows overlap where out does not divide
// in.
//
// A window is a box, so its mean is taken along one dimension after the other, the first one first:
// what is left for the last, which has no neighbours to make vectors of, is the least.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/adaptive_pool.hpp>
#include <adafuse/ops/pool2d.hpp>
#include <adafuse/ops/reduce.hpp>
#include <adafuse/ops/size2.hpp>
#include <adafuse/ops/size3.hpp>
#include <adafuse/ops/sparse_product.hpp>
#include <limits>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

inline kernels::PoolWindow adaptive_window(Index i, Index in, Index out) {
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
  Variable<T> y = unchanged(x);
  for (Index d = 2; d < x.rank(); ++d) {
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

template <class T>
Variable<T> adaptive_max_pool(const char* op, const Variable<T>& x,
                              const std::vector<Index>& sizes) {
  require_adaptive(op, x.shape(), sizes);
  kernels::PoolWindows p{.in = {1, 1, 1}, .windows = {}};
  Shape shape{x.size(0), x.size(1)};
  const std::size_t first = 3 - sizes.size();
  for (std::size_t k = 0; k < first; ++k) p.windows[k] = {{0, 1}};
  for (std::size_t k = first; k < 3; ++k) {
    const Index out = sizes[k - first];
    p.in[k] = x.size(static_cast<Index>(k - first) + 2);
    for (Index i = 0; i < out; ++i) p.windows[k].push_back(adaptive_window(i, p.in[k], out));
    shape.push_back(out);
  }
  const Shape volumes{x.size(0), x.size(1), 1, p.in_size()};
  require<ShapeError>(volumes[3] <= std::numeric_limits<std::int32_t>::max(), op, ": x ", x.shape(),
                      " has more than 2^31 positions in a channel");
  auto y = Tensor<T>::uninitialized(shape);
  PixelPositions positions;  // only a derivative needs them
  if (x.requires_grad() && grad_enabled())
    positions = PixelPositions::uninitialized({x.size(0), x.size(1), 1, p.out_size()});
  kernels::adaptive_max_pool(p, x.size(0) * x.size(1), x.value().data(), y.data(),
                             positions.data());
  // y_i = x_p(i)  =>  dx is dy at those positions
  return record(
      op, y, {x}, [positions, volumes, in = x.shape()](const Variable<T>& dy) -> Gradients<T> {
        return {reshape(scatter_pixels(reshape(dy, positions.shape()), positions, volumes), in)};
      });
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
