// Action: what happens to one channel of one frame: keep it, reuse the previous frame's, or skip
// it.
//
// What an action is stands in one table: its name, its place in logits, and which maps it reads.
// Demand, cost, the lists of sessions and the reports follow from the table.
//
// Two orders are in use. The paper's text, and every file of decisions that this project writes,
// numbers keep 0, reuse 1, skip 2: the rows of the table. The authors' tensors, and so all weights
// and logits here, have skip first: index 0 skip, 1 reuse, 2 keep. This header is the only place
// that converts.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/allowed_actions.hpp>
#include <adafuse/fusion/logits.hpp>
#include <array>
#include <span>
#include <string_view>

namespace adafuse::inline ADAFUSE_SIMD {

/// The number of a row of the table below.
enum class Action : std::uint8_t { keep = 0, reuse = 1, skip = 2 };

/// One action: what it is called, where it stands in logits and one-hot decisions, and which raw
/// maps of its channel it reads.
struct ActionRow {
  std::string_view name;  ///< as people read it
  Index logit;            ///< where it stands among the three logits and in one-hot decisions
  bool reads_now;         ///< the map of its own frame
  bool reads_before;      ///< the map of the previous frame, if there is one
};

/// Actions by number. A table is referred to, not copied: it outlives those who were given it.
using ActionTable = std::span<const ActionRow>;

/// The paper's three actions.
inline constexpr std::array<ActionRow, 3> adafuse_actions{{
    {.name = "keep", .logit = 2, .reads_now = true, .reads_before = false},
    {.name = "reuse", .logit = 1, .reads_now = false, .reads_before = true},
    {.name = "skip", .logit = 0, .reads_now = false, .reads_before = false},
}};

/// How many there are.
inline constexpr Index action_count = std::ssize(adafuse_actions);

/// All of them, by number.
inline constexpr std::array<Action, action_count> all_actions = [] {
  std::array<Action, action_count> all{};
  for (std::size_t a = 0; a < all.size(); ++a) all[a] = static_cast<Action>(a);
  return all;
}();

/// The row of an action, which the table must have.
constexpr const ActionRow& row_of(Action action, ActionTable table = adafuse_actions) {
  return table[static_cast<std::size_t>(action)];
}

/// Where an action stands in logits and one-hot decisions.
constexpr Index logit_index(Action action, ActionTable table = adafuse_actions) {
  return row_of(action, table).logit;
}

/// The inverse of logit_index, for an index of the table.
constexpr Action action_at(Index logit, ActionTable table = adafuse_actions) {
  std::size_t a = 0;
  while (table[a].logit != logit) ++a;
  return static_cast<Action>(a);
}

/// Whether an agent may choose the action.
constexpr bool allows(AllowedActions allowed, Action action) {
  return !(allowed == AllowedActions::keep_skip && action == Action::reuse) &&
         !(allowed == AllowedActions::keep_reuse && action == Action::skip);
}

/// "0 keep, 1 reuse, 2 skip": the actions for a message.
inline std::string listed_actions(ActionTable table = adafuse_actions) {
  std::string text;
  for (std::size_t a = 0; a < table.size(); ++a)
    text += concat(a > 0 ? ", " : "", a, " ", table[a].name);
  return text;
}

/// The action with the largest entry for each channel: [..., actions] -> [...]. Of equal entries
/// the first in the order of the logits wins (skip before reuse before keep), as in the authors'
/// code. Throws ValueError where nothing can be chosen: for a NaN, +inf, or -inf alone.
template <class T>
Tensor<std::uint8_t> chosen_actions(const Tensor<T>& weights, ActionTable table = adafuse_actions) {
  const Index count = std::ssize(table);
  require<ShapeError>(weights.rank() >= 1 && weights.size(-1) == count,
                      "chosen_actions: expects [...,", count, "], got ", weights.shape());
  require_choices(weights, "chosen_actions");
  auto actions = Tensor<std::uint8_t>::uninitialized(
      Shape(std::span(weights.shape().begin(), weights.shape().end() - 1)));
  for (Index i = 0; i < actions.size(); ++i) {
    const T* w = weights.data() + i * count;
    const Index best = std::max_element(w, w + count) - w;
    actions.data()[i] = static_cast<std::uint8_t>(action_at(best, table));
  }
  return actions;
}

/// Throws ValueError, which begins with `who`, for an element that is no action of the table.
inline void require_actions(const Tensor<std::uint8_t>& actions, const char* who,
                            ActionTable table = adafuse_actions) {
  for (Index i = 0; i < actions.size(); ++i) {
    const std::uint8_t action = actions.data()[i];
    if (action < table.size()) continue;
    throw ValueError(
        concat(who, ": element ", i, " is ", +action, ", expects ", listed_actions(table)));
  }
}

/// Actions as one-hot weights in the order of the logits: [...] -> [..., actions].
template <class T>
Tensor<T> one_hot_actions(const Tensor<std::uint8_t>& actions,
                          ActionTable table = adafuse_actions) {
  require_actions(actions, "one_hot_actions", table);
  const Index count = std::ssize(table);
  Shape shape = actions.shape();
  shape.push_back(count);
  Tensor<T> weights(shape);
  for (Index i = 0; i < actions.size(); ++i)
    weights.data()[i * count + logit_index(Action{actions.data()[i]}, table)] = 1;
  return weights;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
