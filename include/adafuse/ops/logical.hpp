// Masks combined: and, or, exclusive or, not; any and all of them. What is not 0 is true, and the
// answers are 0 and 1. None has a gradient.
//
// Under `using namespace std` beside `using namespace adafuse` the names logical_and, logical_or,
// logical_not (<functional>) and any (<any>) are the standard library's too, and a call says which:
// adafuse::any(mask) (decision 0040). The operators &&, ||, ! need no name; both sides are always
// worked out.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <adafuse/ops/reduce.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// The type of a mask's elements. (As templates these are compiled where they are used.)
template <class B>
concept MaskElement = std::same_as<B, std::uint8_t>;

namespace detail {

inline void require_mask(const char* op, const Tensor<std::uint8_t>& mask) {
  require<ValueError>(mask.defined(), op, ": needs a mask that is defined");
}

template <MaskElement B, class Holds>
Tensor<B> combine(const char* op, const Tensor<B>& a, const Tensor<B>& b, Holds holds) {
  require_mask(op, a), require_mask(op, b);
  broadcast_shapes(a.shape(), b.shape(), op);
  return kernels::zip(a, b, [holds](B v, B w) { return static_cast<B>(holds(v != 0, w != 0)); });
}

/// Whether no element along `dims` has this truth.
template <MaskElement B>
Tensor<B> none(const char* op, const Tensor<B>& mask, const Dims& dims, ReduceOptions options,
               bool truth) {
  const auto axes = dims.of(mask.shape(), op);
  const auto count =
      kernels::sum_of(mask, reduced_shape(mask.shape(), axes, true),
                      [truth](std::int64_t v) { return std::int64_t{(v != 0) == truth}; });
  return kernels::map(count, [](std::int64_t n) { return static_cast<B>(n == 0); })
      .reshape(reduced_shape(mask.shape(), axes, options.keepdim));
}

}  // namespace detail

/// a and b. Sizes of 1 stretch; ShapeError when the shapes do not broadcast. So for all of these.
template <MaskElement B>
Tensor<B> logical_and(const Tensor<B>& a, const Tensor<B>& b) {
  return detail::combine("logical_and", a, b, [](bool v, bool w) { return v & w; });
}

/// a or b, or both.
template <MaskElement B>
Tensor<B> logical_or(const Tensor<B>& a, const Tensor<B>& b) {
  return detail::combine("logical_or", a, b, [](bool v, bool w) { return v | w; });
}

/// One of a and b, not both.
template <MaskElement B>
Tensor<B> logical_xor(const Tensor<B>& a, const Tensor<B>& b) {
  return detail::combine("logical_xor", a, b, [](bool v, bool w) { return v != w; });
}

/// 1 where the mask is 0, 0 elsewhere.
template <MaskElement B>
Tensor<B> logical_not(const Tensor<B>& mask) {
  detail::require_mask("logical_not", mask);
  return kernels::map(mask, [](B v) { return static_cast<B>(v == 0); });
}

/// `logical_and(a, b)`. Both sides are always computed.
template <MaskElement B>
Tensor<B> operator&&(const Tensor<B>& a, const Tensor<B>& b) {
  return logical_and(a, b);
}
/// `logical_or(a, b)`. Both sides are always computed.
template <MaskElement B>
Tensor<B> operator||(const Tensor<B>& a, const Tensor<B>& b) {
  return logical_or(a, b);
}
/// `logical_not(mask)`.
template <MaskElement B>
Tensor<B> operator!(const Tensor<B>& mask) {
  return logical_not(mask);
}

/// Whether any element is true, rank 0; of none it is 0.
template <MaskElement B>
Tensor<B> any(const Tensor<B>& mask) {
  detail::require_mask("any", mask);
  return Tensor<B>::scalar(std::any_of(mask.begin(), mask.end(), [](B v) { return v != 0; }));
}

/// Whether any element is true along dimensions: `any(mask, 1)`, `any(mask, {0, 2})`.
template <MaskElement B>
Tensor<B> any(const Tensor<B>& mask, const Dims& dims, ReduceOptions options = {}) {
  detail::require_mask("any", mask);
  return logical_not(detail::none("any", mask, dims, options, true));
}

/// Whether all elements are true, rank 0; of none it is 1.
template <MaskElement B>
Tensor<B> all(const Tensor<B>& mask) {
  detail::require_mask("all", mask);
  return Tensor<B>::scalar(std::all_of(mask.begin(), mask.end(), [](B v) { return v != 0; }));
}

/// Whether all elements are true along dimensions: `all(mask, 1)`, `all(mask, {0, 2})`.
template <MaskElement B>
Tensor<B> all(const Tensor<B>& mask, const Dims& dims, ReduceOptions options = {}) {
  detail::require_mask("all", mask);
  return detail::none("all", mask, dims, options, false);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
