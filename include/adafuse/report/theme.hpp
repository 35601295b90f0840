// How the pictures look: one sheet of paper, one set of inks, one family of fonts.
//
// The colours of actions are of Okabe and Ito's palette, whose members are told apart with any kind
// of colour vision; they also differ in lightness, for print without colour.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/action.hpp>
#include <adafuse/report/svg.hpp>

namespace adafuse::report::inline ADAFUSE_SIMD {

namespace theme {

inline constexpr std::string_view font =
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif";
inline constexpr std::string_view paper = "#ffffff";
inline constexpr std::string_view ink = "#1f2328";       // titles, labels
inline constexpr std::string_view quiet = "#656d76";     // what explains
inline constexpr std::string_view grid = "#e6e8eb";      // hairlines
inline constexpr std::string_view axis = "#b8bec5";      // the line that the ticks stand on
inline constexpr std::string_view accent = "#0072b2";    // what the picture is about
inline constexpr std::string_view compared = "#8a929b";  // what it is compared with
inline constexpr std::string_view warning = "#b3401a";   // what went wrong

inline constexpr double title_size = 17, body_size = 13, small_size = 11.5;

}  // namespace theme

/// How an action is drawn, and what a legend says of it.
struct ActionLook {
  /// "#rrggbb", and a word.
  std::string_view colour, legend;
};

/// By action, as the table of actions has them.
inline constexpr ActionLook action_looks[] = {
    {"#0072b2", "keep"},
    {"#e69f00", "reuse the previous frame's"},
    {"#e3e6ea", "skip"},
};
static_assert(std::size(action_looks) == action_count, "every action has a colour and a legend");

constexpr const ActionLook& look_of(Action action) {
  return action_looks[static_cast<std::size_t>(action)];
}

/// The colour of an action.
constexpr std::string_view action_colour(Action action) { return look_of(action).colour; }

/// An empty sheet with a name for those who cannot see it.
inline Element sheet(double width, double height, std::string_view name) {
  Element svg("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                      {"viewBox", "0 0 " + number(width) + " " + number(height)},
                      {"width", width},
                      {"height", height},
                      {"role", "img"},
                      {"font-family", theme::font},
                      {"font-size", theme::body_size}});
  svg.add(Element("title", {}, name));
  svg.add(Element("rect", {{"width", width}, {"height", height}, {"fill", theme::paper}}));
  return svg;
}

/// How a text is drawn.
struct TextStyle {
  std::string_view fill = theme::ink;  ///< "#rrggbb"
  double size = theme::body_size;      ///< pixels
  std::string_view anchor = "start";   ///< which part of the text stands at x: start, middle, end
  bool bold = false;                   ///< or of the usual weight
};

/// A line of text whose baseline is at y.
inline Element text_line(double x, double y, std::string_view text, const TextStyle& style = {}) {
  std::vector<Attribute> attributes{
      {"x", x}, {"y", y}, {"fill", style.fill}, {"font-size", style.size}};
  if (style.anchor != "start") attributes.push_back({"text-anchor", style.anchor});
  if (style.bold) attributes.push_back({"font-weight", 600});
  return Element("text", std::move(attributes), text);
}

/// A straight hairline.
inline Element hairline(double x1, double y1, double x2, double y2, std::string_view colour) {
  return Element("line", {{"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}, {"stroke", colour}});
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
