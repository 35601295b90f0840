// Variance and standard deviation, over everything or along dimensions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/reduce.hpp>

namespace adafuse::inline ADAFUSE_SIMD {

/// What var and stddev are told.
struct VarOptions {
  NamedOptions named = NamedOptions();  ///< Options are named: `{.correction = 0}`.
  double correction = 1;  ///< taken off the count: 1 is the unbiased estimate, 0 the mean square
  bool keepdim = false;   ///< Leave the reduced dimensions, with size 1.
};

namespace detail {

/// What a variance is taken over: `count` elements for each of `row`, which has sizes of 1 in their
/// place. Their squares are divided by `divisor`.
struct Spread {
  Shape row, result;
  double count = 1, divisor;

  Spread(const Shape& shape, const std::vector<Index>& axes, const VarOptions& options)
      : row(reduced_shape(shape, axes, true)), result(reduced_shape(shape, axes, options.keepdim)) {
    for (const Index axis : axes) count *= static_cast<double>(shape[axis]);
    divisor = std::max(count - options.correction, 0.0);
  }
};

/// Whether `row` is `shape` with its last dimensions made 1: what is reduced are rows, none empty.
inline bool is_last_dims(const Shape& row, const Shape& shape) {
  Index d = 0;
  while (d < shape.rank() && row[d] == shape[d]) ++d;
  for (; d < shape.rank(); ++d)
    if (row[d] != 1) return false;
  return shape.size() > 0;
}

/// sum (x - mean)^2 / divisor, in double and in two passes: the squares of large numbers would take
/// the digits of small differences. What rounding left of the mean is taken off again: it is the
/// mean of what is left.
template <class T>
Tensor<T> variance(const Tensor<T>& x, const Spread& over) {
  const double count = over.count, divisor = over.divisor;
  const auto result = [count, divisor](double square, double rest) {
    const double sum = square - rest * rest / count;
    return static_cast<T>((sum < 0 ? 0 : sum) / divisor);
  };
  const auto sums = kernels::sum_of(x, over.row, kernels::ItsElements());
  constexpr Index longest = 4 * kernels::elements_per_chunk;  // that one thread has alone
  if (const Index rows = sums.size();
      is_last_dims(over.row, x.shape()) && x.size() / rows <= longest) {
    auto y = Tensor<T>::uninitialized(over.row);
    T* const to = y.data();
    const Index length = x.size() / rows;
    parallel_for(rows, 1 + 16384 / length, Work::elements(8 * length), [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        const T* const row = x.data() + r * length;
        const double mean = sums.data()[r] / count;
        const auto left = [mean](double v) { return v - mean; };
        const auto square = [left](double v) { return left(v) * left(v); };
        to[r] = result(kernels::sum_run(row, length, square), kernels::sum_run(row, length, left));
      }
    });
    return y;
  }
  const auto left = kernels::zip(
      x, sums, [count](T v, double sum) { return static_cast<double>(v) - sum / count; });
  return kernels::zip(kernels::sum_of(left, over.row, [](double v) { return v * v; }),
                      kernels::sum_to(left, over.row), result);
}

/// y = sum (x - m)^2 / d. Through m nothing comes, for sum (x - m) = 0  =>  dx = dy 2 (x - m) / d
template <class T>
Variable<T> variance_gradient(const Variable<T>& x, const Variable<T>& dy, const Spread& over) {
  return reshape(dy, over.row) * (2 / over.divisor) * (x - sum_to(x, over.row) / over.count);
}

}  // namespace detail

/// The variance along dimensions: the sum of (x - mean)^2 over count - correction. NaN of one
/// element by the default correction, as of none; where the correction exceeds the count, of a
/// divisor 0.
template <Operand X>
Variable<scalar_of<X>> var(const X& input, const Dims& dims, VarOptions options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const detail::Spread over(x.shape(), dims.of(x.shape(), "var"), options);
  return record("var", detail::variance(x.value(), over).reshape(over.result), {x},
                [x, over](const Variable<T>& dy) -> Gradients<T> {
                  return {detail::variance_gradient(x, dy, over)};
                });
}

/// The variance of all elements.
template <Operand X>
Variable<scalar_of<X>> var(const X& x, VarOptions options = {}) {
  return var(x, detail::all_dims(x.shape()), options);
}

/// The standard deviation along dimensions, var^(1/2); `std` is the namespace's name. Where it is 0
/// so is its gradient.
template <Operand X>
Variable<scalar_of<X>> stddev(const X& input, const Dims& dims, VarOptions options = {}) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  const detail::Spread over(x.shape(), dims.of(x.shape(), "stddev"), options);
  const auto value = kernels::map(detail::variance(x.value(), over).reshape(over.result),
                                  kernels::of<kernels::Function::sqrt>);
  // y = v^(1/2)  =>  dv = dy / (2 y). At y = 0, where x is constant, there is no derivative: dv = 0
  return record(
      "stddev", value, {x}, [x, over](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
        const auto zero = kernels::map(y.value(), [](T v) { return equals(v, 0) ? T{1} : T{0}; });
        const Variable<T> dv = gate(dy, y.value()) / (2 * (y + zero));
        return {detail::variance_gradient(x, dv, over)};
      });
}

/// The standard deviation of all elements.
template <Operand X>
Variable<scalar_of<X>> stddev(const X& x, VarOptions options = {}) {
  return stddev(x, detail::all_dims(x.shape()), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
