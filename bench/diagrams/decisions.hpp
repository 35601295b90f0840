// Diagrams of decisions: an adaptive block, what is computed and what is live, what a stream
// computes late. What follows from decisions is asked of the library (fusion/demand.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/demand.hpp>

#include "canvas.hpp"

namespace adafuse::diagrams {

/// "keep" for keep.
inline std::string letter_of(Action action) {
  return std::string(1, static_cast<char>(row_of(action).name.front() - 'a' + 'A'));
}

/// Words on the colour of an action.
constexpr std::string_view ink_on(Action action) {
  return action == Action::keep ? on_colour : std::string_view("#24292f");
}

/// A cell of a grid of actions. The letter of skip must be read on light and on dark grey.
inline void action_cell(Canvas& canvas, double x, double y, double size, Action action) {
  canvas.rectangle(x, y, size, size, {report::action_colour(action), "", theme::ink}, 3);
  canvas.text(x + size / 2, y + size / 2 + 4.5, letter_of(action),
              {.fill = action == Action::skip ? theme::quiet : ink_on(action), .anchor = "middle"});
}

/// The clip of the diagrams below: 5 channels, 6 frames, by Action.
inline Tensor<std::uint8_t> example_actions() {
  return Tensor<std::uint8_t>::of({{1, 0, 2, 0, 2},
                                   {0, 1, 2, 0, 1},
                                   {1, 1, 0, 2, 1},
                                   {2, 0, 1, 1, 2},
                                   {0, 1, 2, 2, 0},
                                   {1, 2, 0, 0, 1}});
}

/// An adaptive block at frame t: what flows where, and what is remembered of t - 1.
inline Picture adaptive_block() {
  Canvas c(760, 392, "An adaptive block at frame t");
  const double maps = 96;  // the top of the row of maps
  const Action actions[] = {Action::keep, Action::skip, Action::reuse, Action::keep, Action::reuse};

  c.box(24, maps + 32, 74, 48, "x_t", plain, "c maps");
  c.arrow({{98, maps + 56}, {132, maps + 56}});
  c.box(132, maps + 32, 112, 48, "conv1", outlined, "norm, ReLU");
  c.arrow({{244, maps + 56}, {282, maps + 56}});
  c.note(310, maps - 10, "y_t", "middle");
  c.note(460, maps - 10, "fused", "middle");
  for (int i = 0; i < 5; ++i) {
    const double y = maps + 24 * i;
    const Action a = actions[i];
    const bool now = row_of(a).reads_now;
    c.rectangle(282, y, 56, 18,
                {now ? report::action_colour(Action::keep) : theme::paper, theme::axis, theme::ink},
                3);
    c.rectangle(432, y, 56, 18, {report::action_colour(a), "", theme::ink}, 3);
    if (now) c.arrow({{340, y + 9}, {430, y + 9}}, theme::accent);
  }
  c.arrow({{490, maps + 56}, {528, maps + 56}});
  c.box(528, maps + 32, 112, 48, "conv2", outlined, "norm");
  c.arrow({{640, maps + 56}, {672, maps + 56}});
  c.box(672, maps + 40, 64, 32, "+, ReLU", plain);
  // The identity.
  c.arrow({{61, maps + 32}, {61, 66}, {704, 66}, {704, maps + 40}});
  c.note(380, 60, "identity", "middle");

  // What is remembered.
  c.box(262, 246, 96, 44, "y_(t-1)", shaded, "raw maps");
  for (const int i : {2, 4}) {
    const double y = maps + 24 * i + 9, lane = i == 2 ? 392 : 410;
    c.line({{358, i == 2 ? 260.0 : 276.0}, {lane, i == 2 ? 260.0 : 276.0}, {lane, y}},
           report::action_colour(Action::reuse));
    c.arrow({{lane, y}, {430, y}}, report::action_colour(Action::reuse));
  }

  // The agent.
  c.arrow({{61, maps + 80}, {61, 318}});
  c.box(24, 318, 74, 44, "v_t", plain, "means");
  c.arrow({{98, 340}, {132, 340}});
  c.box(132, 318, 112, 44, "agent", outlined, "two linears");
  c.box(132, 246, 112, 44, "v_(t-1)", shaded, "means");
  c.arrow({{188, 290}, {188, 318}});
  c.arrow({{244, 340}, {282, 340}});
  c.box(282, 318, 128, 44, "logits + noise", plain, "three a channel");
  c.arrow({{410, 340}, {460, 340}, {460, maps + 118}});
  c.note(468, 262, "the largest of three");

  double x = c.key(540, 226, report::action_colour(Action::keep), "keep");
  x = c.key(x, 226, report::action_colour(Action::reuse), "reuse");
  c.key(x, 226, report::action_colour(Action::skip), "skip");
  c.notes(
      468, 304,
      {"A channel is computed if it is kept now or",
       "reused next; conv2 reads what is not skipped.",
       "Shaded: remembered of frame t - 1. The agent", "decides before conv1 computes anything."});
  return {"adaptive_block.svg", c.picture()};
}

/// Decisions, and the two questions that they answer.
inline Picture computed_live() {
  const auto actions = example_actions();
  const Index frames = actions.size(0), channels = actions.size(1);
  const Demand needs = demand(actions, frames);
  Canvas c(760, 330, "Computed is not live");
  const double cell = 30, pitch = 34, top = 96;
  const auto panel = [&](double left, std::string_view name, const auto& draw) {
    c.text(left, top - 28, name, {.bold = true});
    for (Index t = 0; t < frames; ++t)
      c.note(left + pitch * static_cast<double>(t) + cell / 2, top - 8, "t=" + std::to_string(t),
             "middle");
    for (Index i = 0; i < channels; ++i)
      for (Index t = 0; t < frames; ++t)
        draw(left + pitch * static_cast<double>(t), top + pitch * static_cast<double>(i), t, i);
  };
  panel(34, "What agents decided", [&](double x, double y, Index t, Index i) {
    action_cell(c, x, y, cell, Action{actions(t, i)});
  });
  panel(282, "Computed: y_t is needed", [&](double x, double y, Index t, Index i) {
    const bool computed = needs.computed(t, i), now = row_of(Action{actions(t, i)}).reads_now;
    c.rectangle(x, y, cell, cell,
                {!computed ? theme::paper
                 : now     ? report::action_colour(Action::keep)
                           : report::action_colour(Action::reuse),
                 theme::axis, theme::ink},
                3);
    if (computed && !now) c.arrow({{x + 5, y + cell / 2}, {x + cell - 4, y + cell / 2}}, "#24292f");
  });
  panel(530, "Live: the fused map is read", [&](double x, double y, Index t, Index i) {
    const Action a{actions(t, i)};
    c.rectangle(
        x, y, cell, cell,
        {needs.live(t, i) ? report::action_colour(a) : theme::paper, theme::axis, theme::ink}, 3);
  });
  c.notes(34, top + 5 * pitch + 24, {"K keep, R reuse, S skip.", "A row is a channel."});
  c.notes(282, top + 5 * pitch + 24,
          {"Blue: its own frame reads it. Orange:", "only the next one does (arrow)."});
  c.notes(530, top + 5 * pitch + 24,
          {"A channel that is reused at t = 0", "is zero, so it is not live."});
  return {"computed_live.svg", c.picture()};
}

/// What a stream computes at each tick, beside what a clip does for each frame.
inline Picture stream_late() {
  const auto actions = example_actions();
  const Index frames = actions.size(0), channels = actions.size(1);
  const Demand needs = demand(actions, frames);
  Canvas c(760, 420, "A stream's late work");
  const double pitch = 112, left = 106, top = 100, row = 40, cell = 32;
  for (Index t = 0; t < frames; ++t)
    c.note(left + pitch * static_cast<double>(t) + 34, top - 14, "tick " + std::to_string(t),
           "middle");
  Index now_count = 0, late_count = 0;
  for (Index i = 0; i < channels; ++i) {
    const double y = top + row * static_cast<double>(i);
    c.note(24, y + cell / 2 + 4, "channel " + std::to_string(i));
    bool boxed = false;  // the tick before
    for (Index t = 0; t < frames; ++t) {
      const double x = left + pitch * static_cast<double>(t);
      action_cell(c, x, y, cell, Action{actions(t, i)});
      const Action now{actions(t, i)};
      const bool computed_now = is_computed(now, std::nullopt);
      // The next frame's decision comes a tick later: then it is known that this map was needed.
      const bool late = t > 0 && late_bits(actions.data() + (t - 1) * channels + i,
                                           actions.data() + t * channels + i, 1) != 0;
      if (computed_now) {
        c.box(x + cell + 4, y, 34, cell, "y_" + std::to_string(t), accented);
        ++now_count;
      }
      if (late) {
        c.box(x + cell + 4, y, 34, cell, "y_" + std::to_string(t - 1),
              {theme::paper, report::action_colour(Action::reuse), theme::ink});
        c.arrow({{boxed ? x - 38 : x - 76, y + cell / 2}, {x - 3, y + cell / 2}},
                report::action_colour(Action::reuse), true);
        ++late_count;
      }
      boxed = computed_now || late;
    }
  }
  Index all = 0;
  for (const auto flag : needs.computed) all += flag;
  require<ValueError>(now_count + late_count == all, "stream_late: a stream computes ",
                      now_count + late_count, " maps, a clip ", all);
  c.notes(
      24, top + row * 5 + 24,
      {"Square: the decision for this tick's frame (K keep, R reuse, S skip). Blue box: the "
       "map that is",
       "computed from it. Orange box: a map of the frame before, which was not kept then, and "
       "is reused",
       "now: it is computed late, from its own frame's input, which the stream keeps for a tick "
       "(dashed).",
       "A map that was kept and is reused is there already."});
  c.text(24, top + row * 5 + 104,
         concat("Maps: ", now_count, " at their tick, ", late_count,
                " late. A clip, which knows all decisions, computes the same ", all, "."));
  return {"stream_late.svg", c.picture()};
}

}  // namespace adafuse::diagrams
