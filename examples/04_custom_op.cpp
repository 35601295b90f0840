// Lesson 4: an operation of your own.
//
// The library's operations enter the history through `record`, and so do yours: a value, the
// inputs, and a pullback that turns the gradient of the result into gradients of the inputs.
// `gradcheck` compares what the pullback says with differences of the function itself.
//
// Prints that softplus and its second derivative agree with differences, that one with a mistake in
// its derivative does not, and a gradient that came through a chain of own and built-in operations.
// SPDX-License-Identifier: MIT
#include <adafuse/autograd/autograd.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/reduce.hpp>
#include <cmath>
#include <cstdio>
#include <iostream>

using namespace adafuse;

// y = log(1 + e^x)  =>  dx = dy sigmoid(x)
template <class T>
Variable<T> softplus(const Variable<T>& x) {
  // max(x, 0) + log1p(e^-|x|) is the same number, and e^x does not overflow.
  const auto y = kernels::map(
      x.value(), [](T v) { return std::max(v, T{0}) + std::log1p(std::exp(-std::abs(v))); });
  return record("softplus", y, {x}, [x](const Variable<T>& dy) -> Gradients<T> {
    // Written with operations, not with numbers: so the derivative can be differentiated again.
    return {dy * sigmoid(x)};
  });
}

// The same value with a slip in the derivative: sigmoid of y in place of x.
template <class T>
Variable<T> softplus_with_a_slip(const Variable<T>& x) {
  return record("softplus_with_a_slip", softplus(x).value(), {x},
                [](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  return {dy * sigmoid(y)};
                });
}

int main() {
  const auto x = Tensor<double>::of({{-30, -1, 0.5}, {2, 30, 700}});
  using Inputs = std::vector<Variable<double>>;
  const auto good = [](const Inputs& in) { return softplus(in[0]); };
  const auto bad = [](const Inputs& in) { return softplus_with_a_slip(in[0]); };
  const auto verdict = [](const GradcheckResult& result) {
    std::cout << result.op << ": " << (result ? "agrees with" : "differs from")
              << " the differences\n";
    return result;
  };
  verdict(gradcheck("softplus", good, {x}));
  verdict(gradgradcheck("softplus", good, {x}));
  // The result names the worst element, so that one knows where to look.
  const auto slip = verdict(gradcheck("softplus_with_a_slip", bad, {x}));
  std::cout << "  most at element " << slip.element << ", where x is " << x.data()[slip.element]
            << "\n";

  // In use it is an operation like any other.
  const auto p = parameter(Tensor<double>::of({0.0, 1.0}));
  backward(sum(softplus(p) * p));  // d/dp = softplus(p) + p sigmoid(p)
  std::printf("gradient of sum(softplus(p) p) at 0 and 1: %.4f %.4f\n", p.grad().value()(0),
              p.grad().value()(1));
}
