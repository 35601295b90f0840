// Cost: the multiply-accumulates that decisions leave, as a number to minimise.
//
//   real        = base - sum_i (up_i mean_t (1 - now_t)(1 - before_{t+1}) + down_i mean_t none_t)
//
//   upper bound = base - sum_i down_i mean_t none_t
//
// with up_i the cost of computing channel i, down_i that of reading it in the layers that follow,
// now, before and none the weights of the actions that read the map of their own frame, that of the
// frame before, and none: keep, reuse and skip; before_{T+1} = 0 (paper, section 3.3). The authors'
// code reads frame T-1's keep once more in place of the last frame's; that count is offered too,
// under its own name, to compare.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/decide.hpp>
#include <adafuse/io/words.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/reduce.hpp>
#include <functional>

namespace adafuse::inline ADAFUSE_SIMD {

/// Multiply-accumulates of one frame that hang on one block's decisions.
struct ChannelCosts {
  std::string block;         ///< Its name.
  std::vector<double> up;    ///< [c'], of computing each channel
  std::vector<double> down;  ///< [c'], of reading each channel in the layers that follow
};

/// What a cost counts.
enum class CostKind {
  real,         ///< what need not be computed, and what need not be read
  upper_bound,  ///< only what need not be read
  authors,      ///< real, with the slip of the authors' code at the last frame
};

inline constexpr std::string_view cost_words[] = {"real", "upper-bound", "authors"};
constexpr io::Words words_of(CostKind) { return {"cost", cost_words}; }

namespace detail {

/// The weight of all actions for which `has(row)` holds: [F, c, actions] -> [F, c, 1].
template <class T, class Predicate>
Variable<T> weight_of(const Variable<T>& weights, ActionTable table, const Predicate& has) {
  Variable<T> total;
  for (const ActionRow& row : table) {
    if (!has(row)) continue;
    const auto column = slice(weights, 2, row.logit, row.logit + 1);
    total = total.defined() ? total + column : column;
  }
  return total.defined() ? total : Variable<T>(Tensor<T>({weights.size(0), weights.size(1), 1}));
}

template <class T>
Variable<T> per_channel(const std::vector<double>& costs, double scale) {
  Tensor<T> row({1, std::ssize(costs), 1});
  std::transform(costs.begin(), costs.end(), row.begin(),
                 [scale](double macs) { return static_cast<T>(macs * scale); });
  return row;
}

}  // namespace detail

/// The mean cost of a frame, in units of `unit` multiply-accumulates, differentiable through the
/// decisions' weights. `base` is the whole network with its agents; `costs` lists every block that
/// has decisions, over the actions of `table`. T = `frames`.
template <class T>
Variable<T> adaptive_cost(double base, const std::vector<ChannelCosts>& costs,
                          const std::vector<Decision<T>>& decisions, Index frames,
                          CostKind kind = CostKind::real, double unit = 1,
                          ActionTable table = adafuse_actions) {
  require<ValueError>(costs.size() == decisions.size(), "adaptive_cost: ", costs.size(),
                      " blocks have costs, ", decisions.size(), " have decisions");
  Variable<T> total = static_cast<T>(base / unit);
  for (std::size_t b = 0; b < costs.size(); ++b) {
    const Variable<T>& w = decisions[b].weights;
    require<ValueError>(costs[b].block == decisions[b].block && w.size(2) == std::ssize(table) &&
                            w.size(1) == std::ssize(costs[b].up) &&
                            w.size(1) == std::ssize(costs[b].down),
                        "adaptive_cost: costs of ", costs[b].block, " do not fit decisions of ",
                        decisions[b].block, " ", w.shape());
    const double share = 1 / (unit * static_cast<double>(w.size(0)));
    const auto weight_of = [&](const auto& has) { return detail::weight_of(w, table, has); };
    const auto none =
        weight_of([](const ActionRow& row) { return !row.reads_now && !row.reads_before; });
    total = total - sum(none * detail::per_channel<T>(costs[b].down, share));
    if (kind == CostKind::upper_bound) continue;
    auto not_now = 1 - weight_of(std::mem_fn(&ActionRow::reads_now));
    if (kind == CostKind::authors && frames > 1) {
      // Their loop's index stays at T-2 when the last frame is charged.
      const auto clips = unfold_time(not_now, frames);
      not_now = fold_time(cat(std::vector<Variable<T>>{slice(clips, 1, 0, frames - 1),
                                                       slice(clips, 1, frames - 2, frames - 1)},
                              1));
    }
    const auto by_next = shift_time(weight_of(std::mem_fn(&ActionRow::reads_before)), frames, 1);
    total = total - sum(not_now * (1 - by_next) * detail::per_channel<T>(costs[b].up, share));
  }
  return total;
}

/// The cost of each clip, [N]: what `adaptive_cost` says of its frames alone. Values only.
template <class T>
Tensor<T> clip_costs(double base, const std::vector<ChannelCosts>& costs,
                     const std::vector<Decision<T>>& decisions, Index frames,
                     CostKind kind = CostKind::real, double unit = 1,
                     ActionTable table = adafuse_actions) {
  require<ValueError>(!decisions.empty(), "clip_costs: nothing was decided");
  const NoGrad guard;
  Tensor<T> result({clip_count(decisions.front().weights, frames, "clip_costs")});
  for (Index n = 0; n < result.size(); ++n) {
    std::vector<Decision<T>> clip;
    for (const auto& decision : decisions)
      clip.push_back({decision.block,
                      slice(decision.weights, 0, n * frames, (n + 1) * frames),
                      {},
                      decision.groups_of});
    result(n) = adaptive_cost(base, costs, clip, frames, kind, unit, table).item();
  }
  return result;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
