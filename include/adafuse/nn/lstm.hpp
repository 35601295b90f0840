// LSTM (Hochreiter and Schmidhuber, 1997), with PyTorch's order of gates and names of weights:
//
//   i, f, g, o = split(x W_ih^T + b_ih + h W_hh^T + b_hh)
//   c' = sigmoid(f) c + sigmoid(i) tanh(g),    h' = sigmoid(o) tanh(c')
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/recurrent.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of an LSTM.
using LstmConfig = RecurrentConfig;

}  // namespace ADAFUSE_SIMD

inline namespace ADAFUSE_SIMD {

/// What an LSTM carries from step to step, each [N, hidden]; of several layers or both directions
/// [layers * directions, N, hidden], layer by layer, forward first, as in PyTorch.
template <class T>
struct LstmState {
  /// The output of the last step, and the cell's memory.
  Variable<T> h, c;
};

}  // namespace ADAFUSE_SIMD

/// One step.
template <class T>
class LstmCell {
 public:
  using value_type = T;
  /// h and c.
  using State = LstmState<T>;

  Variable<T> weight_ih, weight_hh;  ///< [4 hidden, in], [4 hidden, hidden], gates i f g o
  Variable<T> bias_ih, bias_hh;      ///< [4 hidden]

  /// Starts as PyTorch does: all from U(-1/sqrt(hidden), 1/sqrt(hidden)).
  LstmCell(const LstmConfig& config, Key key) : config_(config) {
    detail::require_single("LstmCell", config);
    const detail::RecurrentWeights<T> start("Lstm", 4, config, key);
    weight_ih = start.weight_ih, weight_hh = start.weight_hh;
    bias_ih = start.bias_ih, bias_hh = start.bias_hh;
  }
  explicit LstmCell(const LstmConfig&) = delete;  // weights are drawn: give a key, key.of("rnn")

  /// x: [N, in]. An undefined state is zero.
  LstmState<T> forward(const Variable<T>& x, const LstmState<T>& before) const {
    require<ShapeError>(x.rank() == 2 && x.size(1) == config_.in, "LstmCell: expects x [N,",
                        config_.in, "], got ", x.shape());
    const Shape expected{x.size(0), config_.hidden};
    const bool first = !before.h.defined();
    require<ShapeError>(first || (before.h.shape() == expected && before.c.shape() == expected),
                        "LstmCell: expects a state of ", expected, "s, got ", before.h.shape(),
                        " and ", before.c.shape());
    const Variable<T> h = first ? Variable<T>(Tensor<T>(expected)) : before.h;
    const Variable<T> c = first ? Variable<T>(Tensor<T>(expected)) : before.c;
    const auto gates = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh);
    const auto gate = [&](Index i) {
      return slice(gates, 1, i * config_.hidden, (i + 1) * config_.hidden);
    };
    const auto cell = sigmoid(gate(1)) * c + sigmoid(gate(0)) * tanh(gate(2));
    return {sigmoid(gate(3)) * tanh(cell), cell};
  }

  const LstmConfig& config() const { return config_; }

  /// Multiply-accumulates of one step of one sequence.
  ADAFUSE_INLINE double macs() const {
    return static_cast<double>(weight_ih.size() + weight_hh.size());
  }

  void visit(Visitor<T>& v) const {
    v("weight_ih", weight_ih), v("weight_hh", weight_hh);
    v("bias_ih", bias_ih), v("bias_hh", bias_hh);
  }

  /// h and c, and a state of them.
  ADAFUSE_INLINE static std::vector<Variable<T>> parts_of(const LstmState<T>& state) {
    return {state.h, state.c};
  }
  /// The state of these variables.
  ADAFUSE_INLINE static LstmState<T> state_of(const std::vector<Variable<T>>& parts) {
    return {parts[0], parts[1]};
  }

  ADAFUSE_INLINE LstmCell(LstmCell&&) = default;
  ADAFUSE_INLINE LstmCell& operator=(LstmCell&&) = default;
  ADAFUSE_INLINE ~LstmCell() = default;

 private:
  LstmConfig config_;
};

/// All steps of a sequence, through one layer or several, in one direction or both. Weights carry
/// the names of PyTorch's nn.LSTM.
template <class T>
class Lstm {
 public:
  using value_type = T;
  /// What `forward` returns.
  using Output = typename RecurrentLayers<T, LstmCell<T>>::Output;

  /// Starts all weights from U(-1/sqrt(hidden), 1/sqrt(hidden)), as PyTorch does.
  Lstm(const LstmConfig& config, Key key) : layers_("Lstm", config, key) {}
  explicit Lstm(const LstmConfig&) = delete;  // weights are drawn: give it a key, key.of("rnn")
  ADAFUSE_INLINE Lstm(Lstm&&) = default;
  ADAFUSE_INLINE Lstm& operator=(Lstm&&) = default;
  ADAFUSE_INLINE ~Lstm() = default;

  /// x: [N, T, in], T > 0 -> all: [N, T, hidden], or [N, T, 2 hidden] of both directions, and the
  /// state after the last step. An undefined state is zero. Throws ValueError where dropout needs
  /// the context that the other forward is given.
  Output forward(const Variable<T>& x, const LstmState<T>& before = {}) const {
    return layers_.forward(x, before, nullptr);
  }
  Output forward(const Variable<T>& x, Context<T>& ctx, const LstmState<T>& before = {}) const {
    return layers_.forward(x, before, &ctx);
  }

  /// The cell of the first layer that walks forward.
  ADAFUSE_INLINE const LstmCell<T>& cell() const { return layers_.first(); }
  ADAFUSE_INLINE const LstmConfig& config() const { return layers_.config(); }

  void visit(Visitor<T>& v) const { layers_.visit(v); }

 private:
  RecurrentLayers<T, LstmCell<T>> layers_;
};

}  // namespace adafuse::nn
