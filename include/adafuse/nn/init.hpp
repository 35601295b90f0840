// Where weights start: drawn from a key. Who overwrites all of them, or asks only for their names
// and shapes, need not wait for that, nor have the memory. Layers start as PyTorch's do; another
// start is `layer.weight = parameter(nn::orthogonal<float>(layer.weight.shape(), key))`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

namespace adafuse::nn {

/// How the layers start that are built in this thread.
enum class Start {
  drawn,       ///< from their keys
  unwritten,   ///< for who writes all of them: their memory as it comes
  shapes_only  ///< no memory at all: they can be listed, and neither read nor written
};

/// As long as it lives, layers that this thread builds start in another way.
class StartGuard {
 public:
  /// Layers start as `start` says from here on.
  ADAFUSE_INLINE explicit StartGuard(Start start) : before_(std::exchange(start_, start)) {}
  StartGuard(const StartGuard&) = delete;
  StartGuard& operator=(const StartGuard&) = delete;
  ADAFUSE_INLINE ~StartGuard() { start_ = before_; }

  /// How they start now.
  static Start start() { return start_; }

 private:
  static constinit inline thread_local Start start_ = Start::drawn;
  Start before_;
};

inline namespace ADAFUSE_SIMD {

inline bool weights_are_drawn() { return StartGuard::start() == Start::drawn; }

/// A tensor for weights that are not drawn: see Start.
template <class T>
Tensor<T> undrawn(Shape shape) {
  static T nothing{};
  return StartGuard::start() == Start::shapes_only ? Tensor<T>::borrow(&nothing, shape)
                                                   : Tensor<T>::uninitialized(shape);
}

/// The same number everywhere.
template <class T>
Tensor<T> constant_init(Shape shape, T value) {
  return StartGuard::start() == Start::shapes_only ? undrawn<T>(shape)
                                                   : Tensor<T>::full(shape, value);
}

/// N(0, deviation^2).
template <class T>
Tensor<T> normal_init(Shape shape, double deviation, Key key) {
  if (!weights_are_drawn()) return undrawn<T>(shape);
  Tensor<T> w = Tensor<T>::randn(shape, key);
  for (T& x : w) x *= static_cast<T>(deviation);
  return w;
}

/// U(low, high).
template <class T>
Tensor<T> uniform_init(Shape shape, double low, double high, Key key) {
  if (!weights_are_drawn()) return undrawn<T>(shape);
  return Tensor<T>::uniform(shape, key, static_cast<T>(low), static_cast<T>(high));
}

/// How many inputs a unit sums up, and how many units an input reaches, of a weight [out, in, ...]:
/// in times and out times the product of what follows.
struct Fans {
  /// Fan in and fan out.
  double in, out;
};
/// Throws ShapeError when the weight has less than two dimensions.
inline Fans fans_of(const Shape& shape) {
  require<ShapeError>(shape.rank() >= 2, "init: fan in and fan out need a weight [out, in, ...], ",
                      "got ", shape);
  double positions = 1;
  for (Index d = 2; d < shape.rank(); ++d) positions *= static_cast<double>(shape[d]);
  return {static_cast<double>(shape[1]) * positions, static_cast<double>(shape[0]) * positions};
}

/// What follows a layer.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// What keeps the variance through a function, as torch.nn.init.calculate_gain recommends:
/// 1, 1, 5/3, sqrt 2, sqrt(2 / (1 + slope^2)), 3/4. `slope` is that of leaky_relu below 0.
inline double calculate_gain(Nonlinearity after, double slope = 0.01) {
  switch (after) {
    case Nonlinearity::tanh:
      return 5.0 / 3;
    case Nonlinearity::relu:
      return std::numbers::sqrt2;
    case Nonlinearity::leaky_relu:
      return std::sqrt(2 / (1 + slope * slope));
    case Nonlinearity::selu:
      return 0.75;
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
      break;
  }
  return 1;
}

/// What xavier_uniform and xavier_normal are told.
struct InitOptions {
  double gain = 1;  ///< Of what follows: `calculate_gain`.
};

/// U(-b, b) with b = gain sqrt(6 / (fan_in + fan_out)): a compromise between keeping the variance
/// of values and that of gradients (Glorot and Bengio, "Understanding the difficulty of training
/// deep feedforward neural networks", 2010).
template <class T>
Tensor<T> xavier_uniform(Shape shape, Key key, InitOptions options = {}) {
  const Fans fans = fans_of(shape);
  const double bound = options.gain * std::sqrt(6 / (fans.in + fans.out));
  return uniform_init<T>(shape, -bound, bound, key);
}

/// N(0, gain^2 2 / (fan_in + fan_out)).
template <class T>
Tensor<T> xavier_normal(Shape shape, Key key, InitOptions options = {}) {
  const Fans fans = fans_of(shape);
  return normal_init<T>(shape, options.gain * std::sqrt(2 / (fans.in + fans.out)), key);
}

/// Which variance is kept.
enum class Fan {
  in,  ///< Keeps the variance of values.
  out  ///< Keeps that of gradients.
};

/// What kaiming_uniform and kaiming_normal are told.
struct KaimingOptions {
  Fan fan = Fan::in;                ///< Which variance is kept.
  double slope = 0;                 ///< Of the leaky_relu that follows (PyTorch's a); 0: relu.
  std::optional<double> gain = {};  ///< Of what follows, if that is neither: `calculate_gain`.
};

namespace detail {
/// gain / sqrt(fan), where gain^2 = 2 / (1 + slope^2) unless it is given.
inline double kaiming_deviation(const Shape& shape, const KaimingOptions& options) {
  const Fans fans = fans_of(shape);
  const double fan = options.fan == Fan::in ? fans.in : fans.out;
  if (options.gain) return *options.gain / std::sqrt(fan);
  return std::sqrt(2 / (1 + options.slope * options.slope) / fan);
}
}  // namespace detail

/// U(-b, b) with b = gain sqrt(3 / fan): keeps the variance through layers with ReLU (He et al.,
/// "Delving deep into rectifiers", 2015).
template <class T>
Tensor<T> kaiming_uniform(Shape shape, Key key, KaimingOptions options = {}) {
  const double bound = std::numbers::sqrt3 * detail::kaiming_deviation(shape, options);
  return uniform_init<T>(shape, -bound, bound, key);
}

/// N(0, gain^2 / fan).
template <class T>
Tensor<T> kaiming_normal(Shape shape, Key key, KaimingOptions options = {}) {
  return normal_init<T>(shape, detail::kaiming_deviation(shape, options), key);
}

/// What truncated_normal is told.
struct TruncatedNormalOptions {
  /// Of the normal distribution before it is cut off.
  double mean = 0, stddev = 1;
  /// No number is below the one or above the other.
  double low = -2, high = 2;
};

namespace detail {

/// A standard normal number within [low, high].
inline double truncated_normal(double low, double high, Draws& draws) {
  const double inside =
      0.5 * (std::erf(high / std::numbers::sqrt2) - std::erf(low / std::numbers::sqrt2));
  if (inside >= 0.25) {
    for (;;)
      if (const double x = draws.normal(); low <= x && x <= high) return x;
  }
  // The interval is narrow or far out: uniform numbers x, kept as often as e^{-(x^2 - top^2) / 2}
  // says, where `top` is the likeliest. What lies 9 beyond it is less likely by 1e-17.
  const double top = std::clamp(0.0, low, high);
  const double from = std::max(low, top - 9), to = std::min(high, top + 9);
  for (;;) {
    const double x = draws.uniform(from, to);
    if (draws.uniform() <= std::exp((top * top - x * x) / 2)) return std::clamp(x, low, high);
  }
}

}  // namespace detail

/// N(mean, stddev^2) of which only what lies within [low, high] is drawn, with the defaults of
/// torch.nn.init.trunc_normal_. Throws ValueError unless low < high and stddev is
/// positive.
template <class T>
Tensor<T> truncated_normal(Shape shape, Key key, TruncatedNormalOptions options = {}) {
  require<ValueError>(options.low < options.high && options.stddev > 0,
                      "truncated_normal: expects low < high and stddev > 0, got ", options.low,
                      ", ", options.high, " and ", options.stddev);
  if (!weights_are_drawn()) return undrawn<T>(shape);
  const double low = (options.low - options.mean) / options.stddev;
  const double high = (options.high - options.mean) / options.stddev;
  auto w = Tensor<T>::uninitialized(shape);
  for (Index i = 0; i < w.size(); ++i) {
    Draws draws(key.of(static_cast<std::uint64_t>(i)));
    w.data()[i] = static_cast<T>(
        options.mean + rounded(options.stddev * detail::truncated_normal(low, high, draws)));
  }
  return w;
}

namespace detail {

/// Makes rows [count, length], count <= length, orthonormal: from each what lies along those before
/// it is taken away, twice (Giraud, Langou and Rozloznik, 2005: then orthogonal to rounding).
inline void orthonormalise_rows(double* rows, Index count, Index length) {
  for (Index k = 0; k < count; ++k) {
    double* const row = rows + k * length;
    for (int again = 0; again < 2; ++again)
      for (Index j = 0; j < k; ++j) {
        const double* const before = rows + j * length;
        double along = 0;
        for (Index i = 0; i < length; ++i) along += row[i] * before[i];
        for (Index i = 0; i < length; ++i) row[i] -= along * before[i];
      }
    double square = 0;
    for (Index i = 0; i < length; ++i) square += row[i] * row[i];
    const double norm = std::sqrt(square);
    for (Index i = 0; i < length; ++i) row[i] /= norm;
  }
}

}  // namespace detail

/// `gain` times a matrix of orthonormal rows or columns, whichever are fewer, drawn uniformly; a
/// weight [out, ...] is the matrix [out, rest] (Saxe, McClelland and Ganguli, "Exact solutions to
/// the nonlinear dynamics of learning in deep linear neural networks", 2014). Throws ShapeError
/// when the weight has less than two dimensions.
template <class T>
Tensor<T> orthogonal(Shape shape, Key key, InitOptions options = {}) {
  require<ShapeError>(shape.rank() >= 2, "orthogonal: expects a weight [out, in, ...], got ",
                      shape);
  if (!weights_are_drawn()) return undrawn<T>(shape);
  auto w = Tensor<T>::uninitialized(shape);
  if (w.size() == 0) return w;
  // Normal numbers have no direction that they prefer.
  const Index out = shape[0], rest = w.size() / out;
  const Index count = std::min(out, rest), length = std::max(out, rest);
  auto rows = Tensor<double>::randn({count, length}, key);
  double* const numbers = rows.data();
  detail::orthonormalise_rows(numbers, count, length);
  T* const weights = w.data();
  for (Index o = 0; o < out; ++o)
    for (Index r = 0; r < rest; ++r) {
      const double x = out <= rest ? numbers[o * length + r] : numbers[r * length + o];
      weights[o * rest + r] = static_cast<T>(options.gain * x);
    }
  return w;
}

/// U(-b, b) with b = 1 / sqrt(fan_in): what PyTorch gives linear layers and biases by default.
template <class T>
Tensor<T> fan_in_uniform(Shape shape, Index fan_in, Key key) {
  if (!weights_are_drawn()) return undrawn<T>(shape);
  const T bound = static_cast<T>(1 / std::sqrt(static_cast<double>(std::max<Index>(fan_in, 1))));
  return Tensor<T>::uniform(shape, key, -bound, bound);
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::nn
