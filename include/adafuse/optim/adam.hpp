// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019):
//   m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,
//   p <- p - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps).
// Adam adds decay p to g; AdamW shrinks p by rate * decay instead, apart from the moments. AMSGrad
// (Reddi, Kale and Kumar, 2018) divides by the largest v that was there, m <- max(m, v), not by v.
//
// Of a beta near 1, it is 1 - beta that counts, and half a unit in the last place of a float beta
// is 3e-8: 30 % of 1 - beta for beta = 1 - 1e-7. So 1 - b is taken before anything is rounded, and
// b is kept as a rounded number and the rest of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/optim/optimizer.hpp>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// What Adam is told.
struct AdamOptions {
  NoRate lr = {};  ///< The rate is given to each step.
  /// The share of the old in the running mean of g, and of g^2.
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;             ///< added to the root
  bool decoupled_decay = false;  ///< AdamW
  bool amsgrad = false;          ///< A step is never longer than an earlier v allowed.
};

template <class T>
class Adam : public Optimizer<T> {
 public:
  /// Throws ValueError unless betas are in [0, 1) and eps is positive, in the arithmetic of the
  /// parameters.
  explicit Adam(std::vector<ParameterGroup<T>> groups, AdamOptions options = {})
      : Optimizer<T>(std::move(groups)),
        options_(options),
        first_(this->parameter_count()),
        second_(this->parameter_count()),
        largest_(this->parameter_count()),
        seen_(this->parameter_count()) {
    for (double beta : {options.beta1, options.beta2}) {
      require<ValueError>(0 <= beta && beta < 1, "Adam: betas must be in [0, 1), got ", beta);
      require<ValueError>(static_cast<T>(beta) < 1, "Adam: beta 1 - ", 1 - beta,
                          " rounds to 1 in the arithmetic of the parameters");
    }
    require<ValueError>(
        static_cast<T>(options.eps) > 0,
        "Adam: eps must be positive, also in the arithmetic of the parameters, got ", options.eps);
  }
  /// Of parameters that are treated alike: `Adam(nn::parameters(net))`.
  template <std::same_as<std::vector<Variable<T>>> Parameters>
  explicit Adam(Parameters parameters, AdamOptions options = {})
      : Adam(detail::one_group(std::move(parameters)), options) {}

  std::map<std::string, Tensor<T>> state() const override {
    std::map<std::string, Tensor<T>> state;
    this->list(state, "first", first_);
    this->list(state, "second", second_);
    if (options_.amsgrad) this->list(state, "largest", largest_);
    this->list(state, "seen", seen_);
    return state;
  }

 private:
  /// moment <- beta moment + (1 - beta) value.
  struct Decay {
    T beta, rest, share;
    explicit Decay(double b)
        : beta(static_cast<T>(b)),
          rest(static_cast<T>(b - static_cast<double>(beta))),
          share(static_cast<T>(1 - b)) {}
    T operator()(T moment, T value) const {
      return beta * moment + (rest * moment + share * value);
    }
  };

  void update(std::size_t index, Tensor<T> p, const Tensor<T>& grad, double rate,
              double weight_decay) override {
    Tensor<T>&m = first_[index], &v = second_[index], &seen = seen_[index];
    if (!m.defined()) m = Tensor<T>(p.shape()), v = Tensor<T>(p.shape()), seen = Tensor<T>({1});
    Tensor<T>& largest = largest_[index];
    if (options_.amsgrad && !largest.defined()) largest = Tensor<T>(p.shape());
    // The bias correction counts the steps of this parameter: one that had no gradient was not
    // seen.
    const double t = static_cast<double>(++seen(0));
    const double unbias1 = 1 - std::pow(options_.beta1, t);
    const double unbias2 = 1 - std::pow(options_.beta2, t);
    const Decay decay1(options_.beta1), decay2(options_.beta2);
    const T step = static_cast<T>(rate / unbias1), eps = static_cast<T>(options_.eps);
    const T root = static_cast<T>(1 / std::sqrt(unbias2));
    const T added = static_cast<T>(options_.decoupled_decay ? 0 : weight_decay);
    const T shrink = static_cast<T>(options_.decoupled_decay ? rate * weight_decay : 0);
    T *const weights = p.data(), *const first = m.data(), *const second = v.data();
    T* const most = options_.amsgrad ? largest.data() : nullptr;
    const T* const gradient = grad.data();
    // One pass over memory. `divisor(i, v)` is the v that the step is divided by.
    const auto pass = [=](const auto& divisor) {
      parallel_for(p.size(), Index{1} << 14, Work::elements(6), [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
          T &x = weights[i], &a = first[i], &b = second[i];
          const T g = gradient[i] + added * x;
          a = decay1(a, g);
          b = decay2(b, g * g);
          x -= shrink * x + step * a / (std::sqrt(divisor(i, b)) * root + eps);
        }
      });
    };
    if (options_.amsgrad)
      pass([=](Index i, T square) { return most[i] = square < most[i] ? most[i] : square; });
    else
      pass([](Index, T square) { return square; });
  }

  std::vector<std::string> moments() const override {
    std::vector<std::string> names{"first", "second", "seen"};
    if (options_.amsgrad) names.push_back("largest");
    return names;
  }
  Shape moment_shape(const std::string& moment, const Shape& parameter) const override {
    return moment == "seen" ? Shape{1} : parameter;
  }
  void take_state(const std::map<std::string, Tensor<T>>& saved) override {
    this->take(saved, "first", first_);
    this->take(saved, "second", second_);
    this->take(saved, "largest", largest_);
    this->take(saved, "seen", seen_);
  }

  AdamOptions options_;
  std::vector<Tensor<T>> first_, second_;
  std::vector<Tensor<T>> largest_;  // of AMSGrad alone
  std::vector<Tensor<T>> seen_;     // [1] each: how many steps had a gradient
};

template <class T>
Adam(std::vector<Variable<T>>, AdamOptions = {}) -> Adam<T>;

/// Adam with decoupled weight decay.
template <class T>
Adam<T> adam_w(std::vector<ParameterGroup<T>> groups, AdamOptions options = {}) {
  options.decoupled_decay = true;
  return Adam<T>(std::move(groups), options);
}
/// Of parameters that are treated alike: `adam_w(nn::parameters(net))`.
template <class V>
requires is_variable<V> Adam<typename V::value_type> adam_w(std::vector<V> parameters,
                                                            AdamOptions options = {}) {
  return adam_w(detail::one_group(std::move(parameters)), options);
}

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
