// Pool2dGeometry: the sizes of one pooling, named once and checked once. Every plane (one channel
// of one frame) is pooled alone, so frames and channels are counted together.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <limits>

namespace adafuse::kernels {

/// Positions [begin, end).
struct PoolRange {
  Index begin, end;
  ADAFUSE_INLINE Index size() const { return end - begin; }
};

/// One axis of a pooling: window i covers positions [i stride - padding, i stride - padding +
/// kernel) of the input.
struct PoolAxis {
  Index in = 0, kernel = 1, stride = 1, padding = 0;
  bool ceil_mode = false;

  /// floor((in + 2 padding - kernel) / stride) + 1. With `ceil_mode` the quotient is rounded up,
  /// but no window starts beyond the input and its first padding.
  ADAFUSE_INLINE Index out() const {
    const Index room = in + 2 * padding - kernel + (ceil_mode ? stride - 1 : 0);
    if (room < 0) return 0;
    const Index count = room / stride + 1;
    return ceil_mode && (count - 1) * stride >= in + padding ? count - 1 : count;
  }
  /// The positions of the input in window i.
  ADAFUSE_INLINE PoolRange inside(Index i) const {
    const Index start = i * stride - padding;
    return {std::max<Index>(start, 0), std::min(start + kernel, in)};
  }
  /// The same with the padding counted (what lies beyond the padding is counted by nobody).
  ADAFUSE_INLINE PoolRange padded(Index i) const {
    const Index start = i * stride - padding;
    return {start, std::min(start + kernel, in + padding)};
  }
  /// The windows whose tap `q` lies inside of the input.
  ADAFUSE_INLINE PoolRange windows(Index q) const {
    const Index offset = q - padding;  // 0 <= i stride + offset < in
    const Index begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const Index end = offset >= in ? 0 : (in - offset + stride - 1) / stride;
    const Index last = std::min(end, out());
    return {std::min(begin, last), last};
  }

  ADAFUSE_INLINE friend bool operator==(const PoolAxis&, const PoolAxis&) = default;
};

/// x [planes, height.in, width.in]  ->  y [planes, height.out(), width.out()].
struct Pool2dGeometry {
  Index planes = 0;
  PoolAxis height, width;
  bool count_include_pad = true;  // of an average: padding counts as zeros

  ADAFUSE_INLINE Index in_pixels() const { return height.in * width.in; }
  ADAFUSE_INLINE Index out_pixels() const { return height.out() * width.out(); }

  /// How many positions along an axis the average of window i counts; the sum over window (i, j) is
  /// divided by counted(height, i) * counted(width, j).
  ADAFUSE_INLINE Index counted(const PoolAxis& axis, Index i) const {
    return count_include_pad ? axis.padded(i).size() : axis.inside(i).size();
  }

  /// The longest kernel and stride: sums and products of two of them are within an Index, and a
  /// list with an entry for each tap of an axis is within memory.
  static constexpr Index longest = Index{1} << 24;

  /// Throws ValueError or ShapeError, named after `op`, unless this is a pooling.
  ADAFUSE_INLINE void check(const char* op) const {
    for (const auto& axis : {height, width}) {
      require<ValueError>(
          1 <= axis.kernel && axis.kernel <= longest && 1 <= axis.stride && axis.stride <= longest,
          op, ": kernel and stride are at least 1 and at most 2^24, got ", axis.kernel, " and ",
          axis.stride);
      // More would leave windows that hold nothing but padding.
      require<ValueError>(0 <= axis.padding && axis.padding <= axis.kernel / 2, op,
                          ": padding is at most half of the kernel ", axis.kernel, ", got ",
                          axis.padding);
      require<ShapeError>(axis.in >= 1 && axis.out() >= 1, op, ": window ", axis.kernel,
                          " is larger than the padded input ", axis.in + 2 * axis.padding);
    }
    // The position of a maximum is kept in 32 bits.
    require<ShapeError>(height.in <= std::numeric_limits<std::int32_t>::max() / width.in, op,
                        ": a plane of ", height.in, "x", width.in, " is too large");
  }

  ADAFUSE_INLINE friend bool operator==(const Pool2dGeometry&, const Pool2dGeometry&) = default;
};

}  // namespace adafuse::kernels
