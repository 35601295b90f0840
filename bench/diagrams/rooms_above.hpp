// Pictures of the rooms from fusion up: fusion, models, infer, train, report, interop. What follows
// from decisions and what layers cost is asked of the library.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/models.hpp>
#include <adafuse/report/charts.hpp>

#include "decisions.hpp"
#include "rooms_below.hpp"

namespace adafuse::diagrams {

/// A map as a picture: a dot on a square, or nothing.
inline void map_picture(Canvas& c, double x, double y, double size, std::optional<double> dot,
                        std::string_view stroke) {
  c.rectangle(x, y, size, size, {theme::paper, stroke, theme::ink}, 3);
  if (dot) c.circle(x + size * *dot, y + size / 2, size / 6, theme::ink);
}

/// fusion: the three actions, on maps of a dot that moves.
inline Picture room_fusion() {
  Canvas c(760, 384, "fusion: each channel is kept, reused or skipped");
  const double size = 58, top = 96, pitch = 76;
  const double columns[] = {150, 260, 420};
  c.note(columns[0] + size / 2, top - 12, "y_(t-1)", "middle");
  c.note(columns[1] + size / 2, top - 12, "y_t", "middle");
  c.note(columns[2] + size / 2, top - 12, "fused", "middle");
  const char* words[] = {"y_t is computed, and", "y_(t-1) was computed;", "zero: nothing is"};
  const char* reads[] = {"the next layer reads it", "the next layer reads it",
                         "read, nothing multiplied"};
  for (const Action action : all_actions) {
    const auto i = static_cast<std::size_t>(action);
    const double y = top + pitch * static_cast<double>(i);
    const ActionRow& row = row_of(action);
    c.rectangle(24, y + 14, 96, 30, {report::action_colour(action), "", theme::ink}, 6);
    c.text(72, y + 34, row.name,
           {.fill = action == Action::skip ? theme::quiet : ink_on(action), .anchor = "middle"});
    map_picture(c, columns[0], y, size, 0.28, theme::axis);
    map_picture(c, columns[1], y, size, 0.72, theme::axis);
    map_picture(c, columns[2], y, size,
                row.reads_now      ? std::optional(0.72)
                : row.reads_before ? std::optional(0.28)
                                   : std::nullopt,
                row.reads_now || row.reads_before ? report::action_colour(action) : theme::axis);
    const auto colour = report::action_colour(action);
    if (row.reads_now)
      c.arrow({{columns[1] + size, y + size / 2}, {columns[2] - 2, y + size / 2}}, colour);
    if (row.reads_before)
      c.arrow({{columns[0] + size / 2, y + size},
               {columns[0] + size / 2, y + size + 9},
               {columns[1] + size + 44, y + size + 9},
               {columns[1] + size + 44, y + size / 2},
               {columns[2] - 2, y + size / 2}},
              colour);
    c.notes(columns[2] + size + 24, y + size / 2 - 5, {words[i], reads[i]});
  }
  c.notes(24, 346,
          {"An agent chooses for each channel and frame; noise and a soft sample let the choice "
           "learn (Gumbel-softmax).",
           "The cost counts what is computed and what is read, and lambda weighs it against the "
           "mistakes."});
  return {"room_fusion.svg", c.picture()};
}

/// models: a network as steps, and what each costs.
inline Picture room_models() {
  models::ModelConfig config;
  config.fusion.adaptive = true;
  config.classes = 9;
  config.stem_stride = 2;
  const models::VideoModel<float> model(config, Key(0));
  const auto plan = model.plan(32, 32);
  Canvas c(760, 420, "models: a network, and the same as a plan of steps");
  c.note(24, 62,
         "resnet8 with adaptive blocks, 32x32, stem of stride 2: multiply-accumulates of a frame");
  double most = 0;
  for (const auto& step : plan.steps) most = std::max(most, step.macs);
  double y = 84;
  for (const auto& step : plan.steps) {
    if (step.macs <= 0) continue;
    const bool agent = step.as<models::AgentStep<float>>() != nullptr;
    const double wide = std::max(1.0, 360 * step.macs / most);
    c.note(160, y + 12, step.name, "end");
    c.note(172, y + 12, concat(plan.values[step.output]));
    c.rectangle(256, y + 2, wide, 12, {agent ? orange : theme::accent, "", theme::ink}, 2);
    c.note(262 + wide, y + 12, report::number(step.macs / 1000, 1) + " thousand");
    y += 20;
  }
  double x = c.key(24, y + 26, theme::accent, "convolutions and the classifier");
  c.key(x, y + 26, orange, "agents");
  c.note(24, y + 48,
         concat("Together ", report::number(plan.macs() / 1e6), " million, of which the agents ",
                report::number(100 * plan.agent_macs() / plan.macs(), 1),
                " %. Steps without products are not shown."));
  return {"room_models.svg", c.picture()};
}

/// infer: from actions to the lists that convolutions are given.
inline Picture room_infer() {
  Canvas c(760, 372, "infer: decisions become lists, and lists become time");
  const auto now = Tensor<std::uint8_t>::of({{0, 1, 2, 0, 2, 1, 2, 0}, {1, 2, 1, 0, 2, 2, 0, 2}});
  const Demand needs = demand(now, 2);
  const double left = 150, cell = 32, pitch = 36;
  const auto row = [&](double y, std::string_view name, const auto& draw) {
    c.note(left - 14, y + 20, name, "end");
    for (Index i = 0; i < 8; ++i) draw(left + pitch * static_cast<double>(i), y, i);
  };
  for (Index i = 0; i < 8; ++i)
    c.note(left + pitch * static_cast<double>(i) + cell / 2, 78, std::to_string(i), "middle");
  row(86, "frame 0 decides",
      [&](double x, double y, Index i) { action_cell(c, x, y, cell, Action{now(0, i)}); });
  row(126, "frame 1 decides",
      [&](double x, double y, Index i) { action_cell(c, x, y, cell, Action{now(1, i)}); });
  const auto list = [&](const Tensor<std::uint8_t>& flags) {
    std::string text;
    for (Index i = 0; i < 8; ++i)
      if (flags(0, i)) text += (text.empty() ? "" : ", ") + std::to_string(i);
    return "[" + text + "]";
  };
  // Blue: its own frame reads it. Orange: only the next one does.
  const auto flags = [&](double y, std::string_view name, const Tensor<std::uint8_t>& of) {
    row(y, name, [&](double x, double at, Index i) {
      const Action reader = row_of(Action{now(0, i)}).reads_now ? Action::keep : Action::reuse;
      c.rectangle(
          x, at, cell, cell,
          {of(0, i) ? report::action_colour(reader) : theme::paper, theme::axis, theme::ink}, 3);
    });
    c.arrow({{left + pitch * 8 + 4, y + cell / 2}, {left + pitch * 8 + 40, y + cell / 2}});
    c.box(left + pitch * 8 + 40, y - 2, 128, 36, list(of), outlined);
  };
  flags(186, "computed, frame 0", needs.computed);
  flags(230, "live, frame 0", needs.live);
  c.note(618, 208, "conv1 computes");
  c.note(618, 252, "conv2 reads");
  c.notes(
      24, 296,
      {"A plan is folded first: norm, addition and ReLU become the end of their convolution. "
       "Then each",
       "frame's convolutions are given two lists, and multiply what is listed. A clip runs all "
       "frames of a",
       "layer at once; a stream one frame through all layers, and computes late what it learns "
       "too late.",
       "The ledger counts the work that kernels were given. Orange: computed for frame 1 alone."});
  return {"room_infer.svg", c.picture()};
}

/// train: a step, an epoch, and the files of a run.
inline Picture room_train() {
  Canvas c(760, 388, "train: a step, an epoch, a run");
  const double y = 84;
  const std::vector<std::array<std::string, 2>> steps{
      {"batch", "of the loader"},     {"forward", "logits, decisions"},
      {"objective", "+ lambda cost"}, {"backward", "gradients"},
      {"clip", "to a norm"},          {"optimiser", "rate of the step"}};
  double x = 24;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    c.box(x, y, 104, 48, steps[i][0], i == 2 ? accented : plain, steps[i][1]);
    if (i + 1 < steps.size()) c.arrow({{x + 104, y + 24}, {x + 122, y + 24}});
    x += 122;
  }
  c.line({{686, y + 48}, {686, y + 72}, {76, y + 72}});
  c.arrow({{76, y + 72}, {76, y + 50}});
  c.note(380, y + 66, "the next step", "middle");
  c.text(24, 196, "after each epoch", {.bold = true});
  c.box(24, 210, 196, 48, "validation", outlined, "top-1, and MACs that are run");
  c.arrow({{220, 234}, {256, 234}});
  c.box(256, 210, 196, 48, "lambda's rule", outlined, "by what was learned so far");
  c.arrow({{452, 234}, {488, 234}});
  c.box(488, 210, 248, 48, "files of the run", outlined, "each complete, or as it was before");
  c.text(24, 296, "a run is a directory", {.bold = true});
  const std::vector<std::array<std::string, 2>> files{{"config.json", "all it depends on"},
                                                      {"metrics.csv", "a row an epoch"},
                                                      {"best.safetensors", "the best model"},
                                                      {"state.safetensors", "where it goes on"},
                                                      {"summary.json", "it is complete"}};
  x = 24;
  for (const auto& [file, what] : files) {
    c.box(x, 310, 134, 48, file, shaded, what);
    x += 144;
  }
  return {"room_train.svg", c.picture()};
}

