// The logarithm of a sum of exponentials.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/kernels/softmax.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/reduce.hpp>
#include <cmath>

namespace adafuse::inline ADAFUSE_SIMD {

/// y = ln sum e^x along dimensions. No exponential overflows; of -inf alone, and of nothing, it is
/// -inf; inf among the elements makes it inf, NaN makes it NaN.
template <Operand X>
Variable<scalar_of<X>> logsumexp(const X& input, const Dims& dims, ReduceOptions options = {}) {
  using T = scalar_of<X>;
  constexpr T inf = std::numeric_limits<T>::infinity();
  const Variable<T> x = input;
  const auto axes = dims.of(x.shape(), "logsumexp");
  const detail::ReducedDims r = detail::reduced_dims(x.shape(), axes);
  if (r.middle.count == 0) return sum(x, dims, options) - inf;

  auto value = Tensor<T>::uninitialized({r.middle.outer, r.middle.inner});
  const Tensor<T> merged = detail::as_middle(x.value(), r);
  auto largest = Tensor<T>::uninitialized(value.shape());
  auto log_sums = Tensor<double>::uninitialized(value.shape());
  kernels::log_sum_exp(r.middle, merged.data(), largest.data(), log_sums.data(), value.data());
  const Shape row = detail::reduced_shape(x.shape(), axes, true);
  // dx_k = dy e^x_k / sum_l e^x_l = dy e^(x_k - y), which is 0 where x is -inf alone
  return record(
      "logsumexp", value.reshape(detail::reduced_shape(x.shape(), axes, options.keepdim)), {x},
      [x, row, r, largest, log_sums](const Variable<T>& dy, const Variable<T>& y) -> Gradients<T> {
        if (grad_enabled() || !r.order.empty()) {
          const Variable<T> sums = reshape(y, row);
          const auto not_0 =
              kernels::map(sums.value(), [](T v) { return equals(v, -inf) ? T{0} : T{1}; });
          return {reshape(dy, row) * exp(x - gate(sums, not_0))};
        }
        const Index rows = y.size();
        Tensor<T> shifts = largest.clone();
        Tensor<double> logs = log_sums.clone(), factors({rows}), none({rows});
        for (Index i = 0; i < rows; ++i) {
          factors.data()[i] = static_cast<double>(dy.value().data()[i]);
          const T sum = y.value().data()[i];
          if (std::isfinite(sum)) continue;
          shifts.data()[i] = equals(sum, -inf) ? T{0} : sum;
          logs.data()[i] = 0;
        }
        auto dx = Tensor<T>::uninitialized(x.shape());
        kernels::scaled_softmax(r.middle, x.value().data(), shifts.data(), logs.data(),
                                factors.data(), none.data(), dx.data());
        return {dx};
      });
}

}  // namespace adafuse::inline ADAFUSE_SIMD
