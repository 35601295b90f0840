// Resizing of lines, images and volumes, as PyTorch defines it.
//
// Position i of the result lies at s_i in x, where s is the step, in / out or 1 over the scale that
// is given:
//   s_i = (i + 1/2) s - 1/2        the centres of pixels are scaled,
//   s_i = i (in - 1) / (out - 1)   with align_corners: the first and the last positions meet,
//   s_i = i s                      for `nearest`.
// Every mode is linear in x and works along one dimension after the other: `nearest` takes
// positions, the others are products with a matrix that has two entries in a row, or four. So the
// gradient is the product with its transpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/adaptive_pool.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/sparse_product.hpp>
#include <adafuse/ops/take.hpp>
#include <array>
#include <cmath>

namespace adafuse::inline ADAFUSE_SIMD {

/// What a position between elements reads.
enum class InterpolateMode {
  nearest,        ///< x at floor(i s)
  nearest_exact,  ///< x at the position nearest to s_i
  linear,         ///< of x [N, C, L]: between two neighbours
  bilinear,       ///< the same of x [N, C, H, W]
  trilinear,      ///< the same of x [N, C, D, H, W]
  bicubic,        ///< of x [N, C, H, W]: four neighbours, by Keys' kernel with a = -3/4
  area            ///< adaptive average pooling
};

/// One number for all dimensions behind the channels, or one for each.
template <class N>
class OneOrEach {
 public:
  OneOrEach() = default;               ///< none
  OneOrEach(N all) : numbers_{all} {}  ///< one for all
  /// one for each
  template <std::convertible_to<N>... More>
  OneOrEach(N first, N second, More... more) : numbers_{first, second, static_cast<N>(more)...} {}

  /// Whether there is any.
  bool given() const { return !numbers_.empty(); }
  /// How many were given.
  Index count() const { return std::ssize(numbers_); }
  /// The number of dimension `k` of those behind the channels.
  N operator[](Index k) const { return numbers_[count() == 1 ? 0 : static_cast<std::size_t>(k)]; }

 private:
  std::vector<N> numbers_;
};

/// What interpolate is told: a size or a factor.
struct InterpolateOptions {
  OneOrEach<Index> size = {};                       ///< Of the result; or, instead:
  OneOrEach<double> scale_factor = {};              ///< Its size is floor(in scale_factor).
  InterpolateMode mode = InterpolateMode::nearest;  ///< What a position between elements reads.
  bool align_corners = false;                       ///< Of linear, bilinear, trilinear and bicubic.
};

namespace detail {

/// One dimension that is resized. Positions are worked out in T, as PyTorch does.
template <class T>
struct ResizedAxis {
  Index in, out;
  T step;
  bool align_corners;

