// LSTM (Hochreiter and Schmidhuber, 1997), with PyTorch's order of gates and names of weights:
//
//   i, f, g, o = split(x W_ih^T + b_ih + h W_hh^T + b_hh)
//   c' = sigmoid(f) c + sigmoid(i) tanh(g),    h' = sigmoid(o) tanh(c')
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/init.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::nn {

inline namespace ADAFUSE_SIMD {

struct LstmConfig {
  Index in = 0, hidden = 0;
};

}  // namespace ADAFUSE_SIMD

inline namespace ADAFUSE_SIMD {

/// What an LSTM carries from step to step, each [N, hidden].
template <class T>
struct LstmState {
  Variable<T> h, c;
};

}  // namespace ADAFUSE_SIMD

/// One step.
template <class T>
class LstmCell {
 public:
  using value_type = T;

  Variable<T> weight_ih, weight_hh;  // [4 hidden, in], [4 hidden, hidden], gates i f g o
  Variable<T> bias_ih, bias_hh;      // [4 hidden]

  /// Starts as PyTorch does: all from U(-1/sqrt(hidden), 1/sqrt(hidden)).
  LstmCell(const LstmConfig& config, Key key) : config_(config) {
    require<ValueError>(config.in > 0 && config.hidden > 0, "Lstm: sizes must be positive, got in ",
                        config.in, ", hidden ", config.hidden);
    const Checked four = Checked(4) * config.hidden;
    require<ValueError>(four.fits(), "Lstm: hidden is too large, ", config.hidden);
    const Index gates = four.value();
    const auto start = [&](Shape shape, const char* name) {
      return parameter(fan_in_uniform<T>(shape, config.hidden, key.of(name)));
    };
    weight_ih = start({gates, config.in}, "weight_ih");
    weight_hh = start({gates, config.hidden}, "weight_hh");
    bias_ih = start({gates}, "bias_ih");
    bias_hh = start({gates}, "bias_hh");
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

  ADAFUSE_INLINE LstmCell(LstmCell&&) = default;
  ADAFUSE_INLINE LstmCell& operator=(LstmCell&&) = default;
  ADAFUSE_INLINE ~LstmCell() = default;

 private:
  LstmConfig config_;
};

/// All steps of a sequence. Weights carry the names of PyTorch's nn.LSTM with one layer.
template <class T>
class Lstm {
 public:
  using value_type = T;

  Lstm(const LstmConfig& config, Key key) : cell_(config, key) {}
  explicit Lstm(const LstmConfig&) = delete;  // weights are drawn: give it a key, key.of("rnn")
  ADAFUSE_INLINE Lstm(Lstm&&) = default;
  ADAFUSE_INLINE Lstm& operator=(Lstm&&) = default;
  ADAFUSE_INLINE ~Lstm() = default;

  struct Output {
    Variable<T> all;     // [N, T, hidden]
    LstmState<T> state;  // after the last step
  };

  /// x: [N, T, in], T > 0. An undefined state is zero.
  Output forward(const Variable<T>& x, const LstmState<T>& before = {}) const {
    require<ShapeError>(x.rank() == 3 && x.size(1) > 0, "Lstm: expects x [N,T,in], got ",
                        x.shape());
    LstmState<T> state = before;
    std::vector<Variable<T>> steps;
    for (Index t = 0; t < x.size(1); ++t) {
      state = cell_.forward(reshape(slice(x, 1, t, t + 1), {x.size(0), x.size(2)}), state);
      steps.push_back(reshape(state.h, {x.size(0), 1, cell_.config().hidden}));
    }
    return {cat(steps, 1), state};
  }

  const LstmCell<T>& cell() const { return cell_; }
  const LstmConfig& config() const { return cell_.config(); }

  void visit(Visitor<T>& v) const {
    v("weight_ih_l0", cell_.weight_ih), v("weight_hh_l0", cell_.weight_hh);
    v("bias_ih_l0", cell_.bias_ih), v("bias_hh_l0", cell_.bias_hh);
  }

 private:
  LstmCell<T> cell_;
};

}  // namespace adafuse::nn
