// One step of an LSTM without history: gates by two linears, state in place.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_linear.hpp>
#include <adafuse/kernels/function.hpp>
#include <adafuse/nn/lstm.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

template <class T>
struct FoldedLstm {
  FoldedLinear<T> input, recurrent;  // [in -> 4 hidden], [hidden -> 4 hidden], gates i f g o

  Index hidden() const { return recurrent.in(); }

  /// How many numbers a sequence needs: h, c, and what each linear makes of a step.
  Index room() const { return 10 * hidden(); }

  /// The first step of a sequence, or its next: x [in] -> y [hidden]. `memory`: [room()], which
  /// stays as it is between the steps.
  void step(bool first, const T* x, T* memory, T* y) const {
    const Index n = hidden();
    T *h = memory, *c = h + n, *gates = c + n, *more = gates + 4 * n;
    if (first) std::fill_n(h, 2 * n, T{0});
    input(1, x, gates);
    recurrent(1, h, more);
    for (Index k = 0; k < 4 * n; ++k) gates[k] += more[k];
    using kernels::Function;
    kernels::apply<Function::sigmoid>(2 * n, gates, gates);
    kernels::apply<Function::tanh>(n, gates + 2 * n, gates + 2 * n);
    kernels::apply<Function::sigmoid>(n, gates + 3 * n, gates + 3 * n);
    for (Index k = 0; k < n; ++k) c[k] = gates[n + k] * c[k] + gates[k] * gates[2 * n + k];
    kernels::apply<Function::tanh>(n, c, more);
    for (Index k = 0; k < n; ++k) y[k] = h[k] = gates[3 * n + k] * more[k];
  }
};

template <class T>
FoldedLstm<T> fold_lstm(const nn::LstmCell<T>& cell) {
  return {fold_linear(cell.weight_ih, cell.bias_ih), fold_linear(cell.weight_hh, cell.bias_hh)};
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