  /// s_i: below 0 for the first ones, where steps are short.
  T source(Index i) const {
    return align_corners ? step * static_cast<T>(i) : step * (static_cast<T>(i) + T(0.5)) - T(0.5);
  }
  Index clamped(Index k) const { return std::clamp<Index>(k, 0, in - 1); }
};

/// The size of the result along dimension d. Throws ValueError or ShapeError.
inline Index resized(const Shape& x, Index d, const InterpolateOptions& o) {
  if (o.size.given()) {
    const Index size = o.size[d - 2];
    require<ValueError>(1 <= size && size <= Index{1} << 31,
                        "interpolate: sizes are at least 1 and at most 2^31, got ", size);
    return size;
  }
  const double scale = o.scale_factor[d - 2];
  require<ValueError>(scale > 0, "interpolate: scale factors are positive, got ", scale);
  const double size = static_cast<double>(x[d]) * scale;
  require<ShapeError>(1 <= size && size <= 0x1p31, "interpolate: dimension ", d, " of ", x,
                      " times ", scale, " has ", size < 1 ? "no" : "too many", " positions");
  return static_cast<Index>(size);
}

template <class T>
ResizedAxis<T> resized_axis(const Shape& x, Index d, const InterpolateOptions& o) {
  const Index in = x[d], out = resized(x, d, o);
  T step = static_cast<T>(in) / static_cast<T>(out);
  if (o.align_corners)
    step = out > 1 ? static_cast<T>(in - 1) / static_cast<T>(out - 1) : T{0};
  else if (o.scale_factor.given())
    step = static_cast<T>(1 / o.scale_factor[d - 2]);
  return {in, out, step, o.align_corners};
}

/// Which positions of x those of the result are. PyTorch rounds to float, whatever T is: a product
/// that is a whole number but for its rounding is that number.
template <class T>
Tensor<std::int64_t> nearest_positions(const ResizedAxis<T>& axis, bool exact) {
  auto positions = Tensor<std::int64_t>::uninitialized({axis.out});
  for (Index i = 0; i < axis.out; ++i) {
    const T at = exact ? std::max(axis.source(i), T{0}) + T(0.5) : axis.step * static_cast<T>(i);
    positions.data()[i] = axis.clamped(static_cast<Index>(std::floor(static_cast<float>(at))));
  }
  return positions;
}

/// y_i = (1 - t) x_k + t x_(k + 1), k = floor(s_i), t = s_i - k; before the first position that
/// one.
template <class T>
kernels::SparseMatrix<T> linear_matrix(const ResizedAxis<T>& axis) {
  kernels::SparseMatrix<T> matrix(axis.in);
  for (Index i = 0; i < axis.out; ++i) {
    const T at = std::max(axis.source(i), T{0});
    const Index k = axis.clamped(static_cast<Index>(at));
    const T t = std::min(at - static_cast<T>(k), T{1});
    matrix.add(k, 1 - t);
    matrix.add(axis.clamped(k + 1), t);
    matrix.end_row();
  }
  return matrix;
}

/// The weights of the positions -1, 0, 1, 2 for a point at t in [0, 1), with a = -3/4 (Keys, "Cubic
/// convolution interpolation for digital image processing", 1981): of one at distance d
///   (a + 2) d^3 - (a + 3) d^2 + 1        up to 1,
///   a d^3 - 5 a d^2 + 8 a d - 4 a        up to 2.
template <class T>
std::array<T, 4> cubic_weights(T t) {
  const T a = T(-0.75);
  const auto inner = [a](T d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto outer = [a](T d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
}

/// y_i = the four neighbours of s_i by their weights; those beyond an end are the last one.
template <class T>
kernels::SparseMatrix<T> cubic_matrix(const ResizedAxis<T>& axis) {
  kernels::SparseMatrix<T> matrix(axis.in);
  for (Index i = 0; i < axis.out; ++i) {
    const T at = axis.source(i), below = std::floor(at);
    const auto weights = cubic_weights(at - below);
    for (Index k = 0; k < 4; ++k)
      matrix.add(axis.clamped(static_cast<Index>(below) + k - 1),
                 weights[static_cast<std::size_t>(k)]);
    matrix.end_row();
  }
  return matrix;
}

inline const char* mode_word(InterpolateMode mode) {
  constexpr const char* words[] = {"nearest",   "nearest_exact", "linear", "bilinear",
                                   "trilinear", "bicubic",       "area"};
  return words[static_cast<std::size_t>(mode)];
}

/// Throws ShapeError or ValueError unless the options are for x.
inline void require_interpolated(const Shape& x, const InterpolateOptions& o) {
  using enum InterpolateMode;
  const auto mode = o.mode;
  const Index least = mode == bilinear || mode == bicubic ? 4 : mode == trilinear ? 5 : 3;
  const Index most = mode == linear ? 3 : mode == bilinear || mode == bicubic ? 4 : 5;
  require<ShapeError>(least <= x.rank() && x.rank() <= most, "interpolate: ", mode_word(mode),
                      " expects x of rank ", least, least == most ? "" : " to 5", ", got ", x);
  require<ValueError>(o.size.given() != o.scale_factor.given(),
                      "interpolate: expects either a size or a scale_factor");
  const Index count = o.size.given() ? o.size.count() : o.scale_factor.count();
  require<ValueError>(count == 1 || count == x.rank() - 2, "interpolate: ", count,
                      " sizes or scale factors for x ", x);
  require<ValueError>(
      !o.align_corners || (mode != nearest && mode != nearest_exact && mode != area),
      "interpolate: ", mode_word(mode), " has no align_corners");
  for (Index d = 2; d < x.rank(); ++d)
    require<ShapeError>(x[d] >= 1, "interpolate: dimension ", d, " of ", x, " is empty");
}

template <class T>
Variable<T> resize_axis(const Variable<T>& x, Index d, const InterpolateOptions& o) {
  using enum InterpolateMode;
  const auto axis = resized_axis<T>(x.shape(), d, o);
  if (o.mode == nearest || o.mode == nearest_exact)
    return take_rows(x, d, nearest_positions(axis, o.mode == nearest_exact));
  const auto product = [&](kernels::SparseMatrix<T> matrix) {
    return sparse_product<T>(std::make_shared<const kernels::SparseMatrix<T>>(std::move(matrix)), x,
                             d);
  };
  if (o.mode == bicubic) return product(cubic_matrix(axis));
  // A dimension that keeps its size is copied, by whatever scale that came.
  return axis.in == axis.out ? x : product(linear_matrix(axis));
}

}  // namespace detail

/// x [N, C, ...] with one to three dimensions behind the channels, in another size:
/// `interpolate(x, {.scale_factor = 2})`, `interpolate(x, {.size = {224, 224}, .mode =
/// InterpolateMode::bilinear})`. Names, defaults and results are PyTorch's. Throws ShapeError or
/// ValueError when the options are not for x.
template <Operand X>
Variable<scalar_of<X>> interpolate(const X& input, const InterpolateOptions& options) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  detail::require_interpolated(x.shape(), options);
  if (options.mode == InterpolateMode::area) {
    std::vector<Index> sizes;
    for (Index d = 2; d < x.rank(); ++d) sizes.push_back(detail::resized(x.shape(), d, options));
    return detail::adaptive_avg_pool("interpolate", x, sizes);
  }
  Variable<T> y = x;
  for (Index d = x.rank() - 1; d >= 2; --d) y = detail::resize_axis(y, d, options);
  return y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
