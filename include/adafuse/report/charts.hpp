// Charts: what a network is worth against what it costs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/report/axis.hpp>
#include <adafuse/report/label_layout.hpp>
#include <adafuse/report/theme.hpp>
#include <optional>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// A network's place in the trade-off.
struct TradeOffPoint {
  std::string label;         ///< beside the point
  double macs_fraction = 0;  ///< of the dense network; 1 is all of it
  double top1 = 0;           ///< per cent
  bool accent = false;       ///< what the chart is about
};

/// An accuracy that is worth knowing.
struct ReferenceLine {
  std::string label;  ///< beside the line
  double top1 = 0;    ///< per cent
};

/// Networks as points: per cent right against the share of the dense network's MACs.
struct TradeOffChart {
  std::string title = "Accuracy against cost";  ///< above the picture
  std::vector<TradeOffPoint> points;            ///< the networks
  std::optional<ReferenceLine> reference = {};  ///< an accuracy that is worth knowing
};

namespace detail {

constexpr double point_radius = 6;

inline std::string per_cent(double value) { return number(value, 1) + " %"; }

/// "99.6 % at 29.1 % of the MACs", in short.
inline std::string point_figures(const TradeOffPoint& p) {
  return per_cent(p.top1) + " at " + per_cent(100 * p.macs_fraction);
}

inline void require_chart(const TradeOffChart& chart) {
  require<ValueError>(!chart.points.empty(), "trade_off_chart: there are no points");
  const auto check = [](const std::string& label, double top1) {
    require<ValueError>(0 <= top1 && top1 <= 100, "trade_off_chart: top-1 of '", label,
                        "' must be in [0, 100] per cent, got ", top1);
  };
  for (const auto& p : chart.points) {
    check(p.label, p.top1);
    require<ValueError>(std::isfinite(p.macs_fraction) && p.macs_fraction >= 0,
                        "trade_off_chart: MAC fraction of '", p.label, "' must be >= 0, got ",
                        p.macs_fraction);
  }
  if (chart.reference) check(chart.reference->label, chart.reference->top1);
}

/// Costs from 0 to the whole dense network, and beyond when agents bring a network there.
inline Axis cost_axis(const TradeOffChart& chart, const Box& plot) {
  double most = 100;
  for (const auto& p : chart.points) most = std::max(most, 100 * p.macs_fraction);
  Axis axis = axis_over(0, most);
  axis.from = plot.left;
  axis.to = plot.right();
  return axis;
}

/// Accuracies around those that occur, within 0 and 100.
inline Axis accuracy_axis(const TradeOffChart& chart, const Box& plot) {
  double least = chart.points[0].top1, most = least;
  const auto include = [&](double top1) {
    least = std::min(least, top1);
    most = std::max(most, top1);
  };
  for (const auto& p : chart.points) include(p.top1);
  if (chart.reference) include(chart.reference->top1);
  const double margin = std::max(2.0, 0.08 * (most - least));
  Axis axis = axis_over(std::max(0.0, least - margin), std::min(100.0, most + margin));
  axis.from = plot.bottom();
  axis.to = plot.top;
  return axis;
}

inline Element draw_axes(const Axis& cost, const Axis& accuracy, const Box& plot) {
  Element axes("g");
  for (const double v : accuracy.ticks()) {
    const double y = accuracy.at(v);
    axes.add(hairline(plot.left, y, plot.right(), y,
                      equals(v, accuracy.low) ? theme::axis : theme::grid));
    axes.add(text_line(plot.left - 10, y + 4, number(v),
                       {.fill = theme::quiet, .size = theme::small_size, .anchor = "end"}));
  }
  for (const double v : cost.ticks()) {
    const double x = cost.at(v);
    axes.add(hairline(x, plot.bottom(), x, plot.bottom() + 5, theme::axis));
    axes.add(text_line(x, plot.bottom() + 20, number(v),
                       {.fill = theme::quiet, .size = theme::small_size, .anchor = "middle"}));
  }
  axes.add(text_line(plot.left - 34, plot.top - 16, "Top-1 accuracy, %", {.fill = theme::quiet}));
  axes.add(text_line(plot.right(), plot.bottom() + 42,
                     "Multiply-accumulates, % of the dense network",
                     {.fill = theme::quiet, .anchor = "end"}));
  return axes;
}

/// The reference's label lies on its line, as far to the left as it covers nothing.
inline Box reference_label(const ReferenceLine& line, double y, const Box& plot,
                           const std::vector<Box>& obstacles) {
  constexpr double height = 18;
  const double width = text_width(line.label, theme::small_size);
  Box best;
  double least = std::numeric_limits<double>::infinity();
  for (const double side : {y - height, y})
    for (int place = 0; place <= 8; ++place) {
      const Box box{plot.left + 8 + place / 8.0 * (plot.width - 16 - width), side, width, height};
      if (const double cost = covered_area(box, obstacles, plot) + place; cost < least) {
        least = cost;
        best = box;
      }
    }
  return best;
}

/// From a point to its label, where the label could not stay beside it.
inline Element leader(double x, double y, const Box& label) {
  const double near_x = std::clamp(x, label.left, label.right());
  const double near_y = std::clamp(y, label.top, label.bottom());
  const double distance = std::hypot(near_x - x, near_y - y);
  const double start = (point_radius + 2) / distance;
  return hairline(x + start * (near_x - x), y + start * (near_y - y), near_x, near_y, theme::axis);
}

}  // namespace detail

