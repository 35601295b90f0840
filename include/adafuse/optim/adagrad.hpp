// Adagrad (Duchi, Hazan and Singer, JMLR 2011), as in PyTorch:
//   g <- grad + decay p,   s <- s + g^2,
//   p <- p - rate / (1 + (t - 1) rate_decay) g / (sqrt(s) + eps),
// where t counts the steps of this parameter: one that had no gradient was not seen.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/optim/optimizer.hpp>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// What Adagrad is told.
struct AdagradOptions {
  NoRate lr = {};                        ///< The rate is given to each step.
  double rate_decay = 0;                 ///< PyTorch's lr_decay.
  double initial_accumulator_value = 0;  ///< What the sum of squares starts from.
  double eps = 1e-10;                    ///< added to the root
};

template <class T>
class Adagrad : public Optimizer<T> {
 public:
  /// Throws ValueError unless rate_decay and initial_accumulator_value are at least 0 and eps is
  /// positive in the arithmetic of the parameters.
  explicit Adagrad(std::vector<ParameterGroup<T>> groups, AdagradOptions options = {})
      : Optimizer<T>(std::move(groups)),
        options_(options),
        sum_(this->parameter_count()),
        seen_(this->parameter_count()) {
    require<ValueError>(options.rate_decay >= 0, "Adagrad: rate_decay must be >= 0, got ",
                        options.rate_decay);
    require<ValueError>(options.initial_accumulator_value >= 0,
                        "Adagrad: initial_accumulator_value must be >= 0, got ",
                        options.initial_accumulator_value);
    require<ValueError>(static_cast<T>(options.eps) > 0,
                        "Adagrad: eps must be positive, also in the arithmetic of the parameters, ",
                        "got ", options.eps);
  }
  /// Of parameters that are treated alike: `Adagrad(nn::parameters(net))`.
  template <std::same_as<std::vector<Variable<T>>> Parameters>
  explicit Adagrad(Parameters parameters, AdagradOptions options = {})
      : Adagrad(detail::one_group(std::move(parameters)), options) {}

  std::map<std::string, Tensor<T>> state() const override {
    std::map<std::string, Tensor<T>> state;
    this->list(state, "sum", sum_);
    this->list(state, "seen", seen_);
    return state;
  }

 private:
  void update(std::size_t index, Tensor<T> p, const Tensor<T>& grad, double rate,
              double weight_decay) override {
    Tensor<T>&s = sum_[index], &seen = seen_[index];
    if (!s.defined()) {
      s = Tensor<T>::full(p.shape(), static_cast<T>(options_.initial_accumulator_value));
      seen = Tensor<T>({1});
    }
    const double before = static_cast<double>(seen(0)++);
    const T lr = static_cast<T>(rate / (1 + before * options_.rate_decay));
    const T decay = static_cast<T>(weight_decay), eps = static_cast<T>(options_.eps);
    T *const weights = p.data(), *const sums = s.data();
    const T* const gradient = grad.data();
    parallel_for(p.size(), Index{1} << 14, Work::elements(5), [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const T g = gradient[i] + decay * weights[i];
        sums[i] += g * g;
        weights[i] -= lr * g / (std::sqrt(sums[i]) + eps);
      }
    });
  }

  std::vector<std::string> moments() const override { return {"sum", "seen"}; }
  Shape moment_shape(const std::string& moment, const Shape& parameter) const override {
    return moment == "seen" ? Shape{1} : parameter;
  }
  void take_state(const std::map<std::string, Tensor<T>>& saved) override {
    this->take(saved, "sum", sum_);
    this->take(saved, "seen", seen_);
  }

  AdagradOptions options_;
  std::vector<Tensor<T>> sum_;
  std::vector<Tensor<T>> seen_;  // [1] each: how many steps had a gradient
};

template <class T>
Adagrad(std::vector<Variable<T>>, AdagradOptions = {}) -> Adagrad<T>;

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
