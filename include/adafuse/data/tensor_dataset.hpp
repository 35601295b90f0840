// TensorDataset: samples that lie in memory, one below the other in tensors.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <tuple>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Sample i is position i of each tensor: `TensorDataset(images, labels)`. The memory is shared: a
/// sample is not to be written to.
template <Scalar... T>
class TensorDataset {
 public:
  /// Throws ShapeError unless all have as many positions in their first dimension.
  explicit TensorDataset(Tensor<T>... tensors) : tensors_(std::move(tensors)...) {
    static_assert(sizeof...(T) > 0, "TensorDataset: of at least one tensor");
    std::apply([this](const auto&... each) { (this->check(each), ...); }, tensors_);
  }

  /// How many samples there are.
  Index size() const { return std::get<0>(tensors_).size(0); }

  /// Row i of each tensor.
  std::tuple<Tensor<T>...> operator[](Index i) const {
    return std::apply([i](const auto&... each) { return std::tuple<Tensor<T>...>(each[i]...); },
                      tensors_);
  }

 private:
  template <class U>
  void check(const Tensor<U>& tensor) const {
    const auto& first = std::get<0>(tensors_);
    require<ShapeError>(first.rank() > 0 && tensor.rank() > 0 && tensor.size(0) == first.size(0),
                        "TensorDataset: expects tensors [N, ...] of one N, got ", first.shape(),
                        " and ", tensor.shape());
  }

  std::tuple<Tensor<T>...> tensors_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