/// The chart as a picture: each point with its name and figures. Throws ValueError when there are
/// no points, or a figure is out of range.
inline Element trade_off_chart(const TradeOffChart& chart) {
  detail::require_chart(chart);
  constexpr double width = 760, height = 480;
  constexpr Box plot{.left = 62, .top = 92, .width = 666, .height = 316};
  const Axis cost = detail::cost_axis(chart, plot), accuracy = detail::accuracy_axis(chart, plot);

  Element svg = sheet(width, height, chart.title);
  svg.add(text_line(plot.left - 34, 38, chart.title, {.size = theme::title_size, .bold = true}));
  svg.add(detail::draw_axes(cost, accuracy, plot));

  constexpr double name_line = 17, figures_line = 15, gap = detail::point_radius + 5;
  std::vector<Label> labels;
  std::vector<Box> obstacles;
  for (const auto& p : chart.points) {
    const double x = cost.at(100 * p.macs_fraction), y = accuracy.at(p.top1);
    obstacles.push_back(box_around(x, y, detail::point_radius + 3));
    labels.push_back({x, y,
                      std::max(text_width(p.label, theme::body_size, /*bold=*/true),
                               text_width(detail::point_figures(p), theme::small_size)),
                      name_line + figures_line});
  }
  if (chart.reference) {
    const double y = accuracy.at(chart.reference->top1);
    Element line = hairline(plot.left, y, plot.right(), y, theme::compared);
    svg.add(Element("g", {{"stroke-dasharray", "4 4"}}).add(std::move(line)));
    const Box text = detail::reference_label(*chart.reference, y, plot, obstacles);
    svg.add(text_line(text.left, text.top + 13, chart.reference->label,
                      {.fill = theme::quiet, .size = theme::small_size}));
    obstacles.push_back(text);
    obstacles.push_back({plot.left, y - 1, plot.width, 2});
  }

  // Labels may rise into the space between the plot and the axis' name, and reach the right margin.
  const Box bounds{plot.left + 4, plot.top - 12, width - plot.left - 12, plot.height + 8};
  const auto boxes = place_labels(labels, bounds, obstacles, gap);
  Element leaders("g"), points("g", {{"stroke", theme::paper}, {"stroke-width", 1.5}});
  // A halo of paper keeps text readable on the grid.
  Element texts("g", {{"stroke", theme::paper},
                      {"stroke-width", 4},
                      {"stroke-linejoin", "round"},
                      {"paint-order", "stroke"}});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto& p = chart.points[i];
    const Label& at = labels[i];
    const Box& box = boxes[i];
    points.add(Element("circle", {{"cx", at.x},
                                  {"cy", at.y},
                                  {"r", detail::point_radius},
                                  {"fill", p.accent ? theme::accent : theme::compared}}));
    const bool apart = equals(shared_area(box_around(at.x, at.y, gap + 2), box), 0);
    if (apart) leaders.add(detail::leader(at.x, at.y, box));
    // Text leans towards its point.
    const bool leans_right = box.right() <= at.x, centred = !leans_right && box.left < at.x;
    const double x = leans_right ? box.right() : centred ? box.left + box.width / 2 : box.left;
    const std::string_view anchor = leans_right ? "end" : centred ? "middle" : "start";
    texts.add(
        text_line(x, box.top + 13, p.label,
                  {.fill = p.accent ? theme::accent : theme::ink, .anchor = anchor, .bold = true}));
    texts.add(text_line(x, box.top + name_line + 11, detail::point_figures(p),
                        {.fill = theme::quiet, .size = theme::small_size, .anchor = anchor}));
  }
  svg.add(std::move(leaders)).add(std::move(points)).add(std::move(texts));
  return svg;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
