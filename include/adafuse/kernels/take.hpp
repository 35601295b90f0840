// Elements by position: take reads a list of positions, put adds to them. The same for rows by
// number: take_rows, put_rows. Each is the other's transpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/base/runs.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <algorithm>
#include <bit>
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

/// Whether some position may be in `index` more than `few` times. Positions are counted in buckets,
/// some four to a bucket where they are spread: only a bucket that is too full may hold such a one.
inline bool may_repeat(const Tensor<std::int64_t>& index, std::uint8_t few) {
  const auto buckets = std::bit_ceil(static_cast<std::uint64_t>(index.size()) / 4 + 2);
  const int shift = 64 - std::countr_zero(buckets);
  std::vector<std::uint8_t> counts(static_cast<std::size_t>(buckets));
  std::uint8_t most = 0;
  for (const auto i : index) {
    auto& count = counts[(static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15u) >> shift];
    count = static_cast<std::uint8_t>(count + (count <= few ? 1 : 0));
    most = std::max(most, count);
  }
  return most > few;
}

/// y = 0, then y[index[i]] += x[i] for each i in order. On one thread: positions may repeat. Where
/// a position may have many terms, they are added up in double.
template <class T>
Tensor<T> put(const Tensor<T>& x, const Tensor<std::int64_t>& index, const Shape& shape) {
  constexpr Index short_list = 4096;
  constexpr std::uint8_t few = 64;  // terms of one position that floats may add up
  const auto put_in = [&]<class Sum>(Tensor<Sum> y) {
    const T* const from = x.data();
    const std::int64_t* const at = index.data();
    Sum* const to = y.data();
    for (Index i = 0; i < x.size(); ++i) to[at[i]] += static_cast<Sum>(from[i]);
    return y;
  };
  if constexpr (std::is_same_v<T, float>)
    if (x.size() > short_list && may_repeat(index, few))
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
                       copy_run(from + at[first + j] * m.inner, m.inner, to + j * m.inner);
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

  /// The numbers that stand in the list, rising.
  std::vector<Index> numbers() const {
    std::vector<Index> result;
    for (Index number = 0; number + 1 < std::ssize(begins_); ++number)
      if (!of(number).empty()) result.push_back(number);
    return result;
  }

 private:
  std::vector<Index> begins_, places_;
};

namespace detail {

/// y[r] = the sum of x[j] over the j with list[j] = r, for each of `outer` rows x and y. Numbers
/// that stand once in the list are moved; the others are summed.
template <class T>
void put_columns(const T* x, Index outer, Index listed, const Occurrences& occurrences, Index count,
                 T* y) {
  std::vector<Index> from, to, repeated;
  for (Index r = 0; r < count; ++r) {
    const auto places = occurrences.of(r);
    if (places.size() > 1) repeated.push_back(r);
    if (places.size() != 1) continue;
    from.push_back(places[0]);
    to.push_back(r);
  }
  const auto put_row = [&](const T* row, T* sums) {
    std::fill_n(sums, count, T{0});
    for (std::size_t k = 0; k < from.size(); ++k) sums[to[k]] = row[from[k]];
    for (const Index r : repeated) {
      Accumulator<T> sum = 0;
      for (const Index j : occurrences.of(r)) sum += static_cast<Accumulator<T>>(row[j]);
      sums[r] = static_cast<T>(sum);
    }
  };
  parallel_for(outer, 1 + elements_per_chunk / (count + listed), Work::elements(count + 4 * listed),
               [&](Index begin, Index end) {
                 for (Index o = begin; o < end; ++o) put_row(x + o * listed, y + o * count);
               });
}

/// Calls use(i, sum) for i in [0, width), where `sum` is that of x[j, i] over the places j, in
/// order. `memory` holds sums of a row.
template <class T, class Use>
void for_each_sum(const T* x, Index width, std::span<const Index> places, Accumulator<T>* memory,
                  const Use& use) {
  using Sum = Accumulator<T>;
  if (places.size() == 2) {  // by far the commonest
    const T *const a = x + places[0] * width, *const b = x + places[1] * width;
    for (Index i = 0; i < width; ++i)
      use(i, static_cast<T>(Sum{0} + static_cast<Sum>(a[i]) + static_cast<Sum>(b[i])));
    return;
  }
  std::fill_n(memory, width, Sum{0});
  for (const Index j : places)
    for (Index i = 0; i < width; ++i) memory[i] += static_cast<Sum>(x[j * width + i]);
  for (Index i = 0; i < width; ++i) use(i, static_cast<T>(memory[i]));
}

}  // namespace detail

