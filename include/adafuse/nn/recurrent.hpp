// What recurrent networks of any cell share: several layers, both directions, dropout in between.
//
// A cell makes a new state of an input and a state, one step at a time. Of a layer, the hidden part
// of its state after each step is what the next layer is given; of two directions, one beside the
// other. Names of weights are PyTorch's: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0,
// weight_ih_l0_reverse, ..., weight_ih_l1, ...
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/nn/linear.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/dropout.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/ops/shape.hpp>

namespace adafuse::nn::inline ADAFUSE_SIMD {

/// The sizes of a recurrent network, or of its cell.
struct RecurrentConfig {
  /// Features of x and of the state.
  Index in = 0, hidden = 0;
  Index num_layers = 1;  ///< one above the other
  bool bidirectional =
      false;           ///< A second cell in each layer walks from the last step to the first.
  double dropout = 0;  ///< In training, of what a layer hands to the next.
};

namespace detail {

/// The weights of a cell of `gates` gates, from U(-1/sqrt(hidden), 1/sqrt(hidden)) as in PyTorch.
template <class T>
struct RecurrentWeights {
  Variable<T> weight_ih, weight_hh;  // [gates hidden, in], [gates hidden, hidden]
  Variable<T> bias_ih, bias_hh;      // [gates hidden]

  RecurrentWeights(const char* name, Index gates, const RecurrentConfig& config, Key key) {
    require<ValueError>(config.in > 0 && config.hidden > 0, name,
                        ": sizes must be positive, got in ", config.in, ", hidden ", config.hidden);
    const Checked all = Checked(gates) * config.hidden;
    require<ValueError>(all.fits(), name, ": hidden is too large, ", config.hidden);
    const Index rows = all.value();
    const auto start = [&](Shape shape, const char* weight) {
      return parameter(fan_in_uniform<T>(shape, config.hidden, key.of(weight)));
    };
    weight_ih = start({rows, config.in}, "weight_ih");
    weight_hh = start({rows, config.hidden}, "weight_hh");
    bias_ih = start({rows}, "bias_ih");
    bias_hh = start({rows}, "bias_hh");
  }
};

/// A cell alone has one layer and one direction.
inline void require_single(const char* name, const RecurrentConfig& config) {
  require<ValueError>(config.num_layers == 1 && !config.bidirectional && equals(config.dropout, 0),
                      name, ": a cell has one layer, one direction and no dropout");
}

}  // namespace detail

/// Layers of cells. A state is `Cell::State`, whose variables `parts_of` lists, hidden part first,
/// and `state_of` puts together again.
template <class T, class Cell>
class RecurrentLayers {
 public:
  /// What is carried from step to step.
  using State = typename Cell::State;

  /// What `forward` returns.
  struct Output {
    /// [N, T, directions * hidden]: the last layer after each step, forward first.
    Variable<T> all;
    State state;  ///< after the last step
  };

  /// Layers that an error calls `name`, with weights from `key`.
  RecurrentLayers(const char* name, const RecurrentConfig& config, Key key)
      : name_(name), config_(config) {
    require<ValueError>(config.num_layers > 0, name, ": num_layers must be positive, got ",
                        config.num_layers);
    require<ValueError>(0 <= config.dropout && config.dropout < 1, name,
                        ": dropout must be in [0, 1), got ", config.dropout);
    const Checked both = Checked(directions()) * config.hidden;
    require<ValueError>(both.fits(), name, ": hidden is too large, ", config.hidden);
    for (Index layer = 0; layer < config.num_layers; ++layer)
      for (Index direction = 0; direction < directions(); ++direction) {
        const Index in = layer == 0 ? config.in : both.value();
        const std::string suffix = suffix_of(layer, direction);
        // The first cell draws from the key itself, as one that is alone does.
        cells_.emplace_back(RecurrentConfig{.in = in, .hidden = config.hidden},
                            cells_.empty() ? key : key.of(suffix));
      }
  }

