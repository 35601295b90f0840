// WeightAverage: the mean of the weights along a run, which is often better than the last ones.
//
//   auto ema = optim::ema(nn::parameters(net), {.decay = 0.999});
//   for (...) { ... adam.step(rate); ema.update(); }
//   {
//     const auto averaged = ema.in_place();  // net computes with the averages until here
//     evaluate(net);
//   }
//
// Running statistics of batch norms are not averaged: they belong to the weights they were taken
// with. Run a few training forwards with the averages in place, under NoGrad, to take them anew.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/core/parallel.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// What a WeightAverage with a decay is told.
struct EmaOptions {
  double decay = 0.999;  ///< The share of the old average.
};

/// a <- p at the first update. Then of n values all count alike (Izmailov et al., "Averaging
/// weights leads to wider optima", 2018; PyTorch's AveragedModel), a <- a + (p - a) / n; or older
/// ones ever less (`ema`), a <- a + (1 - decay) (p - a).
template <class T>
class WeightAverage {
 public:
  /// Without a decay all values count alike. Throws ValueError when something is no parameter, or
  /// is listed twice, or the decay is outside of [0, 1).
  explicit WeightAverage(std::vector<Variable<T>> parameters, std::optional<EmaOptions> ema = {})
      : parameters_(std::move(parameters)), averages_(parameters_.size()), ema_(ema) {
    std::set<const Node<T>*> seen;
    for (const auto& p : parameters_) {
      require<ValueError>(p.is_leaf(), "WeightAverage: takes parameters only");
      require<ValueError>(seen.insert(p.node().get()).second,
                          "WeightAverage: a parameter of shape ", p.shape(), " is listed twice");
    }
    require<ValueError>(!ema || (0 <= ema->decay && ema->decay < 1),
                        "WeightAverage: the decay must be in [0, 1), got ", ema ? ema->decay : 0);
  }

  /// Takes the parameters' present values in.
  void update() {
    const NoGrad guard;
    ++updates_;
    const double share = ema_ ? 1 - ema_->decay : 1 / static_cast<double>(updates_);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const Tensor<T>& p = parameters_[i].value();
      if (!averages_[i].defined()) {
        averages_[i] = p.clone();
        continue;
      }
      const T part = static_cast<T>(share);
      T* const average = averages_[i].data();
      const T* const weights = p.data();
      parallel_for(p.size(), Index{1} << 14, Work::elements(2), [=](Index begin, Index end) {
        for (Index k = begin; k < end; ++k) average[k] += part * (weights[k] - average[k]);
      });
    }
  }

  /// How many values have been taken in.
  Index updates() const { return updates_; }
  /// One for each parameter, in the order in which they were given; undefined before `update`.
  const std::vector<Tensor<T>>& averages() const { return averages_; }

  /// Writes the averages into parameters of the same shapes, such as those of a clone. Throws
  /// ValueError before the first update or for another number of them, ShapeError for another
  /// shape; nothing is written then.
  void copy_to(const std::vector<Variable<T>>& parameters) const {
    require<ValueError>(updates_ > 0, "WeightAverage: nothing was taken in yet; call update");
    require<ValueError>(parameters.size() == averages_.size(), "WeightAverage: ", averages_.size(),
                        " averages for ", parameters.size(), " parameters");
    for (std::size_t i = 0; i < averages_.size(); ++i)
      require<ShapeError>(parameters[i].shape() == averages_[i].shape(), "WeightAverage: average ",
                          i, " is ", averages_[i].shape(), ", the parameter ",
                          parameters[i].shape());
    const NoGrad guard;
    for (std::size_t i = 0; i < averages_.size(); ++i)
      parameters[i].mutable_value().copy_from(averages_[i]);
  }

  /// As long as it lives the parameters hold the averages; then again what they held.
  class InPlace {
   public:
    /// Writes the averages into the parameters.
    explicit InPlace(const WeightAverage& average) : parameters_(average.parameters_) {
      for (const auto& p : parameters_) before_.push_back(p.value().clone());
      average.copy_to(parameters_);
    }
    InPlace(const InPlace&) = delete;
    InPlace& operator=(const InPlace&) = delete;
    ~InPlace() {  // NOLINT(bugprone-exception-escape): the shapes are equal, so nothing throws
      const NoGrad guard;
      for (std::size_t i = 0; i < parameters_.size(); ++i)
        parameters_[i].mutable_value().copy_from(before_[i]);
    }

   private:
    std::vector<Variable<T>> parameters_;
    std::vector<Tensor<T>> before_;
  };
  [[nodiscard]] InPlace in_place() const { return InPlace(*this); }

  /// The averages by name, "average.3" for parameter 3, sharing this object's memory. With
  /// `updates()` they are all that a resumed run needs.
  std::map<std::string, Tensor<T>> state() const {
    std::map<std::string, Tensor<T>> state;
    for (std::size_t i = 0; i < averages_.size(); ++i)
      if (averages_[i].defined()) state.emplace(concat("average.", i), averages_[i]);
    return state;
  }

  /// Continues from a saved state, of which it takes copies. Throws ValueError for names or a count
  /// that do not fit, ShapeError for a shape; nothing is changed then.
  void restore(Index updates, const std::map<std::string, Tensor<T>>& saved) {
    require<ValueError>(updates >= 0, "WeightAverage: updates must not be negative, got ", updates);
    const std::size_t expected = updates > 0 ? parameters_.size() : 0;
    require<ValueError>(saved.size() == expected, "WeightAverage: after ", updates,
                        " updates there are ", expected, " averages, got ", saved.size());
    std::vector<Tensor<T>> averages(parameters_.size());
    for (std::size_t i = 0; i < expected; ++i) {
      const auto found = saved.find(concat("average.", i));
      require<ValueError>(found != saved.end(), "WeightAverage: 'average.", i, "' is not there");
      require<ShapeError>(found->second.shape() == parameters_[i].shape(),
                          "WeightAverage: 'average.", i, "' expects ", parameters_[i].shape(),
                          ", got ", found->second.shape());
      averages[i] = found->second.clone();
    }
    updates_ = updates;
    averages_ = std::move(averages);
  }

 private:
  std::vector<Variable<T>> parameters_;
  std::vector<Tensor<T>> averages_;
  std::optional<EmaOptions> ema_;
  Index updates_ = 0;
};

/// The plain mean of all values that were taken in: stochastic weight averaging.
template <class T>
WeightAverage<T> swa(std::vector<Variable<T>> parameters) {
  return WeightAverage<T>(std::move(parameters));
}

/// The exponential moving average.
template <class T>
WeightAverage<T> ema(std::vector<Variable<T>> parameters, EmaOptions options = {}) {
  return WeightAverage<T>(std::move(parameters), options);
}

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
