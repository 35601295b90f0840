// Demand: what decisions ask for, and so what is charged and what is run.
//
// A channel of frame t must be computed when it is kept at t, or reused at t + 1; it is read by the
// next convolution when it is kept, or reused from a frame that exists. So a channel reused at t =
// 0 is zero: live for nobody.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/byte_bits.hpp>
#include <adafuse/fusion/action.hpp>
#include <optional>

namespace adafuse::inline ADAFUSE_SIMD {

/// Whether a channel's raw map is needed: now, or by the next frame, if there is one.
constexpr bool is_computed(Action now, std::optional<Action> next) {
  return now == Action::keep || next == Action::reuse;
}

/// Whether a channel's fused map is not zero, in the first frame of a clip or in a later one. Asked
/// without a branch that depends on the action: nobody could predict it.
constexpr bool is_live(Action now, bool first) {
  return first ? now == Action::keep : now != Action::skip;
}

/// Whether the first `count` channels (at most bits_at_once) are live: a bit for each.
inline std::uint32_t live_bits(const std::uint8_t* now, Index count, bool first) {
  const auto all = [&](Action action) {
    return equal_bits(now, count, static_cast<std::uint8_t>(action));
  };
  return first ? all(Action::keep) : all(Action::keep) | all(Action::reuse);
}
/// Whether they are computed; `next`: the actions of the next frame, null after the last.
inline std::uint32_t computed_bits(const std::uint8_t* now, const std::uint8_t* next, Index count) {
  const auto kept = equal_bits(now, count, static_cast<std::uint8_t>(Action::keep));
  return next ? kept | equal_bits(next, count, static_cast<std::uint8_t>(Action::reuse)) : kept;
}

/// Flags [N*T, c], 1 where it holds.
struct Demand {
  Tensor<std::uint8_t> computed;  ///< the raw map is needed, now or at the next frame
  Tensor<std::uint8_t> live;      ///< the fused map is not zero
};

/// The demand of actions [N*T, c] over clips of T = `frames` frames.
inline Demand demand(const Tensor<std::uint8_t>& actions, Index frames) {
  require<ShapeError>(actions.rank() == 2 && frames > 0 && actions.size(0) % frames == 0,
                      "demand: expects actions [N*T,c] with T = ", frames, ", got ",
                      actions.shape());
  const auto a = actions.view<2>();
  Demand result{Tensor<std::uint8_t>(actions.shape()), Tensor<std::uint8_t>(actions.shape())};
  const auto computed = result.computed.view<2>(), live = result.live.view<2>();
  for (Index f = 0; f < a.size(0); ++f)
    for (Index c = 0; c < a.size(1); ++c) {
      const bool first = f % frames == 0, last = f % frames == frames - 1;
      const Action now{a(f, c)};
      computed(f, c) =
          is_computed(now, last ? std::nullopt : std::optional<Action>(Action{a(f + 1, c)}));
      live(f, c) = is_live(now, first);
    }
  return result;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
