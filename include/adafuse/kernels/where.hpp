// where: each element from the one tensor or the other, as a mask says.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

namespace detail {

/// Both are read whatever the mask says: a loop over a condition on reading is one of jumps.
template <class T>
T chosen(std::uint8_t mask, T a, T b) {
  return mask != 0 ? a : b;
}

}  // namespace detail

/// y[i] = condition[i] ? a[i] : b[i], where sizes of 1 stretch. The shapes broadcast.
template <class T>
Tensor<T> where(const Tensor<std::uint8_t>& condition, const Tensor<T>& a, const Tensor<T>& b) {
  const Shape shape =
      broadcast_shapes(condition.shape(), broadcast_shapes(a.shape(), b.shape(), "where"), "where");
  auto y = Tensor<T>::uninitialized(shape);
  const StridedLoop<3> loop(
      shape, {broadcast_strides(condition.shape(), shape), broadcast_strides(a.shape(), shape),
              broadcast_strides(b.shape(), shape)});
  // Along a run an operand either moves by one or stands still.
  const bool mask_moves = loop.inner()[0] != 0;
  const Index step_a = loop.inner()[1], step_b = loop.inner()[2];
  T* const out = y.data();
  loop.for_each_run([&, out](Index i, const std::array<Index, 3>& at, Index count) {
    T* __restrict to = out + i;
    const std::uint8_t* __restrict mask = condition.data() + at[0];
    const T* __restrict p = a.data() + at[1];
    const T* __restrict q = b.data() + at[2];
    if (!mask_moves) {
      const T* from = *mask ? p : q;
      if ((*mask ? step_a : step_b) != 0)
        std::copy_n(from, count, to);
      else
        std::fill_n(to, count, *from);
    } else if (step_a != 0 && step_b != 0) {
      for (Index j = 0; j < count; ++j) to[j] = detail::chosen(mask[j], p[j], q[j]);
    } else if (step_a != 0) {
      const T still = *q;
      for (Index j = 0; j < count; ++j) to[j] = detail::chosen(mask[j], p[j], still);
    } else if (step_b != 0) {
      const T still = *p;
      for (Index j = 0; j < count; ++j) to[j] = detail::chosen(mask[j], still, q[j]);
    } else {
      const T a_still = *p, b_still = *q;
      for (Index j = 0; j < count; ++j) to[j] = detail::chosen(mask[j], a_still, b_still);
    }
  });
  return y;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
