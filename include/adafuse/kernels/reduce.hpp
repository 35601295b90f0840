// Sums and maxima along dimensions.
//
// A sum of floats is taken in double, in chunks cut by the problem, and the chunks are added in
// order: the same bits for any number of threads, and 1e6 terms do not lose digits.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <vector>
#ifndef ADAFUSE_COMPILED
#include <adafuse/kernels/base/row_vectors.hpp>
#endif

namespace adafuse::kernels {

/// A block of dimensions between those outside of it and those inside: x[outer, count, inner].
struct Middle {
  Index outer, count, inner;
};

inline namespace ADAFUSE_SIMD {

/// What a sum of `T` is taken in.
template <class T>
using Accumulator = std::conditional_t<std::floating_point<T>, double, std::int64_t>;

/// The dimensions [first, last] of a shape as the middle.
inline Middle middle_of(const Shape& shape, Index first, Index last) {
  Middle m{1, 1, 1};
  for (Index d = 0; d < shape.rank(); ++d)
    (d < first ? m.outer : d <= last ? m.count : m.inner) *= shape[d];
  return m;
}

/// What is summed where nothing else is said: the elements.
struct ItsElements {
  template <class T>
  T operator()(T v) const {
    return v;
  }
};

/// The sum of f(x) over `count` neighbours, in sixteen interleaved strands.
template <class T, class F = ItsElements>
Accumulator<T> sum_run(const T* x, Index count, const F& f = {}) {
  constexpr Index strands = 16;
  Accumulator<T> strand[strands] = {}, sum = 0;
  Index i = 0;
  for (; i + strands <= count; i += strands)
    for (Index s = 0; s < strands; ++s) strand[s] += f(static_cast<Accumulator<T>>(x[i + s]));
  for (; i < count; ++i) sum += f(static_cast<Accumulator<T>>(x[i]));
  for (const auto& s : strand) sum += s;
  return sum;
}

/// The same of long runs of floating-point numbers as they are, in vectors: a compiler does not
/// widen floats to doubles as fast as the processor can.
template <class T>
Accumulator<T> sum_elements(const T* x, Index count) {
#ifndef ADAFUSE_COMPILED
  if constexpr (std::floating_point<T>)
    if (count >= strands_of_sums)
      return sum_of_vectors(count, [x](Index i, auto n) { return load_first(x + i, n); });
#endif
  return sum_run(x, count);
}

/// y[o, i] = sum over r of f(x[o, r, i]), as [outer, inner].
template <class T, class F>
Tensor<Accumulator<T>> sum_middle_of(const T* x, Middle m, const F& f);

/// y[o, i] = sum over r of x[o, r, i], as [outer, inner].
template <class T>
Tensor<Accumulator<T>> sum_middle(const T* x, Middle m) {
#ifdef ADAFUSE_COMPILED
  if constexpr (std::floating_point<T>) return compiled::kernels_of<T>().sum_middle(x, m);
#endif
  return sum_middle_of(x, m, ItsElements());
}

template <class T, class F>
Tensor<Accumulator<T>> sum_middle_of(const T* x, Middle m, const F& f) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0)  // The others may be any number then.
    return Tensor<Accumulator<T>>({m.outer, m.inner});
  // Blocks of at most `rows` of the middle and `columns` of the inside are summed independently;
  // where a middle takes several blocks, their sums are a smaller problem of the same kind.
  const Index columns = std::clamp<Index>(m.inner, 1, 2048);
  const Index rows = std::max<Index>(elements_per_chunk / columns, 1);
  const Index row_blocks = std::max<Index>((m.count + rows - 1) / rows, 1);
  const Index column_blocks = (m.inner + columns - 1) / columns;
  const Index block_size = std::clamp<Index>(m.count, 1, rows) * columns;
  Tensor<Accumulator<T>> y({m.outer, row_blocks, m.inner});
  Accumulator<T>* const out = y.data();

