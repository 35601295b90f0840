// Products along the middle dimension of x [outer, count, inner], and their gradients. Products of
// floats are taken in double.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <algorithm>
#include <cmath>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/base/row_vectors.hpp>
#endif

namespace adafuse::kernels::inline ADAFUSE_SIMD {

namespace detail {

#ifndef ADAFUSE_COMPILED
/// The product of `count` neighbours, in sixteen interleaved strands.
template <class T>
double product_of_run(const T* x, Index count) {
  constexpr Index width = Doubles::width, vectors = strands_of_sums / width;
  Doubles strands[Bound{vectors}];
  for (Doubles& v : strands) v = Doubles::of(1);
  Index i = 0;
  for (; i + strands_of_sums <= count; i += strands_of_sums)
#pragma GCC unroll 8
    for (Index v = 0; v < vectors; ++v) strands[v] = strands[v] * Doubles::load(x + i + v * width);
  double product = 1, strand[Bound{strands_of_sums}];
  for (; i < count; ++i) product *= static_cast<double>(x[i]);
  for (Index v = 0; v < vectors; ++v) strands[v].store(strand + v * width);
  for (const double s : strand) product *= s;
  return product;
}
#endif

/// Whether a product is neither 0 nor NaN, and far from either end of the range: so are its
/// factors, and all of them but one are the product divided by that one.
inline bool may_be_divided(double product) {
  const double size = std::abs(product);
  return 1e-290 < size && size < 1e290;
}

/// dx_k = dy times all x but x_k, for `count` elements `step` apart: what is before it times what
/// is behind it.
template <class T>
void product_gradient_of_column(const T* x, Index count, Index step, double dy, T* dx) {
  thread_local Scratch<double> memory;
  double* const before = memory(count);
  double product = 1;
  for (Index k = 0; k < count; product *= static_cast<double>(x[k++ * step])) before[k] = product;
  product = dy;
  for (Index k = count; k-- > 0; product *= static_cast<double>(x[k * step]))
    dx[k * step] = static_cast<T>(before[k] * product);
}

/// The same of `width` columns that are neighbours, `step` being the distance of their rows.
template <class T>
void product_gradient_of_block(const T* x, Index count, Index step, Index width, const double* y,
                               const T* dy, T* dx) {
  if (!std::all_of(y, y + width, may_be_divided)) {
    for (Index i = 0; i < width; ++i)
      product_gradient_of_column(x + i, count, step, static_cast<double>(dy[i]), dx + i);
    return;
  }
  thread_local Scratch<double> memory;
  double* const both = memory(width);
  for (Index i = 0; i < width; ++i) both[i] = y[i] * static_cast<double>(dy[i]);
  if (width == 1) {
    const double only = *both;
    for (Index k = 0; k < count; ++k)
      dx[k * step] = static_cast<T>(only / static_cast<double>(x[k * step]));
    return;
  }
  for (Index k = 0; k < count; ++k)
    for (Index i = 0; i < width; ++i)
      dx[k * step + i] = static_cast<T>(both[i] / static_cast<double>(x[k * step + i]));
}

}  // namespace detail

#ifdef ADAFUSE_COMPILED
template <class T>
Tensor<double> product_of_middle(const T* x, Middle m) {
  return compiled::kernels_of<T>().product_of_middle(x, m);
}
#else
/// y[o, i] = the product of x[o, k, i] over k, as [outer, inner]; 1 of nothing.
template <class T>
Tensor<double> product_of_middle(const T* x, Middle m) {
  auto y = Tensor<double>::ones({m.outer, m.inner});
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return y;
  double* const out = y.data();
  if (m.inner == 1) {  // Long runs in parts, cut by their length alone.
    const Index parts = (m.count - 1) / elements_per_chunk + 1;
    Tensor<double> products({m.outer * parts});
    double* const of_parts = products.data();
    parallel_for(
        m.outer * parts, 1 + elements_per_chunk / m.count,
        Work::elements(4 * std::min(m.count, elements_per_chunk)), [=](Index begin, Index end) {
          for (Index p = begin; p < end; ++p) {
            const Index start = p % parts * elements_per_chunk;
            of_parts[p] = detail::product_of_run(x + p / parts * m.count + start,
                                                 std::min(elements_per_chunk, m.count - start));
          }
        });
    for (Index p = 0; p < m.outer * parts; ++p) out[p / parts] *= of_parts[p];
    return y;
  }
  constexpr Index columns = 256;
  const Index blocks = (m.inner + columns - 1) / columns;
  parallel_for(m.outer * blocks, 1, Work::elements(4 * m.count * std::min(columns, m.inner)),
               [=](Index begin, Index end) {
                 for (Index block = begin; block < end; ++block) {
                   const Index o = block / blocks, left = block % blocks * columns;
                   const Index width = std::min(columns, m.inner - left);
                   const T* __restrict row = x + o * m.count * m.inner + left;
                   double* __restrict to = out + o * m.inner + left;
                   for (Index k = 0; k < m.count; ++k, row += m.inner)
                     for (Index i = 0; i < width; ++i) to[i] *= static_cast<double>(row[i]);
                 }
               });
  return y;
}

#endif

/// dx[o, k, i] = dy[o, i] times all x[o, l, i] but l = k, for the products y of product_of_middle.
template <class T>
void product_gradient(const T* x, Middle m, const double* y, const T* dy, T* dx) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return;
  const Index columns = std::min<Index>(m.inner, 256);
  const Index blocks = (m.inner + columns - 1) / columns;
  parallel_for(m.outer * blocks, 1 + elements_per_chunk / (m.count * columns),
               Work::elements(8 * m.count * columns), [=](Index begin, Index end) {
                 for (Index block = begin; block < end; ++block) {
                   const Index o = block / blocks, left = block % blocks * columns;
                   const Index start = o * m.count * m.inner + left, of_row = o * m.inner + left;
                   detail::product_gradient_of_block(x + start, m.count, m.inner,
                                                     std::min(columns, m.inner - left), y + of_row,
                                                     dy + of_row, dx + start);
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
