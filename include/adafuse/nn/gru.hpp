// GRU (Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014), with
// PyTorch's order of gates, names of weights, and place of r:
//
//   r = sigmoid(W_ir x + b_ir + W_hr h + b_hr),   z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
//   n = tanh(W_in x + b_in + r (W_hn h + b_hn)),  h' = (1 - z) n + z h
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/recurrent.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

/// The sizes of a GRU.
using GruConfig = RecurrentConfig;

}  // namespace ADAFUSE_SIMD

/// One step.
template <class T>
class GruCell {
 public:
  using value_type = T;
  /// h, [N, hidden].
  using State = Variable<T>;

  Variable<T> weight_ih, weight_hh;  ///< [3 hidden, in], [3 hidden, hidden], gates r z n
  Variable<T> bias_ih, bias_hh;      ///< [3 hidden]

  /// Starts as PyTorch does: all from U(-1/sqrt(hidden), 1/sqrt(hidden)).
  GruCell(const GruConfig& config, Key key) : config_(config) {
    detail::require_single("GruCell", config);
    const detail::RecurrentWeights<T> start("Gru", 3, config, key);
    weight_ih = start.weight_ih, weight_hh = start.weight_hh;
    bias_ih = start.bias_ih, bias_hh = start.bias_hh;
  }
  explicit GruCell(const GruConfig&) = delete;  // weights are drawn: give it a key, key.of("rnn")

  /// x: [N, in], before: [N, hidden] -> [N, hidden]. An undefined state is zero.
  ADAFUSE_INLINE Variable<T> forward(const Variable<T>& x, const Variable<T>& before) const {
    require<ShapeError>(x.rank() == 2 && x.size(1) == config_.in, "GruCell: expects x [N,",
                        config_.in, "], got ", x.shape());
    const Shape expected{x.size(0), config_.hidden};
    require<ShapeError>(!before.defined() || before.shape() == expected,
                        "GruCell: expects a state of ", expected, ", got ", before.shape());
    const Variable<T> h = before.defined() ? before : Variable<T>(Tensor<T>(expected));
    const auto of_x = linear(x, weight_ih, bias_ih), of_h = linear(h, weight_hh, bias_hh);
    const auto gate = [&](const Variable<T>& gates, Index i) {
      return slice(gates, 1, i * config_.hidden, (i + 1) * config_.hidden);
    };
    const auto r = sigmoid(gate(of_x, 0) + gate(of_h, 0));
    const auto z = sigmoid(gate(of_x, 1) + gate(of_h, 1));
    const auto n = tanh(gate(of_x, 2) + r * gate(of_h, 2));
    return n + z * (h - n);
  }

  const GruConfig& config() const { return config_; }
  void visit(Visitor<T>& v) const {
    v("weight_ih", weight_ih), v("weight_hh", weight_hh);
    v("bias_ih", bias_ih), v("bias_hh", bias_hh);
  }

  /// The variables of a state: h.
  ADAFUSE_INLINE static std::vector<Variable<T>> parts_of(const Variable<T>& state) {
    return {state};
  }
  /// The state of these variables.
  ADAFUSE_INLINE static Variable<T> state_of(const std::vector<Variable<T>>& parts) {
    return parts[0];
  }

  ADAFUSE_INLINE GruCell(GruCell&&) = default;
  ADAFUSE_INLINE GruCell& operator=(GruCell&&) = default;
  ADAFUSE_INLINE ~GruCell() = default;

 private:
  GruConfig config_;
};

/// All steps of a sequence, through one layer or several, in one direction or both. Weights carry
/// the names of PyTorch's nn.GRU.
template <class T>
class Gru {
 public:
  using value_type = T;
  /// What `forward` returns.
  using Output = typename RecurrentLayers<T, GruCell<T>>::Output;

  /// Starts all weights from U(-1/sqrt(hidden), 1/sqrt(hidden)), as PyTorch does.
  Gru(const GruConfig& config, Key key) : layers_("Gru", config, key) {}
  explicit Gru(const GruConfig&) = delete;  // weights are drawn: give it a key, key.of("rnn")
  ADAFUSE_INLINE Gru(Gru&&) = default;
  ADAFUSE_INLINE Gru& operator=(Gru&&) = default;
  ADAFUSE_INLINE ~Gru() = default;

  /// x: [N, T, in], T > 0 -> all: [N, T, hidden], or [N, T, 2 hidden] of both directions, and the
  /// state after the last step: [N, hidden], or [layers * directions, N, hidden] where there are
  /// several. An undefined state is zero. Throws ValueError where dropout needs the context that
  /// the other forward is given.
  ADAFUSE_INLINE Output forward(const Variable<T>& x, const Variable<T>& before = {}) const {
    return layers_.forward(x, before, nullptr);
  }
  Output forward(const Variable<T>& x, Context<T>& ctx, const Variable<T>& before = {}) const {
    return layers_.forward(x, before, &ctx);
  }

  /// The cell of the first layer that walks forward.
  ADAFUSE_INLINE const GruCell<T>& cell() const { return layers_.first(); }
  ADAFUSE_INLINE const GruConfig& config() const { return layers_.config(); }

  void visit(Visitor<T>& v) const { layers_.visit(v); }

 private:
  RecurrentLayers<T, GruCell<T>> layers_;
};

}  // namespace adafuse::nn
