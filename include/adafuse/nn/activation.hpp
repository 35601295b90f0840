// Activations as layers, for use in a Sequential; elsewhere call the op. The names are those of the
// ops in capitals: PyTorch's GELU is Gelu, its LeakyReLU LeakyRelu.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/context.hpp>
#include <adafuse/nn/init.hpp>
#include <adafuse/nn/module.hpp>
#include <adafuse/ops/activation.hpp>
#include <adafuse/ops/pointwise.hpp>

namespace adafuse::nn {

/// max(x, 0).
template <class T>
struct Relu {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return relu(x); }
  void visit(Visitor<T>&) const {}
};

/// tanh x.
template <class T>
struct Tanh {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return tanh(x); }
  void visit(Visitor<T>&) const {}
};

/// 1 / (1 + e^-x).
template <class T>
struct Sigmoid {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return sigmoid(x); }
  void visit(Visitor<T>&) const {}
};

/// min(max(x, 0), 6).
template <class T>
struct Relu6 {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return relu6(x); }
  void visit(Visitor<T>&) const {}
};

/// x sigmoid(x).
template <class T>
struct Silu {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return silu(x); }
  void visit(Visitor<T>&) const {}
};

/// x tanh(ln(1 + e^x)).
template <class T>
struct Mish {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return mish(x); }
  void visit(Visitor<T>&) const {}
};

/// The elu that keeps mean 0 and variance 1.
template <class T>
struct Selu {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return selu(x); }
  void visit(Visitor<T>&) const {}
};

/// silu in straight pieces and a parabola.
template <class T>
struct Hardswish {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return hardswish(x); }
  void visit(Visitor<T>&) const {}
};

/// ln sigmoid(x).
template <class T>
struct LogSigmoid {
  using value_type = T;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return log_sigmoid(x); }
  void visit(Visitor<T>&) const {}
};

/// x times the chance that a normal number is below x: `Gelu<float>()`, or with tanh
/// `Gelu<float>{.approximate = Approximate::tanh}`.
template <class T>
struct Gelu {
  using value_type = T;
  Approximate approximate = Approximate::none;  ///< How the normal distribution is worked out.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return gelu(x, {.approximate = approximate});
  }
  void visit(Visitor<T>&) const {}
};

/// x where x > 0, negative_slope x elsewhere: `LeakyRelu<float>{.negative_slope = 0.2}`.
template <class T>
struct LeakyRelu {
  using value_type = T;
  double negative_slope = 0.01;  ///< of the line below 0
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return leaky_relu(x, {.negative_slope = negative_slope});
  }
  void visit(Visitor<T>&) const {}
};

/// x where x > 0, alpha (e^x - 1) elsewhere.
template <class T>
struct Elu {
  using value_type = T;
  double alpha = 1;  ///< the limit far below 0 is -alpha
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return elu(x, {.alpha = alpha}); }
  void visit(Visitor<T>&) const {}
};

/// ln(1 + e^(beta x)) / beta, and x where beta x is above the threshold.
template <class T>
struct Softplus {
  using value_type = T;
  /// As softplus takes them.
  double beta = 1, threshold = 20;
  Variable<T> forward(const Variable<T>& x, Context<T>&) const {
    return softplus(x, {.beta = beta, .threshold = threshold});
  }
  void visit(Visitor<T>&) const {}
};

inline namespace ADAFUSE_SIMD {

/// The sizes of a Prelu.
struct PreluConfig {
  Index channels = 1;   ///< 1: one weight for all (PyTorch's num_parameters).
  double start = 0.25;  ///< What the weights start as.
};

}  // namespace ADAFUSE_SIMD

/// x where x > 0, weight x elsewhere, one weight for all or for each channel, learnt.
template <class T>
class Prelu {
 public:
  using value_type = T;

  Variable<T> weight;  ///< [channels]

  /// Weights of `config.start`.
  explicit Prelu(const PreluConfig& config = {}) : config_(config) {
    require<ValueError>(config.channels > 0, "Prelu: channels must be positive, got ",
                        config.channels);
    weight = parameter(constant_init<T>({config.channels}, static_cast<T>(config.start)));
  }

  /// [N, channels, ...] -> the same.
  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return prelu(x, weight); }

  const PreluConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const { v("weight", weight); }

  ADAFUSE_INLINE Prelu(Prelu&&) = default;
  ADAFUSE_INLINE Prelu& operator=(Prelu&&) = default;
  ADAFUSE_INLINE ~Prelu() = default;

 private:
  PreluConfig config_;
};

}  // namespace adafuse::nn
