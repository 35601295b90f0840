// A matrix with few entries in each row, and its product with a middle dimension of a tensor: what
// resizing along a dimension is. The gradient is the product with the transpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/base/scratch.hpp>
#include <adafuse/kernels/base/strided_loop.hpp>
#include <adafuse/kernels/permute.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <span>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Made row by row: `add` the entries of a row, then `end_row`.
template <class T>
class SparseMatrix {
 public:
  struct Entry {
    Index column;
    T weight;
  };

  explicit SparseMatrix(Index columns) : columns_(columns) {}

  /// An entry of 0 is left out: what it would multiply may be infinite.
  void add(Index column, T weight) {
    if (!equals(weight, 0)) entries_.push_back({column, weight});
  }
  void end_row() { begins_.push_back(entries_.size()); }

  Index rows() const { return std::ssize(begins_) - 1; }
  Index columns() const { return columns_; }
  Index entries() const { return std::ssize(entries_); }
  std::span<const Entry> row(Index r) const {
    const auto begin = begins_[static_cast<std::size_t>(r)];
    return {entries_.data() + begin, begins_[static_cast<std::size_t>(r) + 1] - begin};
  }

  /// Its rows hold their entries in the order of this one's rows.
  SparseMatrix transposed() const {
    SparseMatrix result(rows());
    result.begins_.assign(static_cast<std::size_t>(columns_) + 1, 0);
    result.entries_.resize(entries_.size());
    for (const Entry& e : entries_) ++result.begins_[static_cast<std::size_t>(e.column) + 1];
    for (std::size_t k = 1; k < result.begins_.size(); ++k)
      result.begins_[k] += result.begins_[k - 1];
    auto next = result.begins_;
    for (Index r = 0; r < rows(); ++r)
      for (const Entry& e : row(r))
        result.entries_[next[static_cast<std::size_t>(e.column)]++] = {r, e.weight};
    return result;
  }

 private:
  Index columns_;
  std::vector<Entry> entries_;
  std::vector<std::size_t> begins_{0};
};

namespace detail {

/// y[i] = the sum over the entries of weight x[column, i], in `Sum`, for x [columns, inner].
template <class T, class Sum>
void add_entries(std::span<const typename SparseMatrix<T>::Entry> entries, const T* x, Index inner,
                 Sum* __restrict y) {
  std::fill_n(y, inner, Sum{0});
  for (const auto& e : entries) {
    const T* const from = x + e.column * inner;
    const auto weight = static_cast<Sum>(e.weight);
    for (Index i = 0; i < inner; ++i) y[i] += weight * static_cast<Sum>(from[i]);
  }
}

/// The same, in double where there is but one i, or where many terms would lose digits.
template <class T>
void sparse_row(std::span<const typename SparseMatrix<T>::Entry> entries, const T* x, Index inner,
                T* y) {
  constexpr std::size_t few = 256;  // terms that floats may add up
  if (inner == 1) {
    Accumulator<T> sum = 0;
    for (const auto& e : entries)
      sum += static_cast<Accumulator<T>>(e.weight) * static_cast<Accumulator<T>>(x[e.column]);
    *y = static_cast<T>(sum);
  } else if (entries.size() <= few) {
    add_entries<T>(entries, x, inner, y);
  } else {
    thread_local Scratch<Accumulator<T>> memory;
    Accumulator<T>* const sums = memory(inner);
    add_entries<T>(entries, x, inner, sums);
    for (Index i = 0; i < inner; ++i) y[i] = static_cast<T>(sums[i]);
  }
}

/// y[o, r] = the sum over row r of weight x[o, column], for `lanes` <= 16 rows o. They are
/// transposed first, so that each entry meets a vector; `memory` has 16 elements for each column
/// and row of a.
template <class T>
void sparse_product_of_rows(const SparseMatrix<T>& a, const T* x, Index lanes, T* y, T* memory) {
  constexpr Index width = 16;
  const Index rows = a.rows(), columns = a.columns();
  T* const in = memory;
  T* const out = memory + width * columns;
  if (lanes < width) std::fill_n(in, width * columns, T{0});
  transpose_block(x, columns, columns, lanes, in, width);
  for (Index r = 0; r < rows; ++r) {
    Accumulator<T> sum[width] = {};
    for (const auto& e : a.row(r)) {
      const auto weight = static_cast<Accumulator<T>>(e.weight);
      const T* const from = in + e.column * width;
      for (Index l = 0; l < width; ++l) sum[l] += weight * static_cast<Accumulator<T>>(from[l]);
    }
    for (Index l = 0; l < width; ++l) out[r * width + l] = static_cast<T>(sum[l]);
  }
  transpose_block(out, width, lanes, rows, y, rows);
}

}  // namespace detail

/// sparse_product for x [outer, a.columns()].
template <class T>
void sparse_product_along_rows(const SparseMatrix<T>& a, const T* x, Index outer, T* y) {
  const Index lanes = 16;
  const Index rows = a.rows(), columns = a.columns();
  const Index tile = lanes * (rows + columns + a.entries());
  parallel_for((outer + lanes - 1) / lanes, 1 + 2 * elements_per_chunk / tile,
               Work::elements(4 * tile), [=, &a](Index begin, Index end) {
                 thread_local Scratch<T> scratch;
                 T* const memory = scratch(lanes * (rows + columns));
                 for (Index o = begin * lanes; o < std::min(outer, end * lanes); o += lanes)
                   detail::sparse_product_of_rows(a, x + o * columns, std::min(lanes, outer - o),
                                                  y + o * rows, memory);
               });
}

/// y[o, r, i] = sum over k of a(r, k) x[o, k, i], for x of the middle `m`, which has a.columns().
template <class T>
void sparse_product(const SparseMatrix<T>& a, const T* x, Middle m, T* y) {
  const Index rows = a.rows();
  if (m.outer == 0 || m.inner == 0 || rows == 0) return;
  if (m.inner == 1 && m.outer > 2 && m.count > 0)
    return sparse_product_along_rows(a, x, m.outer, y);
  const Index terms = 1 + a.entries() / rows;
  parallel_for(m.outer * rows, elements_per_chunk / m.inner,
               Work::elements((1 + terms) * m.inner + 8), [&, rows](Index begin, Index end) {
                 Index o = begin / rows, r = begin % rows;
                 for (Index j = begin; j < end; ++j) {
                   detail::sparse_row(a.row(r), x + o * m.count * m.inner, m.inner,
                                      y + j * m.inner);
                   if (++r == rows) r = 0, ++o;
                 }
               });
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
