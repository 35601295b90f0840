// A sweep's curve: accuracy against cost, the mean of each lambda joined by a line, with its range
// and a mark for each run; other networks beside it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/report/charts.hpp>
#include <adafuse/report/sweep.hpp>

namespace adafuse::report::inline ADAFUSE_SIMD {

namespace detail {

/// "97.1 % at 31.2 %", means of the runs.
inline std::string mean_figures(const LambdaRow& row) {
  return per_cent(row.top1.mean) + " at " + per_cent(100 * row.macs_fraction.mean);
}

/// Between the least and the greatest accuracy of each lambda, from left to right.
inline Element range_band(const std::vector<LambdaRow>& rows, const Axis& cost,
                          const Axis& accuracy) {
  Path path;
  const auto x = [&](const LambdaRow& row) { return cost.at(100 * row.macs_fraction.mean); };
  for (auto row = rows.begin(); row != rows.end(); ++row)
    row == rows.begin() ? path.move(x(*row), accuracy.at(row->top1.most))
                        : path.line(x(*row), accuracy.at(row->top1.most));
  for (auto row = rows.rbegin(); row != rows.rend(); ++row)
    path.line(x(*row), accuracy.at(row->top1.least));
  return Element("path",
                 {{"d", path.close().str()}, {"fill", theme::accent}, {"fill-opacity", 0.16}});
}

inline Element mean_line(const std::vector<LambdaRow>& rows, const Axis& cost,
                         const Axis& accuracy) {
  Path path;
  for (const auto& row : rows) {
    const double x = cost.at(100 * row.macs_fraction.mean), y = accuracy.at(row.top1.mean);
    path.empty() ? path.move(x, y) : path.line(x, y);
  }
  return Element("path", {{"d", path.str()},
                          {"fill", "none"},
                          {"stroke", theme::accent},
                          {"stroke-width", 2},
                          {"stroke-linejoin", "round"}});
}

/// A small ring for each run, which says what it is to whoever points at it.
inline Element run_marks(const Sweep& sweep, const Axis& cost, const Axis& accuracy) {
  Element marks("g", {{"fill", theme::paper}, {"stroke", theme::accent}, {"stroke-width", 1.5}});
  for (const auto& run : sweep.runs) {
    Element mark(
        "circle",
        {{"cx", cost.at(100 * run.macs_fraction)}, {"cy", accuracy.at(run.top1)}, {"r", 3.5}});
    marks.add(std::move(
        mark.add(Element("title", {},
                         concat("lambda ", run.lambda, ", seed ", run.seed, ": ",
                                per_cent(run.top1), " at ", per_cent(100 * run.macs_fraction))))));
  }
  return marks;
}

/// From the least to the greatest cost and accuracy of a lambda, through its mean.
inline Element range_cross(const LambdaRow& row, const Axis& cost, const Axis& accuracy) {
  const double x = cost.at(100 * row.macs_fraction.mean), y = accuracy.at(row.top1.mean);
  Element cross("g", {{"stroke-width", 1.5}});
  cross.add(hairline(cost.at(100 * row.macs_fraction.least), y,
                     cost.at(100 * row.macs_fraction.most), y, theme::accent));
  cross.add(hairline(x, accuracy.at(row.top1.least), x, accuracy.at(row.top1.most), theme::accent));
  return cross;
}

}  // namespace detail

/// The sweep, and `others` on the same axes. Throws ValueError for a sweep without runs, and for a
/// figure that is out of range.
inline Element sweep_chart(const Sweep& sweep, const std::vector<TradeOffPoint>& others = {}) {
  require<ValueError>(!sweep.runs.empty(), "sweep_chart: there are no runs");
  TradeOffChart frame{.title = "Accuracy against cost by lambda", .points = others};
  for (const auto& run : sweep.runs)
    frame.points.push_back({run.directory(), run.macs_fraction, run.top1});
  detail::require_chart(frame);
  constexpr double width = 760, height = 480;
  constexpr Box plot{.left = 62, .top = 92, .width = 666, .height = 316};
  const Axis cost = detail::cost_axis(frame, plot), accuracy = detail::accuracy_axis(frame, plot);
  auto rows = by_lambda(sweep.runs);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.macs_fraction.mean < b.macs_fraction.mean;
  });

  Element svg = sheet(width, height, frame.title + ": " + sweep.name);
  svg.add(text_line(plot.left - 34, 38, frame.title, {.size = theme::title_size, .bold = true}));
  svg.add(detail::draw_axes(cost, accuracy, plot));
  svg.add(detail::range_band(rows, cost, accuracy)).add(detail::mean_line(rows, cost, accuracy));
  Element means("g", {{"stroke", theme::paper}, {"stroke-width", 1.5}});
  std::vector<Label> labels;
  std::vector<std::string> names, figures;
  std::vector<Box> obstacles;
  const auto label = [&](double x, double y, const std::string& name, const std::string& numbers) {
    obstacles.push_back(box_around(x, y, detail::point_radius + 3));
    labels.push_back({x, y,
                      std::max(text_width(name, theme::body_size, /*bold=*/true),
                               text_width(numbers, theme::small_size)),
                      32});
    names.push_back(name);
    figures.push_back(numbers);
  };
  for (const auto& run : sweep.runs)
    obstacles.push_back(box_around(cost.at(100 * run.macs_fraction), accuracy.at(run.top1), 5));
  for (const auto& row : rows) {
    const double x = cost.at(100 * row.macs_fraction.mean), y = accuracy.at(row.top1.mean);
    svg.add(detail::range_cross(row, cost, accuracy));
    means.add(Element(
        "circle", {{"cx", x}, {"cy", y}, {"r", detail::point_radius}, {"fill", theme::accent}}));
    label(x, y, "lambda " + row.lambda, detail::mean_figures(row));
  }
  for (const auto& p : others) {
    const double x = cost.at(100 * p.macs_fraction), y = accuracy.at(p.top1);
    means.add(Element(
        "circle", {{"cx", x}, {"cy", y}, {"r", detail::point_radius}, {"fill", theme::compared}}));
    label(x, y, p.label, detail::point_figures(p));
  }
  svg.add(detail::run_marks(sweep, cost, accuracy)).add(std::move(means));

  const Box bounds{plot.left + 4, plot.top - 12, width - plot.left - 12, plot.height + 8};
  constexpr double gap = detail::point_radius + 5;
  const auto boxes = place_labels(labels, bounds, obstacles, gap);
  // A halo of paper keeps text readable on the grid.
  Element leaders("g"), texts("g", {{"stroke", theme::paper},
                                    {"stroke-width", 4},
                                    {"stroke-linejoin", "round"},
                                    {"paint-order", "stroke"}});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Box& box = boxes[i];
    if (equals(shared_area(box_around(labels[i].x, labels[i].y, gap + 2), box), 0))
      leaders.add(detail::leader(labels[i].x, labels[i].y, box));
    texts.add(text_line(box.left, box.top + 13, names[i],
                        {.fill = i < rows.size() ? theme::accent : theme::ink, .bold = true}));
    texts.add(text_line(box.left, box.top + 28, figures[i],
                        {.fill = theme::quiet, .size = theme::small_size}));
  }
  return std::move(svg.add(std::move(leaders)).add(std::move(texts)));
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
