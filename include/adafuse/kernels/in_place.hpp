// Element by element, into the tensor itself: map_into(x, f), zip_into(a, b, f). The writes are
// announced, so that a gradient which needs the elements as they were is an error.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// x[i] = f(x[i]).
template <class T, class F>
void map_into(Tensor<T> x, const F& f) {
  x.mark_written();
  T* const to = x.data();
  parallel_for(x.size(), elements_per_chunk, Work::elements(2), [&f, to](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = f(to[i]);
  });
}

/// a[i] = f(a[i], b[i]), where sizes of 1 stretch in b, which broadcasts to a's shape. The memory
/// of b is that of a from its first element to its last, or no part of it.
template <class T, class F>
void zip_into(Tensor<T> a, const Tensor<T>& b, const F& f) {
  a.mark_written();
  T* const out = a.data();
  const T* const in = b.data();
  const StridedLoop<1> loop(a.shape(), {broadcast_strides(b.shape(), a.shape())});
  const bool moves = loop.inner()[0] != 0;
  loop.for_each_run([&f, out, in, moves](Index i, const std::array<Index, 1>& at, Index count) {
    T* const to = out + i;
    const T* const from = in + at[0];
    if (moves) {
      for (Index j = 0; j < count; ++j) to[j] = f(to[j], from[j]);
    } else {
      const T still = *from;
      for (Index j = 0; j < count; ++j) to[j] = f(to[j], still);
    }
  });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
