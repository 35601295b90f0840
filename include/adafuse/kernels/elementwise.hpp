// Element by element: map(x, f), zip(a, b, f) with broadcasting, and the copies that only move
// elements (broadcast, permute). Written as plain loops that the compiler turns into vectors.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/runs.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/permute.hpp>
#include <memory>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y[i] = f(x[i]).
template <class T, class F>
auto map(const Tensor<T>& x, const F& f) {
  using U = std::invoke_result_t<F, T>;
  auto y = Tensor<U>::uninitialized(x.shape());
  const T* const in = x.data();
  U* const out = y.data();
  parallel_for(x.size(), elements_per_chunk, Work::elements(4),
               [&f, in, out](Index begin, Index end) {
                 // Bytes of a mask may be anything's: what the loop reads besides is its own.
                 const F each = f;
                 const T* __restrict from = in;
                 U* __restrict to = out;
                 for (Index i = begin; i < end; ++i) to[i] = each(from[i]);
               });
  return y;
}

/// a[i] += b[i], in place; the shapes are equal.
template <class T>
void add_into(Tensor<T> a, const Tensor<T>& b) {
  T* const to = a.data();
  const T* const from = b.data();
  parallel_for(a.size(), elements_per_chunk, Work::elements(1), [to, from](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] += from[i];
  });
}

namespace detail {

/// to[j] = f(p[j], q[j]). Two streams out of memory are read a fifth slower by 64 bytes at a time
/// than by 32: a sum of 16 MB each on an AMD EPYC (Zen 4), where g++ 12 would take 64.
template <class A, class B, class U, class F>
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
[[gnu::noinline, gnu::target("prefer-vector-width=256")]]
#endif
void zip_run(Index count, const A* __restrict p, const B* __restrict q, U* __restrict to,
             const F& f) {
  const F each = f;
  for (Index j = 0; j < count; ++j) to[j] = each(p[j], q[j]);
}

/// y[i] = f(p[i], q[i]), where an operand of step 0 is one number. What the loops read besides is
/// their own: bytes of a mask may be anything's.
template <class A, class B, class U, class F>
void zip_pairs(const void* f, Index count, const A* __restrict p, Index p_step,
               const B* __restrict q, Index q_step, U* __restrict y) {
  const F each = *static_cast<const F*>(f);
  if (p_step != 0 && q_step != 0) {
    zip_run(count, p, q, y, each);
  } else if (p_step != 0) {
    const B still = *q;
    for (Index j = 0; j < count; ++j) y[j] = each(p[j], still);
  } else if (q_step != 0) {
    const A still = *p;
    for (Index j = 0; j < count; ++j) y[j] = each(still, q[j]);
  } else {
    std::fill_n(y, count, each(*p, *q));
  }
}

/// What happens to a run of two operands, whatever its type: `call(what, count, a, a_step, b,
/// b_step, y)` gives y[i] of a[a_step i] and b[b_step i] for i in [0, count). A step is 1, or 0
/// where an operand stretches. So the loop over runs is compiled once for each three types.
template <class A, class B, class U>
struct PairsBody {
  const void* what;
  void (*call)(const void* what, Index count, const A* a, Index a_step, const B* b, Index b_step,
               U* y);
};

/// The runs of two operands that broadcast. Errors are named after `op`.
template <class A, class B, class U>
[[gnu::noinline]] Tensor<U> for_pairs(const char* op, const Tensor<A>& a, const Tensor<B>& b,
                                      PairsBody<A, B, U> body) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), op);
  auto y = Tensor<U>::uninitialized(shape);
  const StridedLoop<2> loop(
      shape, {broadcast_strides(a.shape(), shape), broadcast_strides(b.shape(), shape)});
  const Index a_step = loop.inner()[0] != 0, b_step = loop.inner()[1] != 0;
  const A* const first_a = a.data();
  const B* const first_b = b.data();
  U* const out = y.data();
  loop.for_each_run([=](Index i, const std::array<Index, 2>& at, Index count) {
    body.call(body.what, count, first_a + at[0], a_step, first_b + at[1], b_step, out + i);
  });
  return y;
}

}  // namespace detail

/// y[i] = f(a[i], b[i]), where sizes of 1 stretch. The shapes broadcast.
template <class A, class B, class F>
auto zip(const Tensor<A>& a, const Tensor<B>& b, const F& f) {
  using U = std::invoke_result_t<F, A, B>;
  return detail::for_pairs<A, B, U>("zip", a, b,
                                    {std::addressof(f), detail::zip_pairs<A, B, U, F>});
}

/// The same by `run(count, a, a_step, b, b_step, y)`, which is given runs, as those of PairsBody.
template <class T>
Tensor<T> zip_runs(const char* op, const Tensor<T>& a, const Tensor<T>& b,
                   void (*run)(Index, const T*, Index, const T*, Index, T*)) {
  const auto call = [](const void* what, Index count, const T* p, Index a_step, const T* q,
                       Index b_step, T* to) {
    (*static_cast<decltype(run) const*>(what))(count, p, a_step, q, b_step, to);
  };
  return detail::for_pairs<T, T, T>(op, a, b, {&run, call});
}

/// Element i of `shape`, in order, is x at the position that `strides` give, counted from `start`.
template <class T>
Tensor<T> gather_strided(const Tensor<T>& x, const Shape& shape, const Strides& strides,
                         Index start = 0) {
  auto y = Tensor<T>::uninitialized(shape);
  const StridedLoop<1> loop(shape, {strides});
  const Index step = loop.inner()[0];
  const T* const first = x.data() + start;
  T* const out = y.data();
  loop.for_each_run([first, out, step](Index i, const std::array<Index, 1>& at, Index count) {
    const T* from = first + at[0];
    if (step == 0)
      fill_run(out + i, count, *from);
    else if (step == 1)
      copy_run(from, count, out + i);
    else
      for (Index j = 0; j < count; ++j) out[i + j] = from[j * step];
  });
  return y;
}

/// Its transpose: y of `shape` is 0, but for the elements of x, which go where gather_strided reads
/// them. No two of them go to one place.
template <class T>
Tensor<T> scatter_strided(const Tensor<T>& x, const Shape& shape, const Strides& strides,
                          Index start) {
  auto y = Tensor<T>::uninitialized(shape);
  clear(y.data(), y.size());
  const StridedLoop<1> loop(x.shape(), {strides});
  const Index step = loop.inner()[0];
  const T* const in = x.data();
  T* const first = y.data() + start;
  loop.for_each_run([first, in, step](Index i, const std::array<Index, 1>& at, Index count) {
    T* const to = first + at[0];
    for (Index j = 0; j < count; ++j) to[j * step] = in[i + j];
  });
  return y;
}

/// x repeated along the dimensions where its size is 1 and that of `shape` is not.
template <class T>
Tensor<T> broadcast_to(const Tensor<T>& x, const Shape& shape) {
  return gather_strided(x, shape, broadcast_strides(x.shape(), shape));
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
