// A diagram of straight-through beside the exact gradient, where both are known:
// docs/derivations.md.
// SPDX-License-Identifier: MIT
#pragma once

#include "canvas.hpp"

namespace adafuse::diagrams {

/// The mean of straight-through's gradient of z^n by the logit of a choice with chance p (lesson
/// 20): an integral over logistic noise, by the midpoint rule on both sides of where z changes.
inline double mean_of_straight_through(double p, double tau, int n) {
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double l = std::log(p / (1 - p));
  constexpr int points = 2000;
  double mean = 0;
  for (int i = 0; i < points; ++i)
    for (const bool kept : {false, true}) {
      const double size = kept ? p : 1 - p;
      const double u = (kept ? 1 - p : 0) + (i + 0.5) / points * size;
      const double s = logistic((l + std::log(u / (1 - u))) / tau);
      mean += s * (1 - s) / tau * n * (kept || n == 1 ? 1 : 0) * size / points;
    }
  return mean;
}

/// What the width of the soft sample does, and what a slope in place of a difference does.
inline Picture straight_through() {
  Canvas c(760, 372, "Straight-through beside the exact gradient");
  constexpr std::string_view green = "#009e73", orange = "#e69f00";
  const double top = 92, height = 200, width = 270;
  const auto frame = [&](double left, std::string_view name, std::string_view across) {
    c.text(left, top - 22, name, {.bold = true});
    c.line({{left, top}, {left, top + height}, {left + width, top + height}}, theme::axis, 1);
    c.note(left + width, top + height + 32, across, "end");
  };

  // The gradient over p, of a straight loss.
  const double left = 60, tall = height / 0.28;
  frame(left, "a straight loss", "p, the chance of keep");
  for (const double v : {0.0, 0.1, 0.2})
    c.note(left - 8, top + height - tall * v + 4, report::number(v), "end");
  for (const double v : {0.0, 0.5, 1.0})
    c.note(left + width * v, top + height + 16, report::number(v), "middle");
  const auto over_p = [&](std::string_view colour, bool dashed, const auto& gradient) {
    std::vector<Point> path;
    for (int i = 1; i < 50; ++i) {
      const double p = i / 50.0;
      path.push_back({left + width * p, top + height - tall * gradient(p)});
    }
    c.line(path, colour, 2, dashed);
  };
  over_p(theme::accent, false, [](double p) { return mean_of_straight_through(p, 0.67, 1); });
  over_p(orange, false, [](double p) { return mean_of_straight_through(p, 2, 1); });
  over_p(theme::ink, true, [](double p) { return p * (1 - p); });
  double x = c.key(left, 352, theme::ink, "exact");
  x = c.key(x, 352, theme::accent, "tau 0.67");
  c.key(x, 352, orange, "tau 2");

  // The ratio over tau, of three losses.
  const double right = 444, most = 2.2;
  frame(right, "three losses, p = 0.8: times the exact", "tau");
  for (const double v : {0.0, 0.5, 1.0, 1.5, 2.0})
    c.note(right - 8, top + height - height / most * v + 4, report::number(v), "end");
  const auto across = [&](double tau) {
    return right + width * std::log(tau / 0.05) / std::log(100);
  };
  for (const double tau : {0.05, 0.2, 0.67, 2.0, 5.0})
    c.note(across(tau), top + height + 16, report::number(tau), "middle");
  c.line({{right, top + height - height / most}, {right + width, top + height - height / most}},
         theme::ink, 1.5, true);
  for (int n = 1; n <= 3; ++n) {
    std::vector<Point> path;
    for (int i = 0; i <= 40; ++i) {
      const double tau = 0.05 * std::pow(100, i / 40.0);
      path.push_back({across(tau),
                      top + height - height / most * mean_of_straight_through(0.8, tau, n) / 0.16});
    }
    c.line(path, n == 1 ? theme::accent : n == 2 ? green : orange, 2);
  }
  x = c.key(right, 352, theme::accent, "z");
  x = c.key(x, 352, green, "z^2");
  c.key(x, 352, orange, "z^3");
  return {"straight_through.svg", c.picture()};
}

}  // namespace adafuse::diagrams
