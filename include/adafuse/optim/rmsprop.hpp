// RMSprop (Hinton, "Neural networks for machine learning", lecture 6e, 2012), as in PyTorch:
//   g <- grad + decay p,   v <- alpha v + (1 - alpha) g^2,   d <- g / (sqrt(v) + eps),
//   p <- p - rate d,   or with momentum   b <- momentum b + d,   p <- p - rate b.
// Centered (Graves, 2013), v is a variance: a <- alpha a + (1 - alpha) g and sqrt(v - a^2). Of a
// steady gradient rounding may leave v - a^2 below 0; it counts as 0 (PyTorch's step is NaN then).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/optim/optimizer.hpp>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// What RMSprop is told.
struct RMSpropOptions {
  NoRate lr = {};         ///< The rate is given to each step.
  double alpha = 0.99;    ///< The share of the old in the running square.
  double eps = 1e-8;      ///< added to the root
  double momentum = 0;    ///< The share of the old in the running step.
  bool centered = false;  ///< Divides by the deviation, not by the root of the square.
};

template <class T>
class RMSprop : public Optimizer<T> {
 public:
  /// Throws ValueError unless alpha and momentum are in [0, 1) and eps is positive, in the
  /// arithmetic of the parameters too.
  explicit RMSprop(std::vector<ParameterGroup<T>> groups, RMSpropOptions options = {})
      : Optimizer<T>(std::move(groups)),
        options_(options),
        square_(this->parameter_count()),
        mean_(this->parameter_count()),
        momentum_(this->parameter_count()) {
    for (double share : {options.alpha, options.momentum}) {
      require<ValueError>(0 <= share && share < 1,
                          "RMSprop: alpha and momentum must be in [0, 1), got ", share);
      require<ValueError>(static_cast<T>(share) < 1, "RMSprop: a share of 1 - ", 1 - share,
                          " rounds to 1 in the arithmetic of the parameters");
    }
    require<ValueError>(static_cast<T>(options.eps) > 0,
                        "RMSprop: eps must be positive, also in the arithmetic of the parameters, ",
                        "got ", options.eps);
  }
  /// Of parameters that are treated alike: `RMSprop(nn::parameters(net))`.
  template <std::same_as<std::vector<Variable<T>>> Parameters>
  explicit RMSprop(Parameters parameters, RMSpropOptions options = {})
      : RMSprop(detail::one_group(std::move(parameters)), options) {}

  std::map<std::string, Tensor<T>> state() const override {
    std::map<std::string, Tensor<T>> state;
    this->list(state, "square", square_);
    if (options_.centered) this->list(state, "mean", mean_);
    if (options_.momentum > 0) this->list(state, "momentum", momentum_);
    return state;
  }

 private:
  void update(std::size_t index, Tensor<T> p, const Tensor<T>& grad, double rate,
              double weight_decay) override {
    Tensor<T>&v = square_[index], &a = mean_[index], &b = momentum_[index];
    if (!v.defined()) v = Tensor<T>(p.shape());
    if (options_.centered && !a.defined()) a = Tensor<T>(p.shape());
    if (options_.momentum > 0 && !b.defined()) b = Tensor<T>(p.shape());
    const T lr = static_cast<T>(rate), decay = static_cast<T>(weight_decay);
    const T alpha = static_cast<T>(options_.alpha), share = static_cast<T>(1 - options_.alpha);
    const T eps = static_cast<T>(options_.eps), m = static_cast<T>(options_.momentum);
    T* const weights = p.data();
    T* const squares = v.data();
    T* const means = options_.centered ? a.data() : nullptr;
    T* const moving = options_.momentum > 0 ? b.data() : nullptr;
    const T* const gradient = grad.data();
    parallel_for(p.size(), Index{1} << 14, Work::elements(6), [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const T g = gradient[i] + decay * weights[i];
        squares[i] = alpha * squares[i] + share * g * g;
        T spread = squares[i];
        if (means) {
          means[i] = alpha * means[i] + share * g;
          spread -= means[i] * means[i];
          if (spread < 0) spread = 0;
        }
        T direction = g / (std::sqrt(spread) + eps);
        if (moving) direction = moving[i] = m * moving[i] + direction;
        weights[i] -= lr * direction;
      }
    });
  }

  std::vector<std::string> moments() const override {
    std::vector<std::string> names{"square"};
    if (options_.centered) names.push_back("mean");
    if (options_.momentum > 0) names.push_back("momentum");
    return names;
  }
  void take_state(const std::map<std::string, Tensor<T>>& saved) override {
    this->take(saved, "square", square_);
    this->take(saved, "mean", mean_);
    this->take(saved, "momentum", momentum_);
  }

  RMSpropOptions options_;
  std::vector<Tensor<T>> square_, mean_, momentum_;
};

template <class T>
RMSprop(std::vector<Variable<T>>, RMSpropOptions = {}) -> RMSprop<T>;

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
