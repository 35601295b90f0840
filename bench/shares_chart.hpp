// A chart of shares by depth: for each block a bar of what is kept, reused and skipped there.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/theme.hpp>
#include <array>

namespace adafuse::report {

/// One bar.
struct BlockShares {
  std::string block;
  std::array<double, action_count> share{};  ///< by Action: keep, reuse, skip; they add up to 1
};

/// The bars from left to right, shallow to deep: keep below, then reuse, skip on top.
inline Element shares_chart(const std::string& title, const std::vector<BlockShares>& blocks) {
  require<ValueError>(!blocks.empty(), "shares_chart: there are no blocks");
  constexpr double width = 760, height = 420, left = 62, top = 92, plot_width = 666,
                   plot_height = 250;
  Element svg = sheet(width, height, title);
  svg.add(text_line(28, 38, title, {.size = theme::title_size, .bold = true}));
  svg.add(text_line(28, top - 16, "Share of channels, %", {.fill = theme::quiet}));

  double x = left + plot_width - 210;
  for (const Action action : all_actions) {
    svg.add(Element("rect", {{"x", x},
                             {"y", top - 27.0},
                             {"width", 13},
                             {"height", 13},
                             {"fill", action_colour(action)}}));
    svg.add(text_line(x + 19, top - 16, row_of(action).name));
    x += 75;
  }
  for (const double percent : {0.0, 25.0, 50.0, 75.0, 100.0}) {
    const double y = top + plot_height * (1 - percent / 100);
    svg.add(hairline(left, y, left + plot_width, y, percent == 0 ? theme::axis : theme::grid));
    svg.add(text_line(left - 10, y + 4, number(percent),
                      {.fill = theme::quiet, .size = theme::small_size, .anchor = "end"}));
  }
  const double step = plot_width / static_cast<double>(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const double bar = left + step * (static_cast<double>(i) + 0.14);
    double y = top + plot_height;
    for (const Action action : all_actions) {
      const double tall = plot_height * blocks[i].share[static_cast<std::size_t>(action)];
      y -= tall;
      svg.add(Element("rect", {{"x", bar},
                               {"y", y},
                               {"width", 0.72 * step},
                               {"height", tall},
                               {"fill", action_colour(action)}}));
    }
    svg.add(text_line(bar + 0.36 * step, top + plot_height + 20, blocks[i].block,
                      {.fill = theme::quiet, .size = theme::small_size, .anchor = "middle"}));
  }
  svg.add(text_line(left + plot_width, top + plot_height + 44, "Blocks, from the first to the last",
                    {.fill = theme::quiet, .anchor = "end"}));
  return svg;
}

}  // namespace adafuse::report
