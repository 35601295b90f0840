// Norms of vectors: over everything or along dimensions.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/ops/pow.hpp>
#include <adafuse/ops/reduce.hpp>
#include <cmath>

namespace adafuse::inline ADAFUSE_SIMD {

/// What norm is told.
struct NormOptions {
  NamedOptions named = NamedOptions();  ///< Options are named: `{.p = 1}`.
  double p = 2;                         ///< any number, infinity and -infinity among them
  bool keepdim = false;                 ///< Leave the reduced dimensions, with size 1.
};

namespace detail {

/// y = (sum |x|^p)^(1/p) for a finite p, in double; for p = 0 the number of elements that are not
/// 0.
template <class T>
Variable<T> power_norm(const Variable<T>& x, const std::vector<Index>& axes, double p,
                       bool keepdim) {
  const Shape row = reduced_shape(x.shape(), axes, true);
  const Tensor<T> elements = x.value("norm");
  const auto sums =
      equals(p, 2) ? kernels::sum_of(elements, row, [](double v) { return v * v; })
      : equals(p, 0)
          ? kernels::sum_of(elements, row, [](double v) { return equals(v, 0) ? 0.0 : 1.0; })
          : kernels::sum_of(elements, row, [p](double v) { return std::pow(std::abs(v), p); });
  const auto value = kernels::map(sums, [p](double sum) {
    return static_cast<T>(equals(p, 2)   ? std::sqrt(sum)
                          : equals(p, 0) ? sum
                                         : std::pow(sum, 1 / p));
  });
  // dx = dy sign(x) (|x| / y)^(p - 1); for p = 2 that is dy x / y. 0 where y is 0, where x is 0,
  // and for p = 0. A 1 is added to what is 0 and would be divided by, or have a negative power.
  return record("norm", value.reshape(reduced_shape(x.shape(), axes, keepdim)), {x},
                [x, row, p](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
                  if (equals(p, 0)) return {Tensor<T>(x.shape())};
                  if (equals(p, 2) && !grad_enabled()) {  // one pass; dy / y may exceed a float
                    const auto factors = kernels::zip(dy.value(), y.value(), [](T d, T length) {
                      return length <= 0 ? 0.0
                                         : static_cast<double>(d) / static_cast<double>(length);
                    });
                    return {kernels::zip(x.value(), factors.reshape(row), [](T v, double factor) {
                      return static_cast<T>(static_cast<double>(v) * factor);
                    })};
                  }
                  const auto is_0 = [](T v) { return equals(v, 0) ? T{1} : T{0}; };
                  const Variable<T> norms = reshape(y, row);
                  const Variable<T> arrived = gate(reshape(dy, row), norms.value());
                  const Variable<T> unit = x / (norms + kernels::map(norms.value(), is_0));
                  if (equals(p, 2)) return {arrived * unit};
                  const auto sign = kernels::map(x.value(), [](T v) {
                    return v > 0 ? T{1} : v < 0 ? T{-1} : T{0};
                  });
                  return {arrived * sign * pow(abs(unit) + kernels::map(x.value(), is_0), p - 1)};
                });
}

}  // namespace detail

/// The p-norm along dimensions, (sum |x|^p)^(1/p): `norm(x, 1, {.p = 1})`. For p = inf the largest
/// |x|, for -inf the smallest, whose gradient goes to the first of equals; for p = 0 the number of
/// elements that are not 0. Of nothing it is 0 for p >= 0, and an error for p = inf and -inf. At 0
/// the gradient is 0. Throws ValueError when p is NaN.
template <Operand X>
Variable<scalar_of<X>> norm(const X& input, const Dims& dims, NormOptions options = {}) {
  const Variable<scalar_of<X>> x = input;
  const double p = options.p;
  require<ValueError>(!std::isnan(p), "norm: p is NaN");
  const auto axes = dims.of(x.shape(), "norm");
  const ReduceOptions reduce{.keepdim = options.keepdim};
  if (std::isinf(p)) return detail::extreme("norm", abs(x), axes, reduce, p > 0);
  if (equals(p, 1)) return sum(abs(x), axes, reduce);
  return detail::power_norm(x, axes, p, options.keepdim);
}

/// The p-norm of all elements: `norm(x)`, `norm(x, {.p = 1})`.
template <Operand X>
Variable<scalar_of<X>> norm(const X& x, NormOptions options = {}) {
  return norm(x, detail::all_dims(x.shape()), options);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
