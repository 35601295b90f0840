// PreparedWeights: the weights of one convolution in the forms that algorithms read, made once for
// many calls.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/conv2d/shared/algorithm.hpp>
#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <utility>
#include <vector>

namespace adafuse::kernels {

/// A form belongs to the algorithm that made it, and only that one reads it. Copies share the
/// numbers.
class PreparedWeights {
 public:
  /// Replaces an earlier form of the same algorithm.
  ADAFUSE_INLINE void set(ConvAlgorithm algorithm, Tensor<float> numbers) {
    for (auto& form : forms_)
      if (form.first == algorithm) {
        form.second = std::move(numbers);
        return;
      }
    forms_.emplace_back(algorithm, std::move(numbers));
  }

  /// The numbers that `algorithm` made; null: there are none.
  ADAFUSE_INLINE const float* find(ConvAlgorithm algorithm) const {
    for (const auto& form : forms_)
      if (form.first == algorithm) return form.second.data();
    return nullptr;
  }

 private:
  std::vector<std::pair<ConvAlgorithm, Tensor<float>>> forms_;
};

/// The weights of a convolution [Co, Ci / groups, kh, kw], and where their forms go.
struct WeightsToPrepare {
  Conv2dGeometry geometry;  // its batch: frames that will run together
  const float* weights;
  PreparedWeights* prepared;
};

}  // namespace adafuse::kernels
