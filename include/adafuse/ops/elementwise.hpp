// elementwise: a function of one number, applied to each element, is a name, a value and a
// derivative.
//
//   template <Operand X>
//   Variable<scalar_of<X>> exp(const X& x) {
//     // dx = dy e^x = dy y
//     return elementwise<Reads::result>(
//         "exp", as_variable(x), kernels::of<kernels::Function::exp>,
//         [](const auto& dy, const auto& y) { return dy * y; });
//   }
//
// The value is a function of numbers, one pass over memory: a lambda of plain arithmetic, one of
// the functions of kernels/function.hpp, or such a one between two lambdas. The derivative is made
// of operations, so that derivatives of derivatives come from the same line.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/function.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What a derivative reads beside dy. It is kept for the gradient, and must be as it was then.
enum class Reads { nothing, input, result };

/// y = value(x), element by element. `derivative(dy)`, `derivative(dy, x)` or `derivative(dy, y)`,
/// as `reads` says, is dx.
template <Reads reads, class T, class Value, class Derivative>
Variable<T> elementwise(const char* name, const Variable<T>& x, const Value& value,
                        const Derivative& derivative) {
  auto y = kernels::map(x.value(name), value);
  if constexpr (reads == Reads::nothing)
    return record(name, std::move(y), {x},
                  [derivative](const Variable<T>& dy) -> Gradients<T> { return {derivative(dy)}; });
  else if constexpr (reads == Reads::input)
    return record(name, std::move(y), {x}, [x, derivative](const Variable<T>& dy) -> Gradients<T> {
      return {derivative(dy, x)};
    });
  else
    return record(name, std::move(y), {x},
                  [derivative](const Variable<T>& dy, const Variable<T>& y_) -> Gradients<T> {
                    return {derivative(dy, y_)};
                  });
}

/// The same for a derivative that takes more than one operation. `pulled_back(dy, x)`, or
/// `pulled_back(dy, y)`, is that derivative for numbers: one pass, taken where nobody
/// differentiates the gradient again.
template <Reads reads = Reads::input, class T, class Value, class PulledBack, class Derivative>
Variable<T> elementwise(const char* name, const Variable<T>& x, const Value& value,
                        const PulledBack& pulled_back, const Derivative& derivative) {
  return elementwise<reads>(
      name, x, value,
      [pulled_back, derivative](const Variable<T>& dy, const Variable<T>& at) -> Variable<T> {
        if (grad_enabled()) return derivative(dy, at);
        return kernels::zip(dy.value(), at.value(), pulled_back);
      });
}

/// The derivative of a function that is flat between its steps.
struct NoSlope {
  /// Zeros of dy's shape.
  template <class T>
  Variable<T> operator()(const Variable<T>& dy) const {
    return Tensor<T>(dy.shape());
  }
};

}  // namespace adafuse::inline ADAFUSE_SIMD
