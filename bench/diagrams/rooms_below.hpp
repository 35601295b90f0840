// Pictures of the rooms below fusion: core, kernels, autograd, ops, nn, optim, data, io, video.
// What can be computed for them is: numbers, curves, paths, frames, lists.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/gestures.hpp>
#include <adafuse/nn/nn.hpp>
#include <adafuse/ops/activation.hpp>
#include <adafuse/ops/ops.hpp>
#include <adafuse/optim/adam.hpp>
#include <adafuse/optim/sgd.hpp>
#include <adafuse/report/data_uri.hpp>
#include <adafuse/report/draw_graph.hpp>
#include <adafuse/video/temporal_shift.hpp>
#include <functional>

#include "canvas.hpp"

namespace adafuse::diagrams {

inline constexpr std::string_view orange = "#e69f00";  // the theme's of reuse

/// A drawing within another, at a place and a scale.
inline Element placed(const Element& drawing, double x, double y, double scale) {
  Element group("g", {{"transform", "translate(" + report::number(x) + " " + report::number(y) +
                                        ") scale(" + report::number(scale) + ")"}});
  group.add(drawing);
  return group;
}

/// core: one strip of memory, windows onto it; and numbers that follow from a key.
inline Picture room_core() {
  Canvas c(760, 330, "core: numbers with a shape, randomness without state");
  const auto x = Tensor<float>::arange(12).reshape({3, 4});
  const double left = 196, cell = 36, top = 112;
  c.text(24, top + 22, "memory", {.bold = true});
  for (Index i = 0; i < 12; ++i) {
    const bool row = 4 <= i && i < 8;
    c.rectangle(left + cell * static_cast<double>(i), top, cell, 34, row ? outlined : plain);
    c.text(left + cell * static_cast<double>(i) + cell / 2, top + 22,
           report::number(static_cast<double>(x.data()[i])), {.anchor = "middle"});
  }
  const auto bracket = [&](double from, double to, double y, double tip) {
    c.line({{left + cell * from, tip},
            {left + cell * from, y},
            {left + cell * to, y},
            {left + cell * to, tip}},
           theme::accent);
  };
  bracket(0.05, 11.95, top - 12, top - 4);
  c.text(left, top - 20, "x, [3, 4]: all of them, last dimension fastest");
  bracket(4.05, 7.95, top + 46, top + 38);
  c.text(left + cell * 4, top + 64, "x[1], [4]: a window, no copy");

  const Key key(1);
  c.box(24, 240, 76, 40, "Key(1)", outlined);
  c.arrow({{100, 260}, {150, 226}});
  c.arrow({{100, 260}, {150, 290}});
  c.box(150, 208, 136, 36, "of(\"weights\")", plain);
  c.box(150, 272, 136, 36, "of(\"noise\").of(7)", plain);
  const auto numbers = [&](Key of, double y) {
    c.arrow({{286, y + 18}, {332, y + 18}});
    for (std::uint64_t i = 0; i < 5; ++i) {
      const double at = 332 + 62 * static_cast<double>(i);
      c.rectangle(at, y, 62, 36);
      c.text(at + 31, y + 23, report::number(of.normal(i)), {.anchor = "middle"});
    }
    c.note(650, y + 22, "and so on");
  };
  numbers(key.of("weights"), 208);
  numbers(key.of("noise").of(7), 272);
  c.note(332, 262, "number i of a stream is a function of its key and i");
  return {"room_core.svg", c.picture()};
}

/// kernels: lists of live channels cut a product, and a tile of it stays in registers.
inline Picture room_kernels() {
  Canvas c(760, 372, "kernels: what is listed is multiplied, and no more");
  const int outs = 12, ins = 12;
  const auto wanted = [](int k) { return k % 3 == 0 || k == 4; };
  const auto live = [](int i) { return i % 2 == 0 || i == 7; };
  const double left = 112, top = 112, cell = 18;
  int products = 0;
  for (int k = 0; k < outs; ++k)
    for (int i = 0; i < ins; ++i) {
      const bool both = wanted(k) && live(i);
      products += both;
      c.rectangle(left + cell * i, top + cell * k, cell - 2, cell - 2,
                  {both ? theme::accent : theme::grid, "", theme::ink}, 2);
    }
  for (int k = 0; k < outs; ++k)
    if (wanted(k)) c.note(left - 10, top + cell * k + 12, std::to_string(k), "end");
  for (int i = 0; i < ins; ++i)
    if (live(i)) c.note(left + cell * i + 8, top - 6, std::to_string(i), "middle");
  c.note(left, top - 26, "live_in: the channels that are not zero");
  c.note(24, top + 6, "live_out:");
  c.note(24, top + 22, "wanted");
  c.note(left, top + cell * outs + 18,
         concat("weights: ", products, " of ", outs * ins, " are read"));

  c.arrow({{340, 220}, {384, 220}}, theme::accent);
  c.text(396, top - 26, "a tile of the result, in registers", {.bold = true});
  const double x = 396, wide = 92;
  int row = 0;
  for (int k = 0; k < outs && row < 4; ++k) {
    if (!wanted(k)) continue;
    const double y = top + 34 * row++;
    c.note(x, y + 18, "w[" + std::to_string(k) + "]");
    c.circle(x + 52, y + 14, 4, theme::accent);
    for (int v = 0; v < 3; ++v) c.rectangle(x + 66 + (wide + 4) * v, y, wide - 8, 28, outlined, 3);
  }
  for (int v = 0; v < 3; ++v) {
    const double at = x + 66 + (wide + 4) * v;
    c.rectangle(at, top + 156, wide - 8, 28, shaded, 3);
    c.text(at + wide / 2 - 4, top + 174, "pixels", {.anchor = "middle"});
    c.arrow({{at + wide / 2 - 4, top + 156}, {at + wide / 2 - 4, top + 132}});
  }
  c.notes(396, top + 214,
          {"One weight meets vectors of pixels in one instruction.",
           "Rows are pointers, so any subset costs the same each.",
           "Beside each kernel: its naive twin in kernels/reference/."});
  return {"room_kernels.svg", c.picture()};
}

/// autograd: a history, drawn from the history itself.
inline Picture room_autograd() {
  const auto w = parameter(Tensor<double>::ones({2, 3})), b = parameter(Tensor<double>::ones({2}));
  const auto x = Tensor<double>::ones({4, 3});
  const auto y = tanh(linear(x, w, b));
  const auto loss = sum(y);
  const auto graph =
      report::draw_graph<double>(loss, {{w, "w"}, {b, "b"}, {y, "y"}, {loss, "loss"}});
  Canvas c(760, 446, "autograd: each result remembers how it was made");
  c.add(placed(graph, 96, 44, 0.96));
  const double x0 = 400;
  c.arrow({{x0, 76}, {x0, 400}}, theme::accent);
  c.text(x0 + 16, 96, "forward", {.bold = true});
  c.notes(
      x0 + 16, 116,
      {"Each operation computes a value, and records", "which variables it read and a pullback:",
       "from the result's gradient to one for each input."});
  c.arrow({{x0 - 14, 400}, {x0 - 14, 76}}, orange);
  c.text(x0 + 16, 220, "backward", {.bold = true});
  c.notes(x0 + 16, 240,
          {"From the loss up, newest first. Gradients that",
           "meet are added; those of parameters stay.",
           "Pullbacks are made of operations, so a gradient",
           "may have a history too: second derivatives."});
  c.notes(x0 + 16, 352,
          {"x has no box: a tensor is a constant. The picture",
           "is drawn from the history itself (draw_graph)."});
  return {"room_autograd.svg", c.picture()};
}

/// ops: functions and their derivatives by `backward`.
inline Picture room_ops() {
  Canvas c(760, 384, "ops: a value, and beside it a pullback");
  using Function = std::function<Variable<double>(const Variable<double>&)>;
  const std::vector<std::pair<std::string, Function>> functions{
      {"relu", [](const Variable<double>& x) { return relu(x); }},
      {"tanh", [](const Variable<double>& x) { return tanh(x); }},
      {"sigmoid", [](const Variable<double>& x) { return sigmoid(x); }},
      {"softplus", [](const Variable<double>& x) { return softplus(x); }},
      {"silu", [](const Variable<double>& x) { return silu(x); }},
      {"gelu", [](const Variable<double>& x) { return gelu(x); }},
  };
  constexpr Index points = 61;
  Tensor<double> at({points});
  for (Index i = 0; i < points; ++i) at(i) = -3 + static_cast<double>(i) / 10;
  const double width = 216, height = 116, unit = width / 6;
  for (std::size_t f = 0; f < functions.size(); ++f) {
    const double left = 32 + 240 * static_cast<double>(f % 3),
                 top = 76 + 148 * static_cast<double>(f / 3);
    const double zero = top + height * 2 / 3, up = 35;
    c.text(left, top - 6, functions[f].first, {.bold = true});
    c.line({{left, zero}, {left + width, zero}}, theme::axis, 1);
    c.line({{left + width / 2, top}, {left + width / 2, top + height}}, theme::axis, 1);
    const auto x = parameter(at.clone());
    const auto y = functions[f].second(x);
    const auto slope = grad<double>({sum(y)}, {x})[0];
    const auto curve = [&](const Tensor<double>& values, std::string_view colour) {
      std::vector<Point> path;
      for (Index i = 0; i < points; ++i) {
        const double v = std::clamp(values(i), -1.05, 2.2);
        if (v < values(i)) break;  // leaves the picture
        path.push_back({left + (at(i) + 3) * unit, zero - v * up});
      }
      c.line(path, colour, 2);
    };
    curve(slope.value(), orange);
    curve(y.value(), theme::accent);
  }
  double x = c.key(32, 366, theme::accent, "y, what the operation computes");
  c.key(x, 366, orange, "dy/dx, what its pullback gives, by backward");
  return {"room_ops.svg", c.picture()};
}

/// nn: a module is a value; its state by name, as `visit` lists it.
inline Picture room_nn() {
  const nn::Sequential<nn::Conv2d<float>, nn::BatchNorm2d<float>, nn::Relu<float>,
                       nn::Flatten<float>, nn::Linear<float>>
      net(nn::Conv2d<float>({.in = 3, .out = 8, .kernel = 3, .padding = 1}, Key(1)),
          nn::BatchNorm2d<float>({.channels = 8}), nn::Relu<float>(), nn::Flatten<float>(),
          nn::Linear<float>({.in = 2048, .out = 9}, Key(2)));
  const auto state = nn::state_tensors(net);
  Canvas c(760, 372, "nn: a module is a value that lists its parts");
  const char* layers[] = {"Conv2d", "BatchNorm2d", "Relu", "Flatten", "Linear"};
  c.text(24, 74, "Sequential", {.bold = true});
  for (std::size_t i = 0; i < 5; ++i) {
    const double y = 88 + 50 * static_cast<double>(i);
    c.box(24, y, 128, 34, layers[i], i == 2 || i == 3 ? plain : outlined);
    if (i < 4) c.arrow({{88, y + 34}, {88, y + 50}});
  }
  c.arrow({{164, 205}, {220, 205}}, theme::accent);
  c.note(192, 195, "visit", "middle");
  c.text(232, 74, "its state by name", {.bold = true});
  double y = 88;
  for (const auto& [name, tensor] : state) {
    const bool buffer = name.find("running") != name.npos;
    c.rectangle(232, y, 14, 14, {buffer ? theme::compared : theme::accent, "", theme::ink}, 2);
    c.text(256, y + 12, name);
    c.note(420, y + 12, concat(tensor.shape()));
    y += 26;
  }
  double x = c.key(232, y + 22, theme::accent, "parameter: has a gradient");
  static_cast<void>(x);
  c.key(232, y + 44, theme::compared, "buffer: moves with the forward in training");
  c.box(548, 88, 188, 44, "Context(true, key)", shaded, "handed to forward");
  c.notes(548, 156,
          {"training or evaluation, and the", "key that dropout draws from.",
           "A layer holds no such state, so", "forward is const."});
  c.notes(548, 246, {"Names and shapes are those of", "PyTorch: weights go both ways."});
  return {"room_nn.svg", c.picture()};
}

/// optim: three optimisers in a narrow valley.
inline Picture room_optim() {
  Canvas c(760, 350, "optim: the same slope, other steps");
  const double left = 32, top = 50, width = 480, height = 284, unit = 96;
  const auto place = [&](double u, double v) {
    return Point{left + width / 2 + unit * u, top + height / 2 - unit * v};
  };
  const double steep = 12;
  // Contours of (u^2 + steep v^2) / 2.
  for (const double level : {0.02, 0.15, 0.5, 1.2, 2.2}) {
    const double a = std::sqrt(2 * level), b = std::sqrt(2 * level / steep);
    c.add(Element("ellipse", {{"cx", left + width / 2},
                              {"cy", top + height / 2},
                              {"rx", unit * a},
                              {"ry", unit * b},
                              {"fill", "none"},
                              {"stroke", theme::axis}}));
  }
  const auto descend = [&](auto make, double rate, int steps, std::string_view colour) {
    const auto at = parameter(Tensor<double>::of({-2.2, 1.1}));
    auto optimiser = make(at);
    const auto weights = Tensor<double>::of({1, steep});
    std::vector<Point> path{place(-2.2, 1.1)};
    for (int i = 0; i < steps; ++i) {
      optimiser.zero_grad();
      backward(sum(at * at * weights) / 2);
      optimiser.step(rate);
      path.push_back(place(at.value()(0), at.value()(1)));
    }
    c.line(path, colour, 1.8);
    for (const auto& p : path) c.circle(p.x, p.y, 2.6, colour);
  };
  using Parameters = std::vector<Variable<double>>;
  constexpr std::string_view green = "#009e73";
  descend([](const auto& at) { return optim::Sgd<double>(Parameters{at}); }, 0.15, 24,
          theme::compared);
  descend([](const auto& at) { return optim::Sgd<double>(Parameters{at}, {.momentum = 0.7}); },
          0.04, 30, orange);
  descend([](const auto& at) { return optim::Adam<double>(Parameters{at}); }, 0.12, 40, green);
  c.key(544, 92, theme::compared, "Sgd, rate 0.15");
  c.key(544, 116, orange, "Sgd, momentum 0.7, rate 0.04");
  c.key(544, 140, green, "Adam, rate 0.12");
  c.notes(544, 176,
          {"A valley twelve times as steep", "across as along. A dot is a step;",
           "all begin at the upper left.", "An optimiser keeps what it must",
           "(a momentum, squares) by name,", "so a run can go on. The rate is",
           "given to each step: a schedule is", "a function of its number."});
  return {"room_optim.svg", c.picture()};
}

/// data: frames that differ in their order alone, and the batch that they become.
inline Picture room_data() {
  Canvas c(760, 390, "data: clips, and batches of them");
  const Key key = Key(3).of("picture");
  const double size = 64;
  const auto strip = [&](data::Gesture gesture, double y) {
    c.text(24, y + size / 2 + 4,
           std::string(data::gesture_names[static_cast<std::size_t>(gesture)]));
    const auto clip = data::draw_gesture(gesture, 8, 16, key);
    for (Index t = 0; t < 8; ++t)
      c.add(Element("image", {{"x", 128 + 76 * static_cast<double>(t)},
                              {"y", y},
                              {"width", size},
                              {"height", size},
                              {"style", "image-rendering: pixelated"},
                              {"href", report::png_data_uri(clip[t])}}));
  };
  strip(data::Gesture::swipe_right, 64);
  strip(data::Gesture::swipe_left, 146);
  c.note(128, 232,
         "The same frames in opposite order: no single frame tells which of the two it is from.");
  const double y = 280;
  c.box(24, y, 118, 48, "a dataset", outlined, "clip i, its label");
  c.arrow({{142, y + 24}, {178, y + 24}});
  c.box(178, y, 132, 48, "transform", plain, "crop, flip, colours");
  c.arrow({{310, y + 24}, {346, y + 24}});
  c.box(346, y, 140, 48, "Loader", plain, "fetches ahead");
  c.arrow({{486, y + 24}, {522, y + 24}});
  c.box(522, y, 196, 48, "[N, T, 3, h, w]", accented, "pixels, and N labels");
  c.note(24, 358,
         "The order of an epoch and what a transform draws follow from a key, the epoch and the "
         "clip's number.");
  return {"room_data.svg", c.picture()};
}

/// io: a file of weights, byte by byte.
inline Picture room_io() {
  Canvas c(760, 330, "io: files, checked before they are believed");
  c.text(24, 74, "a safetensors file", {.bold = true});
  c.box(24, 88, 96, 48, "8 bytes", shaded, "length n");
  c.box(120, 88, 300, 48, "n bytes of JSON", outlined, "name, type, shape, from, to of each");
  c.box(420, 88, 128, 48, "conv1.weight", accented, "its numbers");
  c.box(548, 88, 92, 48, "fc.bias", accented, "its numbers");
  c.box(640, 88, 96, 48, "...", plain);
  c.line({{270, 136}, {270, 152}, {484, 152}}, theme::accent, 1.5, true);
  c.arrow({{484, 152}, {484, 138}}, theme::accent, true);
  c.notes(
      24, 172,
      {"Types, ends and overlaps are checked against the file's length first; an error names the "
       "file",
       "and what was expected. A file is written beside the old one and then takes its place."});
  c.text(24, 232, "one door for each library", {.bold = true});
  const std::vector<std::pair<std::string, std::string>> doors{{"json.hpp", "nlohmann"},
                                                               {"stb.hpp", "pictures"},
                                                               {"zlib.hpp", "zlib"},
                                                               {"webp.hpp", "libwebp"},
                                                               {"ffmpeg.hpp", "films"}};
  double x = 24;
  for (const auto& [door, library] : doors) {
    c.box(x, 248, 118, 48, door, outlined, library);
    x += 132;
  }
  c.note(24, 318, "Who includes a door links its library; nobody else has to.");
  return {"room_io.svg", c.picture()};
}

/// video: the temporal shift, by the library's own table of it.
inline Picture room_video() {
  Canvas c(760, 346, "video: frames are rows, until time is asked for");
  const int frames = 5, channels = 8, fold = 1;
  const double left = 96, top = 92, wide = 76, tall = 24;
  for (int t = 0; t < frames; ++t)
    c.note(left + wide * t + 32, top - 10, "t = " + std::to_string(t), "middle");
  for (int i = 0; i < channels; ++i) {
    c.note(left - 12, top + tall * i + 15, "channel " + std::to_string(i), "end");
    const auto from = shift_offset(i, fold);
    for (int t = 0; t < frames; ++t) {
      const bool inside = 0 <= t + from && t + from < frames;
      c.rectangle(left + wide * t, top + tall * i, 64, tall - 4,
                  {!inside    ? theme::paper
                   : from > 0 ? orange
                   : from < 0 ? theme::accent
                              : theme::grid,
                   theme::axis, theme::ink},
                  3);
      c.text(left + wide * t + 32, top + tall * i + 14.5,
             inside ? "of " + std::to_string(t + from) : "0",
             {.fill = inside && from < 0   ? on_colour
                      : inside && from > 0 ? std::string_view("#24292f")
                                           : theme::quiet,
              .size = theme::small_size,
              .anchor = "middle"});
    }
  }
  c.notes(512, 100,
          {"The temporal shift of TSM: an", "eighth of the channels comes from",
           "the next frame (orange), an eighth", "from the one before (blue); beyond",
           "the ends of a clip there are zeros.", "The rest stays. A convolution of",
           "one frame then sees three, and", "nothing is multiplied for it."});
  c.notes(24, 312,
          {"A clip [N, T, c, h, w] is folded to [N T, c, h, w] for the layers that look at single "
           "frames; row n T + t is frame t",
           "of clip n. Consensus averages the logits of the T rows of a clip."});
  return {"room_video.svg", c.picture()};
}

}  // namespace adafuse::diagrams
