// Activations: the functions between layers, under the names and with the defaults of
// torch.nn.functional. relu, sigmoid and tanh are in pointwise.hpp.
//
// Each is one pass over memory, and so is its gradient: the derivative stands twice, for numbers
// and in operations, and the latter is taken where the gradient is differentiated again.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/ops/compare.hpp>
#include <adafuse/ops/shape.hpp>
#include <adafuse/ops/where.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What leaky_relu is told.
struct LeakyReluOptions {
  double negative_slope = 0.01;  ///< of the line below 0
};

/// y = x where x > 0, negative_slope x elsewhere.
template <Operand X>
Variable<scalar_of<X>> leaky_relu(const X& input, LeakyReluOptions options = {}) {
  using T = scalar_of<X>;
  const T slope = static_cast<T>(options.negative_slope);
  // A factor is chosen, not one of two values: else g++ jumps, and half of the jumps are guessed
  // wrongly.
  const auto sloped = [slope](T value, T x) { return value * (x > 0 ? T{1} : slope); };
  // dx = dy where x > 0, negative_slope dy elsewhere
  return elementwise(
      "leaky_relu", as_variable(input), [sloped](T v) { return sloped(v, v); }, sloped,
      [slope](const auto& dy, const auto& x) {
        return dy * kernels::map(x.value(), [slope](T v) { return v > 0 ? T{1} : slope; });
      });
}

/// y = x where x > 0, weight x elsewhere. The weight holds one number, or one for each channel:
/// position of dimension 1 of x. ShapeError when it holds another number of them.
template <Operand X>
Variable<scalar_of<X>> prelu(const X& input, const Variable<scalar_of<X>>& weight) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const Index channels = x.rank() > 1 ? x.size(1) : 1;
  require<ShapeError>(weight.rank() <= 1 && (weight.size() == 1 || weight.size() == channels),
                      "prelu: x ", x.shape(), " expects a weight of one number or ", channels,
                      ", got ", weight.shape());
  Shape along;  // of the weight: [C] as [C, 1, ...], which lines up with dimension 1 of x
  if (weight.size() != 1) {
    along.push_back(channels);
    for (Index d = 2; d < x.rank(); ++d) along.push_back(1);
  }
  const Variable<T> w = reshape(weight, along);
  // dx = dy where x > 0, w dy elsewhere; dw = the sum of dy min(x, 0)
  return record("prelu",
                kernels::zip(x.value(), w.value(), [](T v, T s) { return v > 0 ? v : v * s; }),
                {x, w}, [x, w](const Variable<T>& dy) -> Gradients<T> {
                  Gradients<T> gradients(2);
                  if (x.requires_grad()) gradients[0] = where(x.value() > 0, dy, dy * w);
                  if (w.requires_grad()) {
                    const auto low = -std::numeric_limits<T>::infinity();
                    gradients[1] = sum_to(dy * clamp(x, low, 0), w.shape());
                  }
                  return gradients;
                });
}

namespace detail {

/// y = scale x where x > 0, scale alpha (e^x - 1) elsewhere.
template <class T>
Variable<T> scaled_elu(const char* name, const Variable<T>& input, T scale, T alpha) {
  const T curve = scale * alpha;
  // dx = dy scale where x > 0, dy scale alpha e^x elsewhere
  return elementwise(
      name, input,
      kernels::through<kernels::Function::expm1>(
          [](T v) { return v <= 0 ? v : T{0}; },
          [curve, scale](T v, T e) { return v <= 0 ? e * curve : v * scale; }),
      kernels::through<kernels::Function::exp>(
          [](T v) { return v <= 0 ? v : T{0}; },
          [curve, scale](T dy, T v, T e) { return v <= 0 ? dy * curve * e : dy * scale; }),
      [curve, scale](const Variable<T>& dy, const Variable<T>& x) {
        // Where x > 0, e^x may be infinite: it is not asked for.
        const auto below = clamp(x, -std::numeric_limits<T>::infinity(), 0);
        return dy * where(x.value() <= 0, curve * exp(below), scale);
      });
}

}  // namespace detail

/// What elu is told.
struct EluOptions {
  double alpha = 1;  ///< the limit far below 0 is -alpha
};

/// y = x where x > 0, alpha (e^x - 1) elsewhere.
template <Operand X>
Variable<scalar_of<X>> elu(const X& input, EluOptions options = {}) {
  using T = scalar_of<X>;
  return detail::scaled_elu("elu", as_variable(input), T{1}, static_cast<T>(options.alpha));
}

