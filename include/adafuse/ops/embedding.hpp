// Words as rows: embedding looks them up in a table, one_hot names them by a 1 among zeros.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/take.hpp>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

/// What embedding is told.
struct EmbeddingOptions {
  std::optional<Index> padding_idx = {};  ///< a row that learns nothing; -1 is the last
};

/// y[..., d] = weight[indices[...], d], for weight [V, D] and indices of any shape. The gradient of
/// a row is the sum over all places that read it, in order, and 0 for the row padding_idx. Throws
/// ValueError for an index outside of [0, V).
template <Operand W>
Variable<scalar_of<W>> embedding(const Tensor<std::int64_t>& indices, const W& table,
                                 EmbeddingOptions options = {}) {
  using T = scalar_of<W>;
  const Variable<T> weight = table;
  require<ShapeError>(weight.rank() == 2, "embedding: expects weight [V,D], got ", weight.shape());
  const Index words = weight.size(0);
  const Index padding = options.padding_idx.value_or(0);
  require<ValueError>(-words <= padding && padding < std::max<Index>(words, 1),
                      "embedding: padding_idx ", padding, " is outside of weight ", weight.shape());
  const auto list = elements_of(indices, "embedding").reshape({-1});
  detail::require_rows("embedding", list, weight.shape(), 0, 0);
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));

  // dweight_r = sum of dy_j over the j with index r, but for the row of padding: its places are
  // left out.
  const Index ignored = !options.padding_idx ? -1 : padding < 0 ? padding + words : padding;
  return record(
      "embedding", detail::take_rows(weight.value(), 0, list).reshape(shape), {weight},
      [list = Saved("indices", list), ignored, words,
       width = weight.size(1)](const Variable<T>& dy) -> Gradients<T> {
        const auto& rows = list.value();
        const Variable<T> read = reshape(dy, {rows.size(), width});
        if (ignored < 0) return {detail::put_rows(read, 0, rows, words)};
        std::vector<std::int64_t> places, kept;
        for (Index j = 0; j < rows.size(); ++j)
          if (const auto row = rows.data()[j]; row != ignored) {
            places.push_back(j);
            kept.push_back(row);
          }
        const Shape count{std::ssize(kept)};
        return {detail::put_rows(detail::take_rows(read, 0, Tensor<std::int64_t>(count, places)), 0,
                                 Tensor<std::int64_t>(count, kept), words)};
      });
}

/// y[..., k] = [k = labels[...]]: labels of any shape -> one more dimension of `classes`, or of as
/// many as the largest label asks for when that is -1. `one_hot<float>(labels, 10)` gives floats.
/// Throws ValueError for a label outside of [0, classes).
template <Scalar T = std::int64_t>
Tensor<T> one_hot(const Tensor<std::int64_t>& labels, Index classes = -1) {
  const auto list = elements_of(labels, "one_hot");
  require<ValueError>(classes >= -1, "one_hot: classes is a number or -1, got ", classes);
  if (classes == -1) {
    require<ValueError>(list.size() > 0, "one_hot: no labels to count classes by");
    const auto largest = *std::max_element(list.values().begin(), list.values().end());
    require<ValueError>(largest < std::numeric_limits<Index>::max(), "one_hot: label ", largest,
                        " is too large");
    classes = std::max<Index>(largest + 1, 0);
  }
  for (Index n = 0; n < list.size(); ++n)
    require<ValueError>(0 <= list.data()[n] && list.data()[n] < classes, "one_hot: label ",
                        list.data()[n], " at position ", n, " is outside of [0, ", classes, ")");
  Shape shape = list.shape();
  shape.push_back(classes);
  auto y = Tensor<T>::uninitialized(shape);
  T* row = y.data();
  kernels::clear(row, y.size());
  for (const auto label : list) {
    row[label] = 1;
    row += classes;
  }
  return y;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
