// Powers, element by element: x^p and a^b.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/function.hpp>
#include <algorithm>
#include <limits>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/base/vector_pow.hpp>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void pow_run(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y) {
  compiled::kernels_of<T>().pow_run(count, a, a_step, b, b_step, y);
}
#else
/// y[i] = a[a_step i]^b[b_step i] for i in [0, count); a step is 1 or 0.
template <class T>
void pow_run(Index count, const T* a, Index a_step, const T* b, Index b_step, T* y) {
  constexpr Index width = Doubles::width;
  T base[width], exponent[width], power[width];
  std::fill_n(base, width, a_step == 0 ? *a : T{1});
  std::fill_n(exponent, width, b_step == 0 ? *b : T{1});
  for (Index i = 0; i < count; i += width) {
    const Index n = std::min(width, count - i);
    const T *p = a_step == 0 ? base : a + i, *q = b_step == 0 ? exponent : b + i;
    T* to = y + i;
    if (n < width) {
      if (a_step != 0) std::copy_n(p, n, base);
      if (b_step != 0) std::copy_n(q, n, exponent);
      p = base, q = exponent, to = power;
    }
    vectors::pow<T>(Doubles::load(p), Doubles::load(q)).store(to);
    if (n < width) std::copy_n(power, n, y + i);
  }
}
#endif

/// y = a^b, where sizes of 1 stretch. The shapes broadcast.
template <class T>
Tensor<T> pow(const Tensor<T>& a, const Tensor<T>& b) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "pow");
  auto y = Tensor<T>::uninitialized(shape);
  const StridedLoop<2> loop(
      shape, {broadcast_strides(a.shape(), shape), broadcast_strides(b.shape(), shape)});
  const Index a_step = loop.inner()[0], b_step = loop.inner()[1];
  T* const out = y.data();
  loop.for_each_run([&, a_step, b_step](Index i, const std::array<Index, 2>& at, Index count) {
    pow_run(count, a.data() + at[0], a_step, b.data() + at[1], b_step, out + i);
  });
  return y;
}

/// y = x^p for a number p. Powers 1 to 4 are products, -1 and 1/2 a quotient and a root: within two
/// units in the last place too.
template <class T>
Tensor<T> pow(const Tensor<T>& x, T p) {
  if (equals(p, 0.5))  // Of -0 it is 0, and of -inf infinite.
    return map(x, through<Function::sqrt>([](T v, T root) {
                 constexpr T inf = std::numeric_limits<T>::infinity();
                 return equals(v, -inf) ? inf : root + T{0};
               }));
  if (equals(p, -1)) return map(x, [](T v) { return 1 / v; });
  if (equals(p, 1) || equals(p, 2) || equals(p, 3) || equals(p, 4)) {
    const int times = static_cast<int>(p);
    return map(x, [times](T v) {
      const T square = v * v;
      return times == 1 ? v : times == 2 ? square : times == 3 ? square * v : square * square;
    });
  }
  return pow(x, Tensor<T>::scalar(p));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
