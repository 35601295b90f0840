// Optimizer: what all of them share: groups of parameters, a step, and a state that can be saved.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/autograd.hpp>
#include <map>
#include <set>
#include <string>

namespace adafuse::optim::inline ADAFUSE_SIMD {

/// Parameters that are treated alike.
template <class T>
struct ParameterGroup {
  std::vector<Variable<T>> parameters;  ///< in the order of their numbers
  double rate_scale = 1;    ///< Multiplies the rate of each step (biases learn at 2 in the paper).
  double weight_decay = 0;  ///< Pulls the parameters to zero.
};

/// What options have where PyTorch's have a rate. Here schedules are functions, and each step is
/// given its rate: `optimizer.step(schedule(step))`.
struct NoRate {
  NoRate() = default;
  /// What is written here does not compile, and says why.
  template <class N>
  NoRate(const N&) {
    static_assert(sizeof(N) == 0, "there is no lr: the rate is given to each step, step(rate)");
  }
};

namespace detail {
/// Parameters that are all treated alike.
template <class T>
std::vector<ParameterGroup<T>> one_group(std::vector<Variable<T>> parameters) {
  std::vector<ParameterGroup<T>> groups(1);
  groups[0].parameters = std::move(parameters);
  return groups;
}
}  // namespace detail

/// Changes parameters along their gradients. A parameter that has no gradient, or was frozen by
/// `requires_grad_(false)`, is left alone. Give each parameter once: `nn::parameters` does, tied
/// ones included.
template <class T>
class Optimizer {
 public:
  /// Throws ValueError for what is no parameter, or listed twice, or a negative weight_decay.
  explicit Optimizer(std::vector<ParameterGroup<T>> groups) : groups_(std::move(groups)) {
    std::set<const Node<T>*> seen;
    for (const auto& group : groups_) {
      require<ValueError>(group.weight_decay >= 0, "optimizer: weight_decay must be >= 0, got ",
                          group.weight_decay);
      for (const auto& p : group.parameters) {
        require<ValueError>(p.is_leaf(), "optimizer: takes parameters only, not constants and not ",
                            "results of operations");
        require<ValueError>(seen.insert(p.node().get()).second, "optimizer: a parameter of shape ",
                            p.shape(), " is listed twice");
      }
    }
  }
  virtual ~Optimizer() = default;

  /// One step at learning rate `rate`, over all groups.
  void step(double rate) {
    require<ValueError>(std::isfinite(rate), "optimizer: the rate is ", rate);
    const NoGrad guard;
    ++steps_;
    std::size_t index = 0;
    for (const auto& group : groups_)
      for (const auto& p : group.parameters) {
        if (p.requires_grad() && p.grad().defined())
          update(index, p.mutable_value(), p.grad().value(), rate * group.rate_scale,
                 group.weight_decay);
        ++index;
      }
  }

  /// Forgets all gradients.
  void zero_grad() const {
    for (const auto& group : groups_)
      for (const auto& p : group.parameters) p.zero_grad();
  }

  /// The parameters, as they were given.
  const std::vector<ParameterGroup<T>>& groups() const { return groups_; }
  /// How many steps were taken.
  Index steps() const { return steps_; }

  /// Running moments by name, "momentum.3" for parameter 3, sharing this optimizer's memory. With
  /// `steps()` they are all that a resumed run needs.
  virtual std::map<std::string, Tensor<T>> state() const = 0;

  /// Continues from a saved state, of which it takes copies. A parameter that had no gradient
  /// before has no moments. Throws ValueError for a name that does not fit and for moments of which
  /// only some are there, ShapeError for a shape; nothing is changed then.
  void restore(Index steps, const std::map<std::string, Tensor<T>>& saved) {
    require<ValueError>(steps >= 0, "optimizer: steps must not be negative, got ", steps);
    const auto shapes = state_shapes();
    for (const auto& [name, tensor] : saved) {
      const auto expected = shapes.find(name);
      require<ValueError>(expected != shapes.end(), "optimizer: no state is named '", name, "'");
      require<ShapeError>(expected->second == tensor.shape(), "optimizer: '", name, "' expects ",
                          expected->second, ", got ", tensor.shape());
    }
    for (std::size_t i = 0; i < parameter_count(); ++i) {
      const bool started = saved.count(state_name(moments().front(), i)) > 0;
      for (const auto& moment : moments())
        require<ValueError>((saved.count(state_name(moment, i)) > 0) == started, "optimizer: of ",
                            state_name(moments().front(), i), " and ", state_name(moment, i),
                            " only one is there");
    }
    steps_ = steps;
    take_state(saved);
  }

 protected:
  /// Changes parameter number `index` in place.
  virtual void update(std::size_t index, Tensor<T> p, const Tensor<T>& grad, double rate,
                      double weight_decay) = 0;
  /// The names of the tensors that are kept for each parameter.
  virtual std::vector<std::string> moments() const = 0;
  virtual Shape moment_shape(const std::string&, const Shape& parameter) const { return parameter; }
  /// Copies the moments that were saved.
  virtual void take_state(const std::map<std::string, Tensor<T>>& saved) = 0;

  /// How many parameters there are, in all groups.
  std::size_t parameter_count() const {
    std::size_t count = 0;
    for (const auto& group : groups_) count += group.parameters.size();
    return count;
  }

  /// The name of one moment of parameter `index`.
  static std::string state_name(const std::string& moment, std::size_t index) {
    return moment + "." + std::to_string(index);
  }

  /// Adds the tensors of one moment to a state.
  static void list(std::map<std::string, Tensor<T>>& state, const std::string& moment,
                   const std::vector<Tensor<T>>& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i)
      if (tensors[i].defined()) state.emplace(state_name(moment, i), tensors[i]);
  }

  /// Copies one moment out of a saved state.
  static void take(const std::map<std::string, Tensor<T>>& saved, const std::string& moment,
                   std::vector<Tensor<T>>& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const auto found = saved.find(state_name(moment, i));
      tensors[i] = found == saved.end() ? Tensor<T>() : found->second.clone();
    }
  }

 private:
  std::map<std::string, Shape> state_shapes() const {
    std::map<std::string, Shape> shapes;
    std::size_t index = 0;
    for (const auto& group : groups_)
      for (const auto& p : group.parameters) {
        for (const auto& moment : moments())
          shapes[state_name(moment, index)] = moment_shape(moment, p.shape());
        ++index;
      }
    return shapes;
  }

  std::vector<ParameterGroup<T>> groups_;
  Index steps_ = 0;
};

}  // namespace adafuse::optim::inline ADAFUSE_SIMD
