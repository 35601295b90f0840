// Sums and maxima along dimensions.
//
// A sum of floats is taken in double, in chunks cut by the problem, and the chunks are added in
// order: the same bits for any number of threads, and 1e6 terms do not lose digits.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <vector>

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
      *to = sum_run(from, last - first, f);
      return;
    }
    for (Index r = first; r < last; ++r, from += m.inner)
      for (Index i = 0; i < width; ++i) to[i] += f(static_cast<Accumulator<T>>(from[i]));
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

/// The first of `count` neighbours that none of the others `beats`: in two passes that are vectors,
/// for the largest number and then for the first that it does not beat. Several vectors at a time:
/// a comparison takes as long as it takes to begin six others.
template <class T, class Beats>
Index first_unbeaten_of_run(const T* x, Index count, const Beats& beats) {
  constexpr Index strands = 64;
  T top = x[0];
  Index i = 0;
  if (count >= strands) {
    T best[strands];
    std::copy_n(x, strands, best);
    for (i = strands; i + strands <= count; i += strands)
      for (Index s = 0; s < strands; ++s) best[s] = beats(x[i + s], best[s]) ? x[i + s] : best[s];
    for (const T v : best) top = beats(v, top) ? v : top;
  }
  for (; i < count; ++i) top = beats(x[i], top) ? x[i] : top;
  constexpr Index looked_at = 16;
  for (i = 0; i + looked_at <= count; i += looked_at) {
    int unbeaten = 0;
    for (Index s = 0; s < looked_at; ++s) unbeaten += beats(top, x[i + s]) ? 0 : 1;
    if (unbeaten > 0) break;
  }
  while (beats(top, x[i])) ++i;
  return i;
}

/// The same of many neighbours, in parts that are cut by their number alone.
template <class T, class Beats>
Index first_unbeaten_of_long_run(const T* x, Index count, const Beats& beats) {
  const Index parts = (count - 1) / elements_per_chunk + 1;
  std::vector<Index> firsts(static_cast<std::size_t>(parts));
  parallel_for(parts, 1, Work::elements(4 * elements_per_chunk), [&](Index begin, Index end) {
    for (Index p = begin; p < end; ++p) {
      const Index start = p * elements_per_chunk;
      firsts[static_cast<std::size_t>(p)] =
          start +
          first_unbeaten_of_run(x + start, std::min(elements_per_chunk, count - start), beats);
    }
  });
  Index best = firsts[0];
  for (const Index first : firsts) best = beats(x[first], x[best]) ? first : best;
  return best;
}

/// The position along dimension `dim` of the first element that none of the others `beats`. x's
/// shape without `dim`, which is not empty.
template <class T, class Beats>
Tensor<std::int64_t> first_unbeaten(const Tensor<T>& x, Index dim, const Beats& beats) {
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
      out[o] = first_unbeaten_of_long_run(in + o * m.count, m.count, beats);
    return y;
  }
  constexpr Index most_columns = 256;
  const Index columns = std::min(m.inner, most_columns);
  const Index blocks = (m.inner + columns - 1) / columns;
  const auto block_of_columns = [=, &beats](Index o, Index left, Index width) {
    const T* row = in + o * m.count * m.inner + left;
    std::int64_t* const best = out + o * m.inner + left;
    T top[most_columns];
    std::copy_n(row, width, top);
    for (Index r = 1; r < m.count; ++r) {
      row += m.inner;
      for (Index i = 0; i < width; ++i) {
        const bool better = beats(row[i], top[i]);
        top[i] = better ? row[i] : top[i];
        best[i] = better ? r : best[i];
      }
    }
  };
  parallel_for(m.outer * blocks, elements_per_chunk / std::max<Index>(m.count * columns, 1),
               Work::elements(4 * m.count * columns), [&](Index begin, Index end) {
                 for (Index block = begin; block < end; ++block) {
                   const Index o = block / blocks, left = block % blocks * columns;
                   if (m.inner == 1)
                     out[o] = first_unbeaten_of_run(in + o * m.count, m.count, beats);
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
  return first_unbeaten(x, dim, [](T a, T b) { return a > b || (a != a && b == b); });
}

/// The same of the smallest; here a NaN counts as smaller than any number.
template <class T>
Tensor<std::int64_t> argmin(const Tensor<T>& x, Index dim) {
  return first_unbeaten(x, dim, [](T a, T b) { return a < b || (a != a && b == b); });
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
