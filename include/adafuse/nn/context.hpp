// Context: what one forward call brings along and takes away. Modules themselves stay const, so
// many threads may share one model, and a recomputation changes nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <vector>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// Statistics that a batch norm saw in training, waiting to enter its running ones.
template <class T>
struct BatchStatistics {
  Tensor<T> running_mean, running_var;  // [c], the module's own buffers
  Tensor<T> mean, variance;             // [c], of the batch; the variance is the unbiased one
  double momentum;
};

template <class T>
class Context {
 public:
  Context() = default;
  Context(bool is_training, Key noise) : training(is_training), key_(noise) {}

  bool training = false;  ///< Batch norm uses the batch's statistics, dropout drops.

  /// The key of the next layer that needs random numbers: the same for the same call.
  Key next_key() { return key_.of(drawn_++); }

  void observe(BatchStatistics<T> seen) { observed_.push_back(std::move(seen)); }

  /// running <- (1 - momentum) running + momentum batch, for all that this call observed. The
  /// trainer calls it after the step; evaluation and recomputation do not.
  void commit_statistics() {
    for (auto& seen : observed_) {
      blend(seen.running_mean, seen.mean, seen.momentum);
      blend(seen.running_var, seen.variance, seen.momentum);
    }
    observed_.clear();
  }

 private:
  static void blend(Tensor<T>& running, const Tensor<T>& batch, double momentum) {
    std::transform(running.begin(), running.end(), batch.begin(), running.begin(),
                   [m = static_cast<T>(momentum)](T r, T b) { return (1 - m) * r + m * b; });
  }

  Key key_;
  std::uint64_t drawn_ = 0;
  std::vector<BatchStatistics<T>> observed_;
};

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
