// Where a tensor is not 0.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/ops/tensor_like.hpp>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {

namespace detail {

/// Writes the indices of the `count` elements that are not 0 in x from position `begin` on, where
/// the last of them is before the end of x.
template <class T>
void write_nonzero(const Tensor<T>& x, Index begin, Index count, std::int64_t* row) {
  const Index rank = x.rank(), width = x.size(-1);
  std::array<Index, Shape::max_rank> at{};
  const auto index = [&at](Index d) -> Index& { return at[static_cast<std::size_t>(d)]; };
  Index rest = begin;
  for (Index d = rank - 1; d >= 0; rest /= x.size(d), --d) index(d) = rest % x.size(d);
  const T* from = x.data() + begin;
  for (;;) {
    // Each element writes a row, which is kept where it is not 0: there is no jump to guess.
    for (Index j = index(rank - 1); j < width; ++j, ++from) {
      for (Index d = 0; d + 1 < rank; ++d) row[d] = index(d);
      row[rank - 1] = j;
      const Index found = *from == 0 ? 0 : 1;
      row += found * rank;
      count -= found;
      if (count == 0) return;  // What lies behind may be another chunk's.
    }
    index(rank - 1) = 0;
    for (Index d = rank - 2; d >= 0 && ++index(d) == x.size(d); --d) index(d) = 0;
  }
}

}  // namespace detail

/// The indices of the elements that are not 0, in order: [count, rank of x]. A NaN is not 0.
template <TensorLike X>
Tensor<std::int64_t> nonzero(const X& input) {
  const auto x = elements_of(input, "nonzero");
  constexpr Index chunk = Index{1} << 14;
  const Index chunks = (x.size() + chunk - 1) / chunk;
  // Chunk number c writes the rows from starts[c] on.
  std::vector<Index> starts(static_cast<std::size_t>(chunks) + 1);
  const auto start = [&starts](Index c) -> Index& { return starts[static_cast<std::size_t>(c)]; };
  parallel_for(chunks, 1, Work::elements(chunk), [&](Index first, Index last) {
    for (Index c = first; c < last; ++c) {
      const auto* const from = x.data() + c * chunk;
      const Index size = std::min(chunk, x.size() - c * chunk);
      start(c + 1) = size - std::count(from, from + size, 0);
    }
  });
  for (Index c = 0; c < chunks; ++c) start(c + 1) += start(c);
  auto y = Tensor<std::int64_t>::uninitialized({start(chunks), x.rank()});
  if (y.size() == 0) return y;
  std::int64_t* const rows = y.data();
  parallel_for(chunks, 1, Work::elements(4 * (1 + x.rank()) * chunk), [&](Index first, Index last) {
    for (Index c = first; c < last; ++c)
      if (const Index count = start(c + 1) - start(c); count > 0)
        detail::write_nonzero(x, c * chunk, count, rows + start(c) * x.rank());
  });
  return y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
