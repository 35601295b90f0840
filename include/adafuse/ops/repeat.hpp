// The same elements several times: expand stretches sizes of 1, repeat and tile lay copies beside
// each other, meshgrid repeats each of some lists along all the others.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/broadcast.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// x with these sizes, where its own are 1 or missing in front; -1 leaves a size as it is. Unlike
/// PyTorch's it is a copy. Throws ShapeError when x does not stretch to them.
template <Operand X>
Variable<scalar_of<X>> expand(const X& x, const std::vector<Index>& sizes) {
  const Index missing = std::ssize(sizes) - x.rank();
  require<ShapeError>(missing >= 0, "expand: ", sizes.size(), " sizes for ", x.shape());
  Shape shape;
  for (const Index size : sizes) {
    const Index d = shape.rank() - missing;
    require<ShapeError>(size >= 0 || (size == -1 && d >= 0), "expand: size ", size,
                        " of dimension ", shape.rank(), " of the result of ", x.shape());
    shape.push_back(size == -1 ? x.size(d) : size);
  }
  return broadcast_to(x, shape);
}

/// x laid `counts[d]` times one after the other along each dimension d; more counts than dimensions
/// are of new ones in front. Throws ShapeError when there are fewer.
template <Operand X>
Variable<scalar_of<X>> repeat(const X& input, const std::vector<Index>& counts) {
  const Variable<scalar_of<X>> x = input;
  const Index missing = std::ssize(counts) - x.rank();
  require<ShapeError>(missing >= 0, "repeat: ", counts.size(), " counts for ", x.shape());
  Shape shape;
  for (Index d = 0; d < std::ssize(counts); ++d)
    shape.push_back(d < missing ? 1 : x.size(d - missing));
  Variable<scalar_of<X>> y = reshape(x, shape);
  // All at once, where what lies together is worth a run: [n0, n1] -> [c0, n0, c1, n1].
  constexpr Index long_run = 64;
  if (2 * shape.rank() <= Shape::max_rank && shape.rank() > 0 && shape[-1] >= long_run) {
    Shape thin, wide, result;
    for (Index d = 0; d < shape.rank(); ++d) {
      const Index count = counts[static_cast<std::size_t>(d)];
      require<ValueError>(count >= 0, "repeat: count ", count, " of dimension ", d);
      const auto total = Checked(count) * shape[d];
      require<ShapeError>(total.fits(), "repeat: too many elements");
      for (const Index size : {Index{1}, shape[d]}) thin.push_back(size);
      for (const Index size : {count, shape[d]}) wide.push_back(size);
      result.push_back(total.value());
    }
    return reshape(broadcast_to(reshape(y, thin), wide), result);
  }
  // From the last dimension to the first: what is copied again lies together by then.
  for (Index d = shape.rank() - 1; d >= 0; --d) {
    const Index count = counts[static_cast<std::size_t>(d)];
    require<ValueError>(count >= 0, "repeat: count ", count, " of dimension ", d);
    if (count == 1) continue;
    const auto total = Checked(count) * shape[d];
    require<ShapeError>(total.fits(), "repeat: too many elements");
    shape = shape.with(d, total.value());
    const auto m = kernels::middle_of(y.shape(), d, shape.rank() - 1);
    y = reshape(broadcast_to(reshape(y, {m.outer, 1, m.count}), {m.outer, count, m.count}), shape);
  }
  return y;
}

/// The same; fewer counts than dimensions are of the last ones.
template <Operand X>
Variable<scalar_of<X>> tile(const X& x, const std::vector<Index>& counts) {
  std::vector<Index> all(
      static_cast<std::size_t>(std::max<Index>(x.rank() - std::ssize(counts), 0)), 1);
  all.insert(all.end(), counts.begin(), counts.end());
  return repeat(x, all);
}

/// Which of the first two lists of a meshgrid runs along the rows of the results.
enum class GridIndexing {
  ij,  ///< the first, as indices of a matrix
  xy   ///< the second: x counts columns
};
/// What meshgrid is told.
struct MeshgridOptions {
  GridIndexing indexing = GridIndexing::ij;  ///< Rows are the first list's unless said.
};

/// For lists of sizes n_0, n_1, ... as many tensors [n_0, n_1, ...]: y_k[i_0, i_1, ...] =
/// list_k[i_k]. A list is of rank 1 or 0. By `xy` the first two dimensions are exchanged.
template <Operand X>
std::vector<Variable<scalar_of<X>>> meshgrid(const std::vector<X>& lists,
                                             MeshgridOptions options = {}) {
  require<ValueError>(!lists.empty(), "meshgrid: no lists");
  const auto place = [&](std::size_t k) {
    const bool exchanged = options.indexing == GridIndexing::xy && lists.size() > 1 && k < 2;
    return static_cast<Index>(exchanged ? 1 - k : k);
  };
  Shape shape;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    const X& list = lists[static_cast<std::size_t>(place(k))];
    require<ShapeError>(list.rank() <= 1, "meshgrid: expects lists, got ", list.shape());
    shape.push_back(list.size());
  }
  std::vector<Variable<scalar_of<X>>> result;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    Shape thin;
    for (Index d = 0; d < shape.rank(); ++d) thin.push_back(d == place(k) ? shape[d] : 1);
    result.push_back(broadcast_to(reshape(lists[k], thin), shape));
  }
  return result;
}
template <Operand X>
std::vector<Variable<scalar_of<X>>> meshgrid(std::initializer_list<X> lists,
                                             MeshgridOptions options = {}) {
  return meshgrid(std::vector<X>(lists), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
