// Curves: numbers of a training run over its epochs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/equals.hpp>
#include <adafuse/report/axis.hpp>
#include <adafuse/report/label_layout.hpp>
#include <adafuse/report/theme.hpp>
#include <functional>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// One line: a value for each epoch, from the first on.
struct Curve {
  std::string name;                         ///< in the legend
  std::vector<double> values;               ///< of each epoch
  std::string_view colour = theme::accent;  ///< "#rrggbb"
  bool dashed = false;                      ///< not a whole line
};

/// Several lines over the same epochs.
struct CurveChart {
  std::string title;          ///< above the picture
  std::vector<Curve> curves;  ///< the lines
  bool per_cent = false;      ///< the axis holds 0 to 100 and no more
};

namespace detail {

inline Axis value_axis(const CurveChart& chart, const Box& plot) {
  double low = chart.curves[0].values[0], high = low;
  for (const auto& curve : chart.curves)
    for (const double v : curve.values) low = std::min(low, v), high = std::max(high, v);
  if (chart.per_cent) low = std::min(low, 0.0), high = std::max(high, 100.0);
  if (high - low < 1e-9 * std::max(1.0, std::abs(high))) {  // a level line lies in the middle
    const double margin = std::max(0.05 * std::abs(high), 1e-6);
    low -= margin, high += margin;
  }
  Axis axis = axis_over(low, high, 5);
  axis.from = plot.bottom();
  axis.to = plot.top;
  return axis;
}

inline void require_curves(const CurveChart& chart) {
  require<ValueError>(!chart.curves.empty(), "curve_chart: '", chart.title, "' has no curves");
  const auto epochs = chart.curves[0].values.size();
  for (const auto& curve : chart.curves) {
    require<ValueError>(!curve.values.empty() && curve.values.size() == epochs, "curve_chart: '",
                        curve.name, "' has ", curve.values.size(), " values, expected ",
                        std::max<std::size_t>(epochs, 1));
    for (const double v : curve.values)
      require<ValueError>(std::isfinite(v), "curve_chart: '", curve.name, "' has the value ", v);
  }
}

inline Element epoch_ticks(Index epochs, const Box& plot, const std::function<double(Index)>& x) {
  Element ticks("g");
  const Index step = std::max<Index>(1, (epochs + 5) / 6);
  for (Index e = 1; e <= epochs; e += step) {
    ticks.add(hairline(x(e), plot.bottom(), x(e), plot.bottom() + 4, theme::axis));
    ticks.add(text_line(x(e), plot.bottom() + 18, std::to_string(e),
                        {.fill = theme::quiet, .size = theme::small_size, .anchor = "middle"}));
  }
  return ticks;
}

}  // namespace detail

/// The curves as a picture with a legend. Throws ValueError when there are none, when they differ
/// in length, and for what is not finite.
inline Element curve_chart(const CurveChart& chart) {
  detail::require_curves(chart);
  constexpr double width = 360, height = 260;
  constexpr Box plot{.left = 52, .top = 60, .width = 296, .height = 152};
  const Axis axis = detail::value_axis(chart, plot);
  const Index epochs = std::ssize(chart.curves[0].values);
  const auto x = [&](Index epoch) {  // from 1
    if (epochs == 1) return plot.left + plot.width / 2;
    return plot.left + 6 +
           static_cast<double>(epoch - 1) / static_cast<double>(epochs - 1) * (plot.width - 12);
  };
  Element svg = sheet(width, height, chart.title);
  svg.add(text_line(plot.left - 44, 22, chart.title, {.size = 14, .bold = true}));
  const int decimals = axis.step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(axis.step)));
  for (const double v : axis.ticks()) {
    const double y = axis.at(v);
    svg.add(
        hairline(plot.left, y, plot.right(), y, equals(v, axis.low) ? theme::axis : theme::grid));
    svg.add(text_line(plot.left - 8, y + 4, number(v, decimals),
                      {.fill = theme::quiet, .size = theme::small_size, .anchor = "end"}));
  }
  svg.add(detail::epoch_ticks(epochs, plot, x));
  svg.add(text_line(plot.right(), plot.bottom() + 36, "epoch",
                    {.fill = theme::quiet, .size = theme::small_size, .anchor = "end"}));
  double legend = plot.left;
  for (const auto& curve : chart.curves) {
    Path path;
    Element dots("g", {{"fill", curve.colour}});
    for (Index e = 1; e <= epochs; ++e) {
      const double value = curve.values[static_cast<std::size_t>(e - 1)], y = axis.at(value);
      e == 1 ? path.move(x(e), y) : path.line(x(e), y);
      if (epochs > 40) continue;
      Element dot("circle", {{"cx", x(e)}, {"cy", y}, {"r", 2.5}});
      dots.add(std::move(dot.add(Element(
          "title", {}, curve.name + ", epoch " + std::to_string(e) + ": " + number(value, 4)))));
    }
    std::vector<Attribute> line{{"d", path.str()},
                                {"fill", "none"},
                                {"stroke", curve.colour},
                                {"stroke-width", 2},
                                {"stroke-linejoin", "round"}};
    if (curve.dashed) line.push_back({"stroke-dasharray", "5 4"});
    svg.add(Element("path", line)).add(std::move(dots));
    Element key("line", {{"x1", legend},
                         {"y1", 40},
                         {"x2", legend + 18},
                         {"y2", 40},
                         {"stroke", curve.colour},
                         {"stroke-width", 2}});
    if (curve.dashed) key.set({"stroke-dasharray", "5 4"});
    svg.add(std::move(key));
    svg.add(
        text_line(legend + 23, 44, curve.name, {.fill = theme::quiet, .size = theme::small_size}));
    legend += 23 + text_width(curve.name, theme::small_size) + 12;
  }
  return svg;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