/// report: a tree of elements is the picture, and the page.
inline Picture room_report() {
  Canvas c(760, 360, "report: pictures are trees of elements");
  c.box(24, 72, 112, 36, "Element svg", outlined);
  const std::vector<std::string> children{"rect, the sheet", "text, the title", "g, the axes",
                                          "circle, a point", "text, its label"};
  for (std::size_t i = 0; i < children.size(); ++i) {
    const double y = 124 + 38 * static_cast<double>(i);
    c.line({{44, i == 0 ? 108 : y - 24}, {44, y + 14}, {70, y + 14}});
    c.box(70, y, 140, 28, children[i], plain);
  }
  c.arrow({{226, 196}, {286, 196}}, theme::accent);
  c.note(256, 186, "xml()", "middle");
  report::TradeOffChart chart{
      .title = "Accuracy against cost",
      .points = {{"every channel", 1, 60, false}, {"a policy", 0.4, 80, true}}};
  const Element drawing = report::trade_off_chart(chart);
  c.add(placed(drawing, 300, 58, 0.56));
  c.note(24, 346,
         "The tree is written at the end, so it is well-formed whatever text is in it; equal input "
         "gives equal bytes.");
  return {"room_report.svg", c.picture()};
}

/// interop: one block of memory, three owners.
inline Picture room_interop() {
  Canvas c(760, 306, "interop: the same memory under other names");
  const char* owners[] = {"numpy array", "adafuse Tensor", "torch tensor"};
  const char* ways[] = {"without a copy", "this library", "without a copy"};
  for (int i = 0; i < 3; ++i) {
    const double x = 60 + 240 * i;
    c.box(x, 72, 160, 48, owners[i], i == 1 ? accented : outlined, ways[i]);
    c.arrow({{x + 80, 120}, {x + 80, 166}}, i == 1 ? theme::accent : theme::compared);
  }
  for (int i = 0; i < 17; ++i) c.rectangle(60 + 37.6 * i, 168, 37.6, 34, plain);
  c.note(380, 224, "one block: whoever goes last frees it", "middle");
  c.notes(60, 256,
          {"What cannot be shared (another type, order or step; read-only) is refused, or copied "
           "where that was allowed.",
           "A writer from outside says mark_written, so that a derivative that needed the old "
           "numbers is an error."});
  return {"room_interop.svg", c.picture()};
}

}  // namespace adafuse::diagrams
