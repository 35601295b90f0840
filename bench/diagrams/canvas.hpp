// Canvas: boxes, arrows and words of a diagram, on a sheet that is readable on light and dark
// pages.
//
// A text that does not fit its box is an error, so what is drawn can be read.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/theme.hpp>
#include <vector>

namespace adafuse::diagrams {

using report::Element;
using report::Path;
using report::TextStyle;
namespace theme = report::theme;

/// Of words on a coloured box; not the paper's white, which turns dark on dark pages.
inline constexpr std::string_view on_colour = "#fefefe";

/// What a box looks like.
struct BoxStyle {
  std::string_view fill = theme::paper, stroke = theme::axis, ink = theme::ink;
};
inline constexpr BoxStyle plain{}, shaded{theme::grid, theme::axis, theme::ink},
    accented{theme::accent, theme::accent, on_colour},
    outlined{theme::paper, theme::accent, theme::ink};

/// The colours of a dark page in the place of the theme's. Selectors are the attributes themselves.
inline constexpr std::string_view dark_colours =
    "@media (prefers-color-scheme: dark) { "
    "[fill=\"#ffffff\"] { fill: #14181d } [fill=\"#1f2328\"] { fill: #e6edf3 } "
    "[fill=\"#656d76\"] { fill: #a3adb7 } [fill=\"#e6e8eb\"] { fill: #30373f } "
    "[fill=\"#e3e6ea\"] { fill: #3a424b } [fill=\"#0072b2\"] { fill: #2f8fca } "
    "[fill=\"#b8bec5\"] { fill: #7d8791 } [stroke=\"#1f2328\"] { stroke: #e6edf3 } "
    "[stroke=\"#e6e8eb\"] { stroke: #30373f } [stroke=\"#b8bec5\"] { stroke: #6b757f } "
    "[stroke=\"#0072b2\"] { stroke: #4aa3da } [stroke=\"#ffffff\"] { stroke: #14181d } }";

/// A point of a picture, in pixels.
struct Point {
  double x, y;
};

/// A picture in the making.
class Canvas {
 public:
  Canvas(double width, double height, std::string_view title)
      : width_(width), height_(height), svg_(report::sheet(width, height, title)) {
    svg_.add(Element("style", {}, dark_colours));
    text(24, 34, title, {.size = theme::title_size, .bold = true});
  }

  /// The picture.
  const Element& picture() const { return svg_; }

  void add(Element element) { svg_.add(std::move(element)); }

  /// A line of text. Throws ValueError where it would leave the sheet.
  void text(double x, double y, std::string_view words, const TextStyle& style = {}) {
    const double wide = report::text_width(words, style.size, style.bold);
    const double left = style.anchor == "middle" ? x - wide / 2
                        : style.anchor == "end"  ? x - wide
                                                 : x;
    require<ValueError>(left >= 4 && left + wide <= width_ - 4 && y <= height_ - 4, "diagram: '",
                        words, "' leaves the sheet, from ", left, " to ", left + wide, " at ", y);
    svg_.add(report::text_line(x, y, words, style));
  }
  /// Small and quiet: what explains.
  void note(double x, double y, std::string_view words, std::string_view anchor = "start") {
    text(x, y, words, {.fill = theme::quiet, .size = theme::small_size, .anchor = anchor});
  }
  /// Lines of notes below each other.
  void notes(double x, double y, const std::vector<std::string_view>& lines,
             std::string_view anchor = "start") {
    for (const auto line : lines) note(x, y, line, anchor), y += 17;
  }

  void rectangle(double x, double y, double width, double height, const BoxStyle& style = {},
                 double radius = 0) {
    std::vector<report::Attribute> attributes{
        {"x", x}, {"y", y}, {"width", width}, {"height", height}, {"fill", style.fill}};
    if (radius > 0) attributes.push_back({"rx", radius});
    if (!style.stroke.empty()) attributes.push_back({"stroke", style.stroke});
    svg_.add(Element("rect", std::move(attributes)));
  }

  /// A box with words in its middle, and perhaps smaller ones below them. Throws ValueError where
  /// they do not fit.
  void box(double x, double y, double width, double height, std::string_view words,
           const BoxStyle& style = {}, std::string_view below = {}) {
    require<ValueError>(report::text_width(words, theme::body_size) <= width + 2 &&
                            report::text_width(below, theme::small_size) <= width + 2,
                        "diagram: '", words, "', '", below, "' do not fit ", width);
    rectangle(x, y, width, height, style, 6);
    const double middle = y + height / 2 + (below.empty() ? 4.5 : -3.5);
    text(x + width / 2, middle, words, {.fill = style.ink, .anchor = "middle"});
    if (!below.empty())
      text(x + width / 2, middle + 16, below,
           {.fill = style.ink == on_colour ? on_colour : theme::quiet,
            .size = theme::small_size,
            .anchor = "middle"});
  }

  void line(const std::vector<Point>& points, std::string_view colour = theme::compared,
            double thick = 1.5, bool dashed = false) {
    Path path;
    for (std::size_t i = 0; i < points.size(); ++i)
      i == 0 ? path.move(points[i].x, points[i].y) : path.line(points[i].x, points[i].y);
    std::vector<report::Attribute> attributes{
        {"d", path.str()}, {"fill", "none"}, {"stroke", colour}, {"stroke-width", thick}};
    if (dashed) attributes.push_back({"stroke-dasharray", "4 3"});
    svg_.add(Element("path", std::move(attributes)));
  }

  /// A line that ends in a head at its last point.
  void arrow(std::vector<Point> points, std::string_view colour = theme::compared,
             bool dashed = false) {
    const Point tip = points.back(), from = points[points.size() - 2];
    const double length = std::hypot(tip.x - from.x, tip.y - from.y);
    const double dx = (tip.x - from.x) / length, dy = (tip.y - from.y) / length;
    points.back() = {tip.x - 7 * dx, tip.y - 7 * dy};
    line(points, colour, 1.5, dashed);
    svg_.add(Element("path", {{"d", Path()
                                        .move(tip.x, tip.y)
                                        .line(tip.x - 8 * dx - 4 * dy, tip.y - 8 * dy + 4 * dx)
                                        .line(tip.x - 8 * dx + 4 * dy, tip.y - 8 * dy - 4 * dx)
                                        .close()
                                        .str()},
                              {"fill", colour}}));
  }

  void circle(double x, double y, double radius, std::string_view fill) {
    svg_.add(Element("circle", {{"cx", x}, {"cy", y}, {"r", radius}, {"fill", fill}}));
  }

  /// A small square and what it means; gives the x behind it.
  double key(double x, double y, std::string_view fill, std::string_view meaning) {
    rectangle(x, y - 10, 11, 11, {fill, "", theme::ink});
    note(x + 17, y, meaning);
    return x + 17 + report::text_width(meaning, theme::small_size) + 18;
  }

 private:
  double width_, height_;
  Element svg_;
};

/// A picture and the file that it is written to.
struct Picture {
  std::string file;  ///< "adaptive_block.svg"
  Element drawing;
};

}  // namespace adafuse::diagrams