/// y[o, r, i] = the sum of x[o, j, i] over the j with rows[j] = r, in order, for y of the middle
/// `m`. Sums of floats are taken in double, each by one thread: positions may repeat, and the bits
/// are the same for any number of threads.
template <class T>
void put_rows(const T* x, Middle m, const Tensor<std::int64_t>& rows, T* y) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return;
  const Index listed = rows.size();
  const Occurrences occurrences(rows, m.count);
  if (m.inner == 1 && m.outer > 1)
    return detail::put_columns(x, m.outer, listed, occurrences, m.count, y);
  const auto numbers = occurrences.numbers();  // those in the list; all others are rows of 0
  const Index written = std::ssize(numbers);
  if (written < m.count) clear(y, m.outer * m.count * m.inner);
  if (written == 0) return;
  const Index terms = m.inner * (1 + listed / written);
  parallel_for(m.outer * written, elements_per_chunk / m.inner, Work::elements(4 * terms + 8),
               [&](Index begin, Index end) {
                 thread_local Scratch<Accumulator<T>> memory;
                 Accumulator<T>* const sum = memory(m.inner);
                 for (Index k = begin; k < end; ++k) {
                   const Index o = k / written, r = numbers[static_cast<std::size_t>(k % written)];
                   const auto places = occurrences.of(r);
                   const T* const from = x + o * listed * m.inner;
                   T* const to = y + (o * m.count + r) * m.inner;
                   if (places.size() == 1) {
                     copy_run(from + places[0] * m.inner, m.inner, to);
                     continue;
                   }
                   detail::for_each_sum(from, m.inner, places, sum,
                                        [to](Index i, T value) { to[i] = value; });
                 }
               });
}

/// y[o, r, i] = x[o, r, i] + what put_rows makes of `added`, for x and y of the middle `m`.
template <class T>
void add_rows(const T* x, const T* added, Middle m, const Tensor<std::int64_t>& rows, T* y) {
  if (m.outer == 0 || m.count == 0 || m.inner == 0) return;
  if (m.inner == 1 && m.outer > 1) {
    put_rows(added, m, rows, y);
    const Index size = m.outer * m.count;
    return parallel_for(size, elements_per_chunk, Work::elements(2), [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) y[i] = x[i] + y[i];
    });
  }
  const Index listed = rows.size();
  const Occurrences occurrences(rows, m.count);
  parallel_for(m.outer * m.count, elements_per_chunk / m.inner,
               Work::elements(m.inner * (2 + listed / m.count) + 8), [&](Index begin, Index end) {
                 thread_local Scratch<Accumulator<T>> memory;
                 Accumulator<T>* const sum = memory(m.inner);
                 for (Index k = begin; k < end; ++k) {
                   const auto places = occurrences.of(k % m.count);
                   const T* const from = added + k / m.count * listed * m.inner;
                   const T* const before = x + k * m.inner;
                   T* __restrict to = y + k * m.inner;
                   if (places.empty()) {
                     copy_run(before, m.inner, to);
                   } else if (places.size() == 1) {
                     const T* const one = from + places[0] * m.inner;
                     for (Index i = 0; i < m.inner; ++i) to[i] = before[i] + one[i];
                   } else {
                     detail::for_each_sum(
                         from, m.inner, places, sum,
                         [to, before](Index i, T value) { to[i] = before[i] + value; });
                   }
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
