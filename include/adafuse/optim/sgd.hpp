// SGD with momentum:  g <- grad + decay p,  b <- momentum b + g,  p <- p - rate b  (as in PyTorch).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/optim/optimizer.hpp>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// What Sgd is told.
struct SgdOptions {
  NoRate lr = {};         ///< The rate is given to each step.
  double momentum = 0;    ///< m; 0: none is kept
  bool nesterov = false;  ///< p <- p - rate (g + momentum b)
};

/// SGD with momentum, as the header's idea writes it.
template <class T>
class Sgd : public Optimizer<T> {
 public:
  /// Throws ValueError unless momentum is in [0, 1).
  explicit Sgd(std::vector<ParameterGroup<T>> groups, SgdOptions options = {})
      : Optimizer<T>(std::move(groups)), options_(options), momentum_(this->parameter_count()) {
    require<ValueError>(0 <= options.momentum && options.momentum < 1,
                        "Sgd: momentum must be in [0, 1), got ", options.momentum);
    require<ValueError>(static_cast<T>(options.momentum) < 1, "Sgd: momentum 1 - ",
                        1 - options.momentum, " rounds to 1 in the arithmetic of the parameters");
    require<ValueError>(!options.nesterov || options.momentum > 0, "Sgd: nesterov needs momentum");
  }
  /// Of parameters that are treated alike: `Sgd(nn::parameters(net))`.
  template <std::same_as<std::vector<Variable<T>>> Parameters>
  explicit Sgd(Parameters parameters, SgdOptions options = {})
      : Sgd(detail::one_group(std::move(parameters)), options) {}

  std::map<std::string, Tensor<T>> state() const override {
    std::map<std::string, Tensor<T>> state;
    this->list(state, "momentum", momentum_);
    return state;
  }

 private:
  void update(std::size_t index, Tensor<T> p, const Tensor<T>& grad, double rate,
              double weight_decay) override {
    const T lr = static_cast<T>(rate), decay = static_cast<T>(weight_decay);
    const T m = static_cast<T>(options_.momentum);
    Tensor<T>& buffer = momentum_[index];
    if (m > 0 && !buffer.defined()) buffer = Tensor<T>(p.shape());
    T* const weights = p.data();
    T* const moving = m > 0 ? buffer.data() : nullptr;
    const T* const gradient = grad.data();
    // One pass over memory, and no branch in the loop.
    const auto pass = [=](const auto& direction) {
      parallel_for(p.size(), Index{1} << 14, Work::elements(3), [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
          weights[i] -= lr * direction(i, gradient[i] + decay * weights[i]);
      });
    };
    if (equals(m, 0))
      pass([](Index, T g) { return g; });
    else if (options_.nesterov)
      pass([=](Index i, T g) { return g + m * (moving[i] = m * moving[i] + g); });
    else
      pass([=](Index i, T g) { return moving[i] = m * moving[i] + g; });
  }

  std::vector<std::string> moments() const override { return {"momentum"}; }
  void take_state(const std::map<std::string, Tensor<T>>& saved) override {
    this->take(saved, "momentum", momentum_);
  }

  SgdOptions options_;
  std::vector<Tensor<T>> momentum_;
};

template <class T>
Sgd(std::vector<Variable<T>>, SgdOptions = {}) -> Sgd<T>;

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