/// The elu that keeps mean 0 and variance 1 (Klambauer et al., "Self-normalizing neural networks",
/// 2017): y = scale elu(x) for alpha = 1.6732632 and scale = 1.0507010.
template <Operand X>
Variable<scalar_of<X>> selu(const X& input) {
  using T = scalar_of<X>;
  return detail::scaled_elu("selu", as_variable(input),
                            static_cast<T>(1.0507009873554804934193349852946),
                            static_cast<T>(1.6732632423543772848170429916717));
}

/// y = min(max(x, 0), 6). A NaN stays a NaN.
template <Operand X>
Variable<scalar_of<X>> relu6(const X& input) {
  using T = scalar_of<X>;
  // dx = dy where 0 < x < 6, and for a NaN; 0 elsewhere, at both ends too
  const auto outside = [](T v) { return v <= 0 || v >= 6; };
  return elementwise(
      "relu6", as_variable(input), [](T v) { return v < 0   ? T{0}
                                                    : v > 6 ? T{6}
                                                            : v; },
      [outside](T dy, T v) { return outside(v) ? T{0} : dy; },
      [outside](const auto& dy, const auto& x) {
        return gate(dy,
                    kernels::map(x.value(), [outside](T v) { return outside(v) ? T{0} : T{1}; }));
      });
}

/// y = x min(max(x + 3, 0), 6) / 6: silu in straight pieces and a parabola.
template <Operand X>
Variable<scalar_of<X>> hardswish(const X& input) {
  using T = scalar_of<X>;
  // y = x (x + 3) / 6 between -3 and 3: dx = dy (x / 3 + 1/2). Below dx = 0, above dx = dy.
  return elementwise(
      "hardswish", as_variable(input),
      [](T v) { return v * std::min(std::max(v + 3, T{0}), T{6}) / 6; },
      [](T dy, T v) { return v < -3   ? T{0}
                             : v <= 3 ? dy * (v / 3 + T{0.5})
                                      : dy; },
      [](const auto& dy, const auto& x) {
        const auto& at = x.value();
        const auto ends = gate(dy, kernels::map(at, [](T v) { return v < -3 ? T{0} : T{1}; }));
        return where(abs(at).value() <= 3, dy * (x / 3 + 0.5), ends);
      });
}

/// y = x sigmoid(x) = x / (1 + e^-x).
template <Operand X>
Variable<scalar_of<X>> silu(const X& input) {
  using T = scalar_of<X>;
  // with s = sigmoid(x), ds/dx = s (1 - s): dx = dy (s + x s (1 - s)) = dy s (1 + x (1 - s))
  return elementwise("silu", as_variable(input), kernels::of<kernels::Function::silu>,
                     kernels::through<kernels::Function::sigmoid>(
                         [](T dy, T v, T s) { return dy * s * (1 + v * (1 - s)); }),
                     [](const auto& dy, const auto& x) {
                       const auto s = sigmoid(x);
                       return dy * s * (1 + x * (1 - s));
                     });
}

/// What softplus is told.
struct SoftplusOptions {
  double beta = 1;        ///< how sharp the bend at 0 is
  double threshold = 20;  ///< Where beta x is above it, y = x: the difference is below rounding.
};

/// y = ln(1 + e^(beta x)) / beta, a smooth relu.
template <Operand X>
Variable<scalar_of<X>> softplus(const X& input, SoftplusOptions options = {}) {
  using T = scalar_of<X>;
  const T beta = static_cast<T>(options.beta), threshold = static_cast<T>(options.threshold);
  // dx = dy e^(beta x) / (1 + e^(beta x)) = dy sigmoid(beta x), and dy above the threshold
  return elementwise(
      "softplus", as_variable(input),
      kernels::through<kernels::Function::softplus>(
          [beta](T v) { return v * beta; },
          [beta, threshold](T v, T s) { return v * beta > threshold ? v : s / beta; }),
      kernels::through<kernels::Function::sigmoid>(
          [beta](T v) { return v * beta; },
          [beta, threshold](T dy, T v, T s) { return v * beta > threshold ? dy : dy * s; }),
      [beta, threshold](const auto& dy, const auto& x) {
        return where(mul(x.value(), beta).value() > threshold, dy, dy * sigmoid(x * beta));
      });
}

