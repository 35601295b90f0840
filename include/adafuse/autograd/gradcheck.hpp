// gradcheck: every derivative against central differences, (f(x + h) - f(x - h)) / 2h, in double.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/backward.hpp>
#include <concepts>
#include <string>

namespace adafuse::inline ADAFUSE_SIMD {

/// A function of some tensors, as an operation under test.
using DifferentiableFunction =
    std::function<Variable<double>(const std::vector<Variable<double>>& inputs)>;

/// How derivatives are compared with differences.
struct GradcheckOptions {
  double step = 1e-5;       ///< h of the central difference
  double tolerance = 1e-6;  ///< of |analytic - numeric| / largest |gradient| of that input
};

/// The element where derivative and difference disagree most.
struct GradcheckResult {
  std::string op;      ///< The name that gradcheck was given.
  bool passed = true;  ///< Whether `error` is within the tolerance.
  double error = 0;    ///< relative to the largest gradient of that input (at least 1e-8)
  Index input = 0;     ///< which input
  Index element = 0;   ///< which element of that input
  /// The derivative by the walk back, and by the difference.
  double analytic = 0, numeric = 0;

  /// `passed`.
  explicit operator bool() const { return passed; }
  /// Writes the result as one sentence.
  friend std::ostream& operator<<(std::ostream& out, const GradcheckResult& r) {
    return out << r.op << ": " << (r.passed ? "agrees" : "differs") << ", worst at input "
               << r.input << " element " << r.element << ": derivative " << r.analytic
               << ", difference " << r.numeric << ", relative error " << r.error;
  }
};

/// Compares the gradients of `f` at `inputs` with central differences. A result of many elements is
/// projected on a fixed direction first. Stay away from kinks: there the two differ rightly. (A
/// template of one type: whoever does not call it does not compile it.)
template <std::same_as<double> T = double>
GradcheckResult gradcheck(std::string op, const DifferentiableFunction& f,
                          const std::vector<Tensor<T>>& inputs, GradcheckOptions options = {}) {
  std::vector<Variable<T>> leaves;
  for (const auto& input : inputs) leaves.push_back(parameter<T>(input.clone()));
  const Variable<double> y = f(leaves);
  const auto direction = Tensor<double>::uniform(y.shape(), Key(0).of(op), 0.5, 1.5);
  // Where nothing was recorded all derivatives are 0, which the differences agree with or not.
  const auto gradients =
      y.requires_grad() ? grad<T>({y}, leaves, {.grad_outputs = {direction}, .allow_unused = true})
                        : std::vector<Variable<double>>(leaves.size());

  const auto projected = [&] {
    const NoGrad guard;
    const Variable<double> at = f(leaves);
    double sum = 0;
    for (Index i = 0; i < at.size(); ++i) sum += at.value().data()[i] * direction.data()[i];
    return sum;
  };

  GradcheckResult worst{.op = std::move(op)};
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Index count = inputs[k].size();
    std::vector<double> numeric(static_cast<std::size_t>(count)), analytic(numeric);
    double largest = 1e-8;
    for (Index i = 0; i < count; ++i) {
      const NoGrad guard;
      double& element = leaves[k].mutable_value().data()[i];
      const double before = element;
      element = before + options.step;
      const double above = projected();
      element = before - options.step;
      const double below = projected();
      element = before;
      const auto at = static_cast<std::size_t>(i);
      numeric[at] = (above - below) / (2 * options.step);
      analytic[at] = gradients[k].defined() ? gradients[k].value().data()[i] : 0;
      largest = std::max({largest, std::abs(numeric[at]), std::abs(analytic[at])});
    }
    for (Index i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double error = std::abs(numeric[at] - analytic[at]) / largest;
      if (!std::isnan(worst.error) && !(error <= worst.error))  // a NaN is the worst of all
        worst = {
            worst.op,   error <= options.tolerance, error, static_cast<Index>(k), i, analytic[at],
            numeric[at]};
    }
  }
  return worst;
}

/// The same for second derivatives. The function checked is dx_k(x, dy), the gradient of input k by
/// create_graph, of all inputs x and of the gradient dy that arrives at f(x), in which it is
/// linear. `input` of the result counts the x, then dy.
template <std::same_as<double> T = double>
GradcheckResult gradgradcheck(std::string op, const DifferentiableFunction& f,
                              const std::vector<Tensor<T>>& inputs, GradcheckOptions options = {}) {
  GradcheckResult worst{.op = op + " (second derivative)"};
  std::vector<Tensor<double>> x_and_dy = inputs;
  {
    const NoGrad guard;
    const Variable<double> y = f({inputs.begin(), inputs.end()});
    x_and_dy.push_back(Tensor<double>::uniform(y.shape(), Key(1).of(op), 0.5, 1.5));
  }
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const auto first = [&](const std::vector<Variable<double>>& all) -> Variable<double> {
      // The difference quotients run under NoGrad; the gradient inside needs its history all the
      // same.
      const bool outer = grad_enabled();
      const GradMode on(true);
      const std::vector<Variable<double>> x(all.begin(), all.end() - 1);
      const Variable<double> y = f(x);
      if (!y.requires_grad()) return Tensor<double>(x[k].shape());
      const auto dx =
          grad<T>({y}, {x[k]},
                  {.grad_outputs = {all.back()}, .create_graph = outer, .allow_unused = true})[0];
      return dx.defined() ? dx : Variable<double>(Tensor<double>(x[k].shape()));
    };
    auto result = gradcheck(worst.op, first, x_and_dy, options);
    if (!(result.error <= worst.error)) worst = result;
  }
  return worst;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
