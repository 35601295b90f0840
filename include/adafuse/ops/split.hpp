// A tensor in parts along a dimension: what cat joins.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/shape.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// Parts of these sizes, one after the other along `dim`. Throws ShapeError when they do not add up
/// to its size.
template <Operand X>
std::vector<Variable<scalar_of<X>>> split(const X& input, const std::vector<Index>& sizes,
                                          Index dim = 0) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "split")[0];
  Checked total = 0;
  bool positive = true;
  for (const Index size : sizes) {
    positive = positive && size >= 0;
    total = total + size;
  }
  require<ShapeError>(positive && total.fits() && total.value() == x.size(axis),
                      "split: ", sizes.size(), " sizes do not add up to dimension ", dim, " of ",
                      x.shape());
  std::vector<Variable<scalar_of<X>>> parts;
  Index start = 0;
  for (const Index size : sizes) {
    parts.push_back(detail::slice(x, axis, start, size, 1));
    start += size;
  }
  return parts;
}
template <Operand X>
std::vector<Variable<scalar_of<X>>> split(const X& x, std::initializer_list<Index> sizes,
                                          Index dim = 0) {
  return split(x, std::vector<Index>(sizes), dim);
}

/// Parts of `size` positions along `dim`, the last of what is left; one part of an empty dimension.
/// Throws ValueError unless size > 0.
template <Operand X>
std::vector<Variable<scalar_of<X>>> split(const X& input, Index size, Index dim = 0) {
  const Variable<scalar_of<X>> x = input;
  const Index axis = Dims(dim).of(x.shape(), "split")[0], all = x.size(axis);
  require<ValueError>(size > 0, "split: expects a size above 0, got ", size);
  std::vector<Variable<scalar_of<X>>> parts;
  Index start = 0;
  do {
    const Index count = std::min(size, all - start);
    parts.push_back(detail::slice(x, axis, start, count, 1));
    start += count;
  } while (start < all);
  return parts;
}

/// At most `chunks` parts along `dim`, of equal size but for the last: of ceil(size / chunks)
/// positions. Throws ValueError unless chunks > 0.
template <Operand X>
std::vector<Variable<scalar_of<X>>> chunk(const X& x, Index chunks, Index dim = 0) {
  const Index axis = Dims(dim).of(x.shape(), "chunk")[0], size = x.size(axis);
  require<ValueError>(chunks > 0, "chunk: expects a number of chunks above 0, got ", chunks);
  return split(x, std::max<Index>(size / chunks + (size % chunks > 0), 1), axis);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