  const auto sum_block = [=, &f](Index o, Index row_block, Index column_block) {
    const Index first = row_block * rows, last = std::min(m.count, first + rows);
    const Index left = column_block * columns, width = std::min(m.inner - left, columns);
    const T* __restrict from = x + (o * m.count + first) * m.inner + left;
    Accumulator<T>* __restrict to = out + (o * row_blocks + row_block) * m.inner + left;
    if (m.inner == 1) {
      if constexpr (std::is_same_v<F, ItsElements>)
        *to = sum_elements(from, last - first);
      else
        *to = sum_run(from, last - first, f);
      return;
    }
    Index r =
        first;  // Four rows at a time, added in the same order: `to` is read and written once.
    const auto at = [&](const T* row, Index i) { return f(static_cast<Accumulator<T>>(row[i])); };
    for (; r + 4 <= last; r += 4, from += 4 * m.inner)
      for (Index i = 0; i < width; ++i)
        to[i] = to[i] + at(from, i) + at(from + m.inner, i) + at(from + 2 * m.inner, i) +
                at(from + 3 * m.inner, i);
    for (; r < last; ++r, from += m.inner)
      for (Index i = 0; i < width; ++i) to[i] += at(from, i);
  };
  parallel_for(m.outer * row_blocks * column_blocks, elements_per_chunk / block_size,
               Work::elements(6 * block_size), [&](Index begin, Index end) {
                 for (Index block = begin; block < end; ++block)
                   sum_block(block / column_blocks / row_blocks, block / column_blocks % row_blocks,
                             block % column_blocks);
               });
  if (row_blocks > 1) return sum_middle(y.data(), {m.outer, row_blocks, m.inner});
  return y.reshape({m.outer, m.inner});
}

/// The sum of f(x) over those dimensions in which `shape`, aligned at the last, is missing or has
/// size 1; `shape` broadcasts to x's. `f` is a function of what sums are taken in.
template <class T, class F>
Tensor<Accumulator<T>> sum_of(const Tensor<T>& x, const Shape& shape, const F& f) {
  using A = Accumulator<T>;
  Shape left = x.shape();  // what is left to sum
  const Index missing = x.rank() - shape.rank();
  const auto reduced = [&](Index d) {
    return (d < missing || shape[d - missing] == 1) && left[d] != 1;
  };
  Tensor<A> sum;
  for (Index last = x.rank() - 1; last >= 0; --last) {
    if (!reduced(last)) continue;
    Index first = last;
    while (first > 0 && (reduced(first - 1) || left[first - 1] == 1)) --first;
    const Middle m = middle_of(left, first, last);
    if constexpr (std::is_same_v<F, ItsElements>)
      sum = sum.defined() ? sum_middle(sum.data(), m) : sum_middle(x.data(), m);
    else
      sum = sum.defined() ? sum_middle(sum.data(), m) : sum_middle_of(x.data(), m, f);
    for (Index d = first; d <= last; ++d) left = left.with(d, 1);
    last = first;
  }
  if (sum.defined()) return sum.reshape(shape);
  auto alone = Tensor<A>::uninitialized(shape);
  std::transform(x.begin(), x.end(), alone.begin(), [&f](T v) { return f(static_cast<A>(v)); });
  return alone;
}

/// The sum over those dimensions in which `shape`, aligned at the last, is missing or has size 1.
/// `shape` broadcasts to x's: this is the transpose of broadcast_to.
template <class T>
Tensor<T> sum_to(const Tensor<T>& x, const Shape& shape) {
  if (x.size() == shape.size() && x.size() > 0) return x.reshape(shape);
  const auto sum = sum_of(x, shape, ItsElements());
  if constexpr (std::same_as<Accumulator<T>, T>)
    return sum;
  else
    return sum.template cast<T>();
}

/// The element of `count` neighbours that none of the others is `better` than, or a NaN where there
/// is one. `better` compares numbers: > or <. Several vectors at a time: a comparison takes as long
/// as it takes to begin some others.
template <class T, class Better>
T best_of_run(const T* x, Index count, const Better& better) {
  constexpr Index strands = 64;
  T best[strands];
  std::fill_n(best, strands, x[0]);
  std::int32_t nans[strands] = {};
  Index i = 0;
  for (; i + strands <= count; i += strands)
    for (Index s = 0; s < strands; ++s) {
      const T v = x[i + s];
      best[s] = better(v, best[s]) ? v : best[s];
      nans[s] |= is_nan(v) ? 1 : 0;
    }
  T top = x[0];
  const auto add = [&](T v) {
    if (better(v, top) || is_nan(v)) top = is_nan(top) ? top : v;
  };
  if (i > 0) std::for_each(best, best + strands, add);
  for (; i < count; ++i) add(x[i]);
  if (std::any_of(nans, nans + strands, [](std::int32_t n) { return n != 0; }))
    for (i = 0; !is_nan(top); ++i)
      if (is_nan(x[i])) top = x[i];
  return top;
}

