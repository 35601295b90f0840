// Elements by position: take reads a list of positions, put adds to them. The same for rows by
// number: take_rows, put_rows. Each is the other's transpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <span>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// y[i] = x[index[i]], where positions count the elements of x in order. y has index's shape.
template <class T>
Tensor<T> take(const Tensor<T>& x, const Tensor<std::int64_t>& index) {
  auto y = Tensor<T>::uninitialized(index.shape());
  const T* const from = x.data();
  const std::int64_t* const at = index.data();
  T* const to = y.data();
  parallel_for(y.size(), elements_per_chunk, Work::elements(4), [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) to[i] = from[at[i]];
  });
  return y;
}

/// How many elements of `index` repeat a position in [0, size) that came before.
inline Index repeats(const Tensor<std::int64_t>& index, Index size) {
  std::vector<bool> seen(static_cast<std::size_t>(size));
  Index count = 0;
  for (const auto i : index) {
    auto bit = seen[static_cast<std::size_t>(i)];
    count += bit ? 1 : 0;
    bit = true;
  }
  return count;
}

/// y = 0, then y[index[i]] += x[i] for each i in order. On one thread: positions may repeat. Where
/// a position may have many terms, they are added up in double.
template <class T>
Tensor<T> put(const Tensor<T>& x, const Tensor<std::int64_t>& index, const Shape& shape) {
  constexpr Index few = 4096;  // terms that floats may add up
  const auto put_in = [&]<class Sum>(Tensor<Sum> y) {
    for (Index i = 0; i < x.size(); ++i) y.data()[index.data()[i]] += static_cast<Sum>(x.data()[i]);
    return y;
  };
  if constexpr (std::is_same_v<T, float>)
    if (x.size() > few && repeats(index, shape.size()) > few)
      return put_in(Tensor<double>(shape)).template cast<T>();
  return put_in(Tensor<T>(shape));
}

/// y[o, j, i] = x[o, rows[j], i], for x of the middle `m`.
template <class T>
void take_rows(const T* x, Middle m, const Tensor<std::int64_t>& rows, T* y) {
  const Index listed = rows.size();
  if (m.outer == 0 || m.inner == 0 || listed == 0) return;
  const std::int64_t* const at = rows.data();
  parallel_for(m.outer * listed, elements_per_chunk / m.inner, Work::elements(m.inner + 8),
               [=](Index begin, Index end) {
                 while (begin < end) {  // the part of one outer position
                   const Index o = begin / listed, first = begin - o * listed;
                   const Index count = std::min(end - begin, listed - first);
                   const T* const from = x + o * m.count * m.inner;
                   T* const to = y + begin * m.inner;
                   if (m.inner == 1)
                     for (Index j = 0; j < count; ++j) to[j] = from[at[first + j]];
                   else
                     for (Index j = 0; j < count; ++j)
                       std::copy_n(from + at[first + j] * m.inner, m.inner, to + j * m.inner);
                   begin += count;
                 }
               });
}

/// The places in a list of numbers in [0, count) at which each number stands, in order.
class Occurrences {
 public:
  Occurrences(const Tensor<std::int64_t>& list, Index count)
      : begins_(static_cast<std::size_t>(count) + 1),
        places_(static_cast<std::size_t>(list.size())) {
    for (const auto number : list) ++begins_[static_cast<std::size_t>(number) + 1];
    for (std::size_t k = 1; k < begins_.size(); ++k) begins_[k] += begins_[k - 1];
    auto next = begins_;
    Index place = 0;
    for (const auto number : list)
      places_[static_cast<std::size_t>(next[static_cast<std::size_t>(number)]++)] = place++;
  }

  std::span<const Index> of(Index number) const {
    const auto k = static_cast<std::size_t>(number);
    return {places_.data() + begins_[k], places_.data() + begins_[k + 1]};
  }

 private:
  std::vector<Index> begins_, places_;
};