/// y = ln sigmoid(x) = -ln(1 + e^-x); torch.nn.functional calls it logsigmoid.
template <Operand X>
Variable<scalar_of<X>> log_sigmoid(const X& input) {
  using T = scalar_of<X>;
  // dx = dy e^-x / (1 + e^-x) = dy sigmoid(-x)
  return elementwise("log_sigmoid", as_variable(input), kernels::of<kernels::Function::log_sigmoid>,
                     kernels::through<kernels::Function::sigmoid>(
                         [](T v) { return -v; }, [](T dy, T, T s) { return dy * s; }),
                     [](const auto& dy, const auto& x) { return dy * sigmoid(-x); });
}

/// y = x tanh(ln(1 + e^x)).
template <Operand X>
Variable<scalar_of<X>> mish(const X& input) {
  using T = scalar_of<X>;
  // with t = tanh(softplus(x)), dt/dx = (1 - t^2) sigmoid(x): dx = dy (t + x sigmoid(x) (1 - t^2))
  return elementwise(
      "mish", as_variable(input), kernels::of<kernels::Function::mish>,
      kernels::through<kernels::Function::mish_slope>([](T dy, T, T slope) { return dy * slope; }),
      [](const auto& dy, const auto& x) {
        const auto t = tanh(softplus(x));
        return dy * (t + x * sigmoid(x) * (1 - t * t));
      });
}

/// How gelu works out the normal distribution: by erf, or by the formula with tanh.
enum class Approximate { none, tanh };

/// What gelu is told.
struct GeluOptions {
  Approximate approximate = Approximate::none;  ///< by erf unless said
};

namespace detail {

/// y = x P, where P = (1 + erf(x / sqrt 2)) / 2 is how often a normal number is below x.
template <class T>
Variable<T> gelu_by_erf(const Variable<T>& input) {
  constexpr T root_half = static_cast<T>(std::numbers::sqrt2 / 2);
  constexpr T peak = static_cast<T>(std::numbers::inv_sqrtpi * std::numbers::sqrt2 / 2);
  // dP/dx = e^(-x^2 / 2) / sqrt(2 pi) = p, the normal density: dx = dy (P + x p)
  return elementwise(
      "gelu", input, kernels::of<kernels::Function::gelu>,
      kernels::through<kernels::Function::gelu_slope>([](T dy, T, T slope) { return dy * slope; }),
      [](const Variable<T>& dy, const Variable<T>& x) {
        const auto below = (1 + erf(x * root_half)) / 2;
        return dy * (below + x * peak * exp(-x * x / 2));
      });
}

/// y = x (1 + t) / 2, t = tanh(k (x + c x^3)), k = sqrt(2 / pi), c = 0.044715.
template <class T>
Variable<T> gelu_by_tanh(const Variable<T>& input) {
  constexpr T k = static_cast<T>(std::numbers::inv_sqrtpi * std::numbers::sqrt2);
  constexpr T c = static_cast<T>(0.044715);
  const auto argument = [](T v) { return k * (v + c * v * v * v); };
  // dt/dx = (1 - t^2) k (1 + 3 c x^2): dx = dy (1 + t + x dt/dx) / 2
  return elementwise(
      "gelu", input,
      kernels::through<kernels::Function::tanh>(argument, [](T v, T t) { return v * (1 + t) / 2; }),
      kernels::through<kernels::Function::tanh>(
          argument,
          [](T dy, T v, T t) {
            return dy * (1 + t + v * (1 - t * t) * k * (1 + 3 * c * v * v)) / 2;
          }),
      [](const Variable<T>& dy, const Variable<T>& x) {
        const auto t = tanh(k * (x + c * x * x * x));
        return dy * (1 + t + x * (1 - t * t) * k * (1 + 3 * c * x * x)) / 2;
      });
}

}  // namespace detail

/// y = x times the chance that a normal number is below x; `{.approximate = Approximate::tanh}` for
/// the approximation with tanh (Hendrycks and Gimpel, "Gaussian error linear units", 2016).
template <Operand X>
Variable<scalar_of<X>> gelu(const X& input, GeluOptions options = {}) {
  return options.approximate == Approximate::tanh ? detail::gelu_by_tanh(as_variable(input))
                                                  : detail::gelu_by_erf(as_variable(input));
}

}  // namespace adafuse::inline ADAFUSE_SIMD
