// More positions around a tensor, or fewer.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What stands at new positions.
enum class PadMode {
  constant,   ///< PadOptions::value
  reflect,    ///< the mirror image behind the last element: c b | a b c | b a
  replicate,  ///< the last element: a a | a b c | c c
  circular    ///< the other end: b c | a b c | a b
};

/// What pad is told.
struct PadOptions {
  PadMode mode = PadMode::constant;  ///< What stands in the new places.
  double value = 0;                  ///< Of mode constant.
};

namespace detail {

/// Positions before and behind those of a dimension; fewer than none take positions away.
struct Pad {
  Index before = 0, behind = 0;
};

/// One pad for each dimension of `shape`, in its order, of pairs that begin with the last. Throws
/// ValueError or ShapeError when they do not fit.
inline std::vector<Pad> pads_of(const Shape& shape, const std::vector<Index>& pads) {
  require<ValueError>(pads.size() % 2 == 0, "pad: pads come in pairs, got ", pads.size());
  const Index pairs = std::ssize(pads) / 2;
  require<ShapeError>(pairs <= shape.rank(), "pad: ", pads.size(), " pads for ", shape);
  std::vector<Pad> result(static_cast<std::size_t>(shape.rank()));
  for (Index k = 0; k < pairs; ++k) {
    const Index d = shape.rank() - 1 - k, size = shape[d];
    const auto at = static_cast<std::size_t>(2 * k);
    const Pad pad{pads[at], pads[at + 1]};
    const Checked total = Checked(size) + pad.before + pad.behind;
    require<ShapeError>(total.fits(), "pad: pads ", pad.before, " and ", pad.behind,
                        " are too large for dimension ", d, " of ", shape);
    require<ShapeError>(pad.before >= -size && pad.behind >= -size && total.value() >= 0,
                        "pad: pads ", pad.before, " and ", pad.behind, " take away more than the ",
                        size, " positions of dimension ", d, " of ", shape);
    result[static_cast<std::size_t>(d)] = pad;
  }
  return result;
}

inline Shape padded_shape(const Shape& shape, const std::vector<Pad>& pads) {
  Shape result;
  for (Index d = 0; d < shape.rank(); ++d) {
    const Pad& pad = pads[static_cast<std::size_t>(d)];
    result.push_back(shape[d] + pad.before + pad.behind);
  }
  return result;
}

/// x in a tensor of `value`.
template <class T>
Tensor<T> padded(const Tensor<T>& x, const std::vector<Pad>& pads, T value) {
  auto y = Tensor<T>::uninitialized(padded_shape(x.shape(), pads));
  kernels::fill(y.data(), y.size(), value);
  if (x.size() == 0 || y.size() == 0) return y;
  const auto x_strides = kernels::contiguous_strides(x.shape()),
             y_strides = kernels::contiguous_strides(y.shape());
  Shape common;  // of the part that both have
  Index x_start = 0, y_start = 0;
  for (Index d = 0; d < x.rank(); ++d) {
    const auto at = static_cast<std::size_t>(d);
    const Pad& pad = pads[at];
    const Index size = x.size(d) + std::min<Index>(pad.before, 0) + std::min<Index>(pad.behind, 0);
    if (size <= 0) return y;
    common.push_back(size);
    x_start += std::max<Index>(-pad.before, 0) * x_strides[at];
    y_start += std::max<Index>(pad.before, 0) * y_strides[at];
  }
  const T* const from = x.data() + x_start;
  T* const to = y.data() + y_start;
  const kernels::StridedLoop<2> loop(common, {x_strides, y_strides});
  const Index x_step = loop.inner()[0], y_step = loop.inner()[1];
  loop.for_each_run([=](Index, const std::array<Index, 2>& at, Index count) {
    kernels::copy_steps(count, from + at[0], x_step, to + at[1], y_step);
  });
  return y;
}

/// y_i = x_(i - before), where x has it, and a constant elsewhere
///   =>  dx_i = dy_(i + before), where y has it, and 0 elsewhere: padded by as much less
template <class T>
Variable<T> pad_constant(const Variable<T>& x, const std::vector<Pad>& pads, T value) {
  return record("pad", padded(x.value("pad"), pads, value), {x},
                [pads](const Variable<T>& dy) -> Gradients<T> {
                  std::vector<Pad> less = pads;
                  for (Pad& pad : less) pad = {-pad.before, -pad.behind};
                  return {pad_constant(dy, less, T{0})};
                });
}

/// The positions of a dimension of `size` that stand in its padded copy.
inline Tensor<std::int64_t> padded_positions(const Shape& shape, Index d, Pad pad, PadMode mode) {
  const Index size = shape[d], most = std::max(pad.before, pad.behind);
  require<ShapeError>(most <= 0 || (mode == PadMode::reflect    ? most < size
                                    : mode == PadMode::circular ? most <= size
                                                                : size > 0),
                      "pad: dimension ", d, " of ", shape, " has too few positions for pads ",
                      pad.before, " and ", pad.behind);
  auto positions = Tensor<std::int64_t>::uninitialized({size + pad.before + pad.behind});
  for (Index i = 0; i < positions.size(); ++i) {
    Index p = i - pad.before;
    if (mode == PadMode::reflect)
      p = p < 0 ? -p : p >= size ? 2 * (size - 1) - p : p;
    else if (mode == PadMode::circular)
      p = p < 0 ? p + size : p >= size ? p - size : p;
    else
      p = std::clamp<Index>(p, 0, size - 1);
    positions.data()[i] = p;
  }
  return positions;
}

}  // namespace detail

/// x with new positions around it: `pads` are pairs, before and behind, of the last dimension
/// first: `pad(x, {left, right, top, bottom})`. That is PyTorch's order, so that a call can be
/// carried over as it is, and images of any rank are padded alike. A negative pad takes positions
/// away. Reflected pads are smaller than the dimension, circular ones at most as large. Throws
/// ShapeError or ValueError when they do not fit.
template <Operand X>
Variable<scalar_of<X>> pad(const X& input, const std::vector<Index>& pads,
                           PadOptions options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const auto all = detail::pads_of(x.shape(), pads);
  if (options.mode == PadMode::constant)
    return detail::pad_constant(x, all, static_cast<T>(options.value));
  Variable<T> y = reshape(x, x.shape());
  for (Index d = 0; d < x.rank(); ++d) {
    const detail::Pad one = all[static_cast<std::size_t>(d)];
    if (one.before != 0 || one.behind != 0)
      y = detail::take_rows(y, d, detail::padded_positions(x.shape(), d, one, options.mode));
  }
  return y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
