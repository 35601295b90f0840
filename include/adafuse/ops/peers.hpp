// Sums over the processes that share a batch, as operations with a derivative.
//
// Each process has a loss L_r of its own. Gradients are those of their sum, L = sum_r L_r, which
// every process's x may have a part in:
//   y = sum_q x_q on every rank  =>  dL/dx_r = sum_q dL_q/dy
// so the gradient is the sum over the ranks as well.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/record.hpp>
#include <adafuse/core/peers.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::inline ADAFUSE_SIMD {

/// y = sum over the ranks of x, element by element, in double and in the order of the ranks: all
/// get the same. All ranks call it, and go backwards through it, in the same order; all give an x
/// of one shape. The peers must outlive the gradient. Of one rank alone it is a copy of x. Throws
/// what `peers.sum` throws.
template <Operand X>
Variable<scalar_of<X>> sum_over(const Peers& peers, const X& input) {
  using T = scalar_of<X>;
  const Variable<T> x = input;
  if (peers.size() == 1)
    return record("sum_over", x.value().clone(), {x},
                  [](const Variable<T>& dy) -> Gradients<T> { return {dy}; });
  std::vector<double> sums(x.value().begin(), x.value().end());
  peers.sum(sums);
  auto y = Tensor<T>::uninitialized(x.shape());
  std::transform(sums.begin(), sums.end(), y.begin(), [](double s) { return static_cast<T>(s); });
  // y = sum_q x_q  =>  dx = sum_q dy_q
  return record("sum_over", y, {x},
                [&peers](const Variable<T>& dy) -> Gradients<T> { return {sum_over(peers, dy)}; });
}

/// y = the mean over the ranks of x: sum_over / peers.size().
template <Operand X>
Variable<scalar_of<X>> mean_over(const Peers& peers, const X& x) {
  using T = scalar_of<X>;
  const Variable<T> sum = sum_over(peers, x);
  return peers.size() == 1 ? sum : sum / static_cast<T>(peers.size());
}

}  // namespace adafuse::inline ADAFUSE_SIMD