/// The position of the first of `count` neighbours that is `top`, which may be NaN and is there.
template <class T>
Index find_in_run(const T* x, Index count, T top) {
  constexpr Index looked_at = 32;
  Index i = 0;
  if (!is_nan(top)) {
    for (; i + looked_at <= count; i += looked_at) {
      int found = 0;
      for (Index s = 0; s < looked_at; ++s) found |= equals(x[i + s], top) ? 1 : 0;
      if (found != 0) break;
    }
    while (!equals(x[i], top)) ++i;
    return i;
  }
  while (!is_nan(x[i])) ++i;
  return i;
}

/// The first of the best of many neighbours, in parts that are cut by their number alone.
template <class T, class Better>
Index first_best_of_long_run(const T* x, Index count, const Better& better) {
  const Index parts = (count - 1) / elements_per_chunk + 1;
  const auto length = [count](Index p) {
    return std::min(elements_per_chunk, count - p * elements_per_chunk);
  };
  std::vector<T> tops(static_cast<std::size_t>(parts));
  parallel_for(parts, 1, Work::elements(4 * elements_per_chunk), [&](Index begin, Index end) {
    for (Index p = begin; p < end; ++p)
      tops[static_cast<std::size_t>(p)] =
          best_of_run(x + p * elements_per_chunk, length(p), better);
  });
  const T top = best_of_run(tops.data(), parts, better);
  const Index p = find_in_run(tops.data(), parts, top);
  return p * elements_per_chunk + find_in_run(x + p * elements_per_chunk, length(p), top);
}

/// The position along dimension `dim` of the first element that none of the others is `better`
/// than, or of the first NaN. x's shape without `dim`, which is not empty.
template <class T, class Better>
Tensor<std::int64_t> first_best(const Tensor<T>& x, Index dim, const Better& better) {
  Shape shape;
  for (Index d = 0; d < x.rank(); ++d)
    if (d != dim) shape.push_back(x.size(d));
  Tensor<std::int64_t> y(shape);
  if (y.size() == 0) return y;
  const Middle m = middle_of(x.shape(), dim, dim);
  const T* const in = x.data();
  std::int64_t* const out = y.data();
  if (m.inner == 1 && m.count >= 4 * elements_per_chunk) {
    for (Index o = 0; o < m.outer; ++o)
      out[o] = first_best_of_long_run(in + o * m.count, m.count, better);
    return y;
  }
  constexpr Index most_columns = 256;
  const Index columns = std::min(m.inner, most_columns);
  const Index blocks = (m.inner + columns - 1) / columns;
  const auto block_of_columns = [=, &better](Index o, Index left, Index width) {
    const T* row = in + o * m.count * m.inner + left;
    std::int64_t* const best = out + o * m.inner + left;
    T top[most_columns];
    std::copy_n(row, width, top);
    for (Index r = 1; r < m.count; ++r) {
      row += m.inner;
      for (Index i = 0; i < width; ++i) {
        const bool comes = better(row[i], top[i]) || (is_nan(row[i]) && !is_nan(top[i]));
        top[i] = comes ? row[i] : top[i];
        best[i] = comes ? r : best[i];
      }
    }
  };
  parallel_for(m.outer * blocks, elements_per_chunk / std::max<Index>(m.count * columns, 1),
               Work::elements(4 * m.count * columns), [&](Index begin, Index end) {
                 for (Index block = begin; block < end; ++block) {
                   const Index o = block / blocks, left = block % blocks * columns;
                   if (m.inner == 1)
                     out[o] = find_in_run(in + o * m.count, m.count,
                                          best_of_run(in + o * m.count, m.count, better));
                   else
                     block_of_columns(o, left, std::min(columns, m.inner - left));
                 }
               });
  return y;
}

/// The position along dimension `dim` of the first of the largest elements; a NaN counts as larger
/// than any number. x's shape without `dim`, which is not empty.
template <class T>
Tensor<std::int64_t> argmax(const Tensor<T>& x, Index dim) {
  return first_best(x, dim, [](T a, T b) { return a > b; });
}

/// The same of the smallest; here a NaN counts as smaller than any number.
template <class T>
Tensor<std::int64_t> argmin(const Tensor<T>& x, Index dim) {
  return first_best(x, dim, [](T a, T b) { return a < b; });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
