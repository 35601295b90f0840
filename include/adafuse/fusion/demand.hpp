// Demand: what decisions ask for, and so what is charged and what is run.
//
// A channel of frame t must be computed when its action at t reads the map of its own frame, or
// its action at t + 1 that of the frame before; the next convolution reads it when its action
// reads a map that exists. So a channel reused at t = 0 is zero: live for nobody.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/byte_bits.hpp>
#include <adafuse/fusion/action.hpp>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

/// Whether a channel's raw map is needed: now, or by the next frame, if there is one.
constexpr bool is_computed(Action now, std::optional<Action> next,
                           ActionTable table = adafuse_actions) {
  return row_of(now, table).reads_now || (next && row_of(*next, table).reads_before);
}

/// Whether a channel's fused map is not zero, in the first frame of a clip or in a later one. Asked
/// without a branch that depends on the action: nobody could predict it.
constexpr bool is_live(Action now, bool first, ActionTable table = adafuse_actions) {
  const ActionRow& row = row_of(now, table);
  return row.reads_now | (!first & row.reads_before);
}

// The same for the first `count` channels of a frame, at most bits_at_once: a bit for each.

/// Whether their actions have a property: a member of ActionRow.
inline std::uint32_t bits_of(bool ActionRow::*property, const std::uint8_t* actions, Index count,
                             ActionTable table = adafuse_actions) {
  std::uint32_t bits = 0;
  for (std::size_t a = 0; a < table.size(); ++a)
    if (table[a].*property) bits |= equal_bits(actions, count, static_cast<std::uint8_t>(a));
  return bits;
}
/// Whether they are live, in the first frame of a clip or in a later one.
inline std::uint32_t live_bits(const std::uint8_t* now, Index count, bool first,
                               ActionTable table = adafuse_actions) {
  const auto from_now = bits_of(&ActionRow::reads_now, now, count, table);
  return first ? from_now : from_now | bits_of(&ActionRow::reads_before, now, count, table);
}
/// Whether they are computed; `next`: the actions of the next frame, null after the last, and where
/// nobody knows them yet.
inline std::uint32_t computed_bits(const std::uint8_t* now, const std::uint8_t* next, Index count,
                                   ActionTable table = adafuse_actions) {
  const auto for_now = bits_of(&ActionRow::reads_now, now, count, table);
  return next ? for_now | bits_of(&ActionRow::reads_before, next, count, table) : for_now;
}
/// Whether the frame `before` needs them though its own actions did not: who learned of `now` only
/// afterwards computes them late.
inline std::uint32_t late_bits(const std::uint8_t* before, const std::uint8_t* now, Index count,
                               ActionTable table = adafuse_actions) {
  return computed_bits(before, now, count, table) & ~computed_bits(before, nullptr, count, table);
}

/// Flags [N*T, c], 1 where it holds.
struct Demand {
  Tensor<std::uint8_t> computed;  ///< the raw map is needed, now or at the next frame
  Tensor<std::uint8_t> live;      ///< the fused map is not zero
};

/// The demand of actions [N*T, c] over clips of T = `frames` frames. Throws ValueError for what is
/// no action of the table.
inline Demand demand(const Tensor<std::uint8_t>& actions, Index frames,
                     ActionTable table = adafuse_actions) {
  require<ShapeError>(actions.rank() == 2 && frames > 0 && actions.size(0) % frames == 0,
                      "demand: expects actions [N*T,c] with T = ", frames, ", got ",
                      actions.shape());
  require_actions(actions, "demand", table);
  const auto a = actions.view<2>();
  Demand result{Tensor<std::uint8_t>(actions.shape()), Tensor<std::uint8_t>(actions.shape())};
  const auto computed = result.computed.view<2>(), live = result.live.view<2>();
  for (Index f = 0; f < a.size(0); ++f)
    for (Index c = 0; c < a.size(1); ++c) {
      const bool first = f % frames == 0, last = f % frames == frames - 1;
      const Action now{a(f, c)};
      computed(f, c) =
          is_computed(now, last ? std::nullopt : std::optional<Action>(Action{a(f + 1, c)}), table);
      live(f, c) = is_live(now, first, table);
    }
  return result;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
