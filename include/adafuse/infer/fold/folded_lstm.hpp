// One step of an LSTM without history: gates by two linears, state in place.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_linear.hpp>
#include <adafuse/nn/lstm.hpp>
#include <cmath>

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
    const auto sigmoid = [](T z) { return 1 / (1 + std::exp(-z)); };
    for (Index k = 0; k < n; ++k) {
      const auto gate = [&](Index which) { return gates[which * n + k] + more[which * n + k]; };
      c[k] = sigmoid(gate(1)) * c[k] + sigmoid(gate(0)) * std::tanh(gate(2));
      y[k] = h[k] = sigmoid(gate(3)) * std::tanh(c[k]);
    }
  }
};

template <class T>
FoldedLstm<T> fold_lstm(const nn::LstmCell<T>& cell) {
  return {fold_linear(cell.weight_ih, cell.bias_ih), fold_linear(cell.weight_hh, cell.bias_hh)};
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