/// y[o, r, i] = the sum of x[o, j, i] over the j with rows[j] = r, in order, for y of the middle
/// `m`. Sums of floats are taken in double, each by one thread: positions may repeat, and the bits
/// are the same for any number of threads.
template <class T>
void put_rows(const T* x, Middle m, const Tensor<std::int64_t>& rows, T* y) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return;
  const Index listed = rows.size();
  const Occurrences occurrences(rows, m.count);
  const Index terms = m.inner * (1 + listed / m.count);
  parallel_for(
      m.outer * m.count, elements_per_chunk / m.inner, Work::elements(4 * terms + 8),
      [&](Index begin, Index end) {
        thread_local Scratch<Accumulator<T>> memory;
        Accumulator<T>* const sum = memory(m.inner);
        for (Index r = begin; r < end; ++r) {
          const auto places = occurrences.of(r % m.count);
          const T* const from = x + r / m.count * listed * m.inner;
          T* const to = y + r * m.inner;
          if (places.size() == 1) {
            std::copy_n(from + places[0] * m.inner, m.inner, to);
            continue;
          }
          if (places.empty()) {  // and so are most of a large table: those behind it too
            Index rows_of_0 = 1;
            while (r + rows_of_0 < end && occurrences.of((r + rows_of_0) % m.count).empty())
              ++rows_of_0;
            std::fill_n(to, rows_of_0 * m.inner, T{0});
            r += rows_of_0 - 1;
            continue;
          }
          std::fill_n(sum, m.inner, Accumulator<T>{0});
          for (const Index j : places)
            for (Index i = 0; i < m.inner; ++i)
              sum[i] += static_cast<Accumulator<T>>(from[j * m.inner + i]);
          for (Index i = 0; i < m.inner; ++i) to[i] = static_cast<T>(sum[i]);
        }
      });
}

/// y[o, j, i] = x[o, index[o, j, i], i], for x of the middle `m` and an index [m.outer, listed,
/// m.inner]; it may have fewer of the outer ones.
template <class T>
void gather_along(const T* x, Middle m, const Tensor<std::int64_t>& index, Index listed, T* y) {
  const Index block = listed * m.inner;
  if (index.size() == 0) return;
  const std::int64_t* const at = index.data();
  parallel_for(index.size() / block, elements_per_chunk / block, Work::elements(4 * block),
               [=](Index begin, Index end) {
                 for (Index o = begin; o < end; ++o) {
                   const T* const from = x + o * m.count * m.inner;
                   const std::int64_t* const number = at + o * block;
                   T* const to = y + o * block;
                   if (m.inner == 1)
                     for (Index j = 0; j < listed; ++j) to[j] = from[number[j]];
                   else
                     for (Index j = 0, k = 0; j < listed; ++j)
                       for (Index i = 0; i < m.inner; ++i, ++k)
                         to[k] = from[number[k] * m.inner + i];
                 }
               });
}

namespace detail {

/// y[index[j, i], i] += x[j, i] for one block, in order.
template <class T, class Sum>
void scatter_block(const T* x, const std::int64_t* index, Index listed, Index inner, Sum* y) {
  for (Index j = 0, k = 0; j < listed; ++j)
    for (Index i = 0; i < inner; ++i, ++k) y[index[k] * inner + i] += static_cast<Sum>(x[k]);
}

}  // namespace detail

/// Its transpose: y[o, r, i] = the sum of x[o, j, i] over the j with index[o, j, i] = r, in order,
/// for y of the middle `m`. Where there may be many terms, they are added up in double.
template <class T>
void scatter_along(const T* x, const Tensor<std::int64_t>& index, Index listed, Middle m, T* y) {
  constexpr Index few = 4096;  // terms that floats may add up
  const Index block = listed * m.inner, size = m.count * m.inner;
  if (m.outer == 0 || size == 0) return;
  const Index blocks = block == 0 ? 0 : index.size() / block;
  const std::int64_t* const at = index.data();
  parallel_for(m.outer, elements_per_chunk / (size + block), Work::elements(size + 4 * block),
               [=](Index begin, Index end) {
                 for (Index o = begin; o < end; ++o) {
                   T* const to = y + o * size;
                   std::fill_n(to, size, T{0});
                   if (o >= blocks) continue;
                   const T* const from = x + o * block;
                   if (listed <= few) {
                     detail::scatter_block(from, at + o * block, listed, m.inner, to);
                     continue;
                   }
                   thread_local Scratch<Accumulator<T>> memory;
                   Accumulator<T>* const sums = memory(size);
                   std::fill_n(sums, size, Accumulator<T>{0});
                   detail::scatter_block(from, at + o * block, listed, m.inner, sums);
                   for (Index r = 0; r < size; ++r) to[r] = static_cast<T>(sums[r]);
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
