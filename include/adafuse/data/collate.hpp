// Collate: samples become a batch. Tensors of one shape are stacked, numbers become a tensor, and
// of samples with several parts each part is a batch of its own.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Of samples that are tensors [...]: [N, ...]; numbers: [N]; tuples or pairs: a tuple of batches.
/// Throws ShapeError for tensors of different shapes, ValueError for no samples.
struct Collate {
  /// One batch of all samples. Throws ValueError for none, ShapeError for tensors of two shapes.
  template <class Sample>
  auto operator()(const std::vector<Sample>& samples) const {
    require<ValueError>(!samples.empty(), "collate: no samples");
    if constexpr (Scalar<Sample>)
      return Tensor<Sample>({std::ssize(samples)}, samples);
    else if constexpr (requires { std::tuple_size<Sample>::value; })
      return parts(samples, std::make_index_sequence<std::tuple_size_v<Sample>>());
    else
      return stacked(samples);
  }

 private:
  template <class Sample, std::size_t... part>
  auto parts(const std::vector<Sample>& samples, std::index_sequence<part...>) const {
    return std::make_tuple((*this)(one_part<part>(samples))...);
  }

  template <std::size_t part, class Sample>
  static auto one_part(const std::vector<Sample>& samples) {
    std::vector<std::tuple_element_t<part, Sample>> result;
    for (const auto& sample : samples) result.push_back(std::get<part>(sample));
    return result;
  }

  template <class T>
  static Tensor<T> stacked(const std::vector<Tensor<T>>& samples) {
    const Shape& one = samples.front().shape();
    Shape shape{std::ssize(samples)};
    for (const Index size : one) shape.push_back(size);
    auto batch = Tensor<T>::uninitialized(shape);
    T* to = batch.data();
    for (const auto& sample : samples) {
      require<ShapeError>(sample.shape() == one, "collate: expects samples of one shape, got ", one,
                          " and ", sample.shape(), "; a transform brings them together");
      to = std::copy(sample.begin(), sample.end(), to);
    }
    return batch;
  }
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
