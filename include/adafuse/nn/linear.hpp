// Linear: y = x W^T + b.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/state.hpp>
#include <adafuse/ops/matmul.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of a Linear.
struct LinearConfig {
  /// Features of x and of y.
  Index in = 0, out = 0;
  bool bias = true;  ///< Whether b is there.
};

}  // namespace ADAFUSE_SIMD

template <class T>
class Linear {
 public:
  using value_type = T;

  Variable<T> weight;  ///< [out, in]
  Variable<T> bias;    ///< [out], undefined without

  /// Starts as PyTorch does: U(-1/sqrt(in), 1/sqrt(in)). Each layer has a key of its own; of two
  /// with one key the second repeats the first.
  Linear(const LinearConfig& config, Key key) : config_(config) {
    require<ValueError>(config.in > 0 && config.out > 0, "Linear: sizes must be positive, got in ",
                        config.in, ", out ", config.out);
    weight = parameter(fan_in_uniform<T>({config.out, config.in}, config.in, key.of("weight")));
    if (config.bias) bias = parameter(fan_in_uniform<T>({config.out}, config.in, key.of("bias")));
  }
  explicit Linear(const LinearConfig&) = delete;  // weights are drawn: give it a key, key.of("fc1")

  /// [..., in] -> [..., out].
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return (*this)(x); }
  ADAFUSE_INLINE Variable<T> operator()(const Variable<T>& x) const {
    return linear(x, weight, bias);
  }

  const LinearConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight), v("bias", bias); }

  ADAFUSE_INLINE Linear(Linear&&) = default;
  ADAFUSE_INLINE Linear& operator=(Linear&&) = default;
  ADAFUSE_INLINE ~Linear() = default;

 private:
  LinearConfig config_;
};

}  // namespace adafuse::nn