  /// All layers over all steps of x [N, T, in]; without dropout the context may be null.
  Output forward(const Variable<T>& x, const State& before, Context<T>* ctx) const {
    require<ValueError>(!cells_.empty(), name_, ": has no weights; was it moved from?");
    require<ValueError>(ctx || equals(config_.dropout, 0), name_,
                        ": dropout needs a context, forward(x, ctx)");
    require<ShapeError>(x.rank() == 3 && x.size(1) > 0, name_, ": expects x [N,T,in], got ",
                        x.shape());
    const std::vector<Variable<T>> start = Cell::parts_of(before);
    const bool is_given = std::any_of(start.begin(), start.end(),
                                      [](const Variable<T>& part) { return part.defined(); });
    if (is_given) check_state(start, x.size(0));
    std::vector<std::vector<Variable<T>>> last(start.size());
    Variable<T> y = x;
    for (Index layer = 0; layer < config_.num_layers; ++layer) {
      if (layer > 0 && config_.dropout > 0 && ctx->training)
        y = dropout(y, config_.dropout, ctx->next_key(), ctx->first_draw(y.size()));
      std::vector<Variable<T>> ways;
      for (Index direction = 0; direction < directions(); ++direction) {
        const Index number = layer * directions() + direction;
        State state = is_given ? state_at(start, number) : State{};
        ways.push_back(walk(cells_[static_cast<std::size_t>(number)], y, direction == 1, state));
        const auto parts = Cell::parts_of(state);
        for (std::size_t p = 0; p < parts.size(); ++p) last[p].push_back(parts[p]);
      }
      y = ways.size() == 1 ? ways[0] : cat(ways, 2);
    }
    std::vector<Variable<T>> ends;
    for (const auto& part : last) ends.push_back(is_single() ? part[0] : stack(part, 0));
    return {y, Cell::state_of(ends)};
  }

  /// The cell of the first layer that walks forward.
  const Cell& first() const {
    require<ValueError>(!cells_.empty(), name_, ": has no weights; was it moved from?");
    return cells_[0];
  }
  const RecurrentConfig& config() const { return config_; }

  void visit(Visitor<T>& v) const {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      const auto number = static_cast<Index>(i);
      const std::string suffix = "_" + suffix_of(number / directions(), number % directions());
      const Cell& cell = cells_[i];
      v("weight_ih" + suffix, cell.weight_ih), v("weight_hh" + suffix, cell.weight_hh);
      v("bias_ih" + suffix, cell.bias_ih), v("bias_hh" + suffix, cell.bias_hh);
    }
  }

 private:
  Index directions() const { return config_.bidirectional ? 2 : 1; }
  bool is_single() const { return config_.num_layers == 1 && !config_.bidirectional; }

  static std::string suffix_of(Index layer, Index direction) {
    return concat("l", layer, direction == 1 ? "_reverse" : "");
  }

  void check_state(const std::vector<Variable<T>>& parts, Index n) const {
    const Shape expected = is_single()
                               ? Shape{n, config_.hidden}
                               : Shape{config_.num_layers * directions(), n, config_.hidden};
    for (const auto& part : parts)
      require<ShapeError>(part.shape() == expected, name_, ": expects a state of ", expected,
                          "s, got ", part.shape());
  }

  /// The part of a state that is cell `number`'s.
  State state_at(const std::vector<Variable<T>>& start, Index number) const {
    if (is_single()) return Cell::state_of(start);
    std::vector<Variable<T>> parts;
    for (const auto& part : start) parts.push_back(select(part, 0, number));
    return Cell::state_of(parts);
  }

  /// All steps of a cell, [N, T, hidden]; `state` is the one before and becomes the one after.
  Variable<T> walk(const Cell& cell, const Variable<T>& x, bool reverse, State& state) const {
    const Index n = x.size(0), steps = x.size(1);
    std::vector<Variable<T>> hidden(static_cast<std::size_t>(steps));
    for (Index i = 0; i < steps; ++i) {
      const Index t = reverse ? steps - 1 - i : i;
      state = cell.forward(reshape(slice(x, 1, t, t + 1), {n, x.size(2)}), state);
      hidden[static_cast<std::size_t>(t)] =
          reshape(Cell::parts_of(state)[0], {n, 1, config_.hidden});
    }
    return cat(hidden, 1);
  }

  const char* name_;
  RecurrentConfig config_;
  std::vector<Cell> cells_;  // layer by layer, forward first
};

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
