// What blocks decide: the shares of keep, reuse and skip of each block, in all and frame by frame.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/theme.hpp>
#include <array>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// By Action: shares that add up to 1.
using Shares = std::array<double, action_count>;

/// What a block decided, in shares of its channels.
struct BlockShares {
  std::string block;           ///< "layer2.0"
  Shares all{};                ///< over all frames
  std::vector<Shares> frames;  ///< [T]
};

namespace detail {

/// "layer2.0, frame 3: keep 20 %, reuse 30 %, skip 50 %"
inline std::string shares_in_words(const std::string& what, const Shares& shares) {
  std::string text = what;
  for (const Action action : all_actions)
    text += (action == Action::keep ? ": " : ", ") + std::string(row_of(action).name) + " " +
            number(100 * shares[static_cast<std::size_t>(action)], 1) + " %";
  return text;
}

/// A bar cut into the shares: from left to right, or from the bottom up.
inline Element share_bar(double x, double y, double width, double height, bool upright,
                         const std::string& what, const Shares& shares) {
  Element bar("g");
  bar.add(Element("title", {}, shares_in_words(what, shares)));
  double done = 0;
  for (const Action action : all_actions) {
    const double share = shares[static_cast<std::size_t>(action)];
    if (share <= 0) continue;
    const double left = upright ? x : x + done * width;
    const double top = upright ? y + (1 - done - share) * height : y;
    bar.add(Element("rect", {{"x", left},
                             {"y", top},
                             {"width", upright ? width : share * width},
                             {"height", upright ? share * height : height},
                             {"fill", action_colour(action)}}));
    done += share;
  }
  return bar;
}

inline Element action_legend(double x, double y) {
  Element legend("g");
  for (const ActionLook& look : action_looks) {
    legend.add(Element(
        "rect", {{"x", x}, {"y", y - 10}, {"width", 11}, {"height", 11}, {"fill", look.colour}}));
    legend.add(
        text_line(x + 17, y, look.legend, {.fill = theme::quiet, .size = theme::small_size}));
    x += 35 + text_width(look.legend, theme::small_size);
  }
  return legend;
}

}  // namespace detail

/// A row for each block: a bar over all frames, then one for each frame. Throws ValueError when
/// there are no blocks, or blocks differ in their number of frames.
inline Element decision_chart(const std::vector<BlockShares>& blocks) {
  require<ValueError>(!blocks.empty(), "decision_chart: there are no blocks");
  const std::size_t frames = blocks[0].frames.size();
  double label = 60;
  for (const auto& b : blocks) {
    require<ValueError>(b.frames.size() == frames, "decision_chart: ", b.block, " has ",
                        b.frames.size(), " frames, others have ", frames);
    label = std::max(label, text_width(b.block, theme::body_size) + 12);
  }
  const double all = label, all_width = 150, first = all + all_width + 24;
  const double step =
      std::clamp(300 / static_cast<double>(std::max<std::size_t>(frames, 1)), 10.0, 36.0);
  constexpr double top = 40, row = 34, bar = 24;
  const double bottom = top + row * static_cast<double>(blocks.size());
  const double width = std::max(first + step * static_cast<double>(frames) + 4, 420.0);
  Element svg = sheet(width, bottom + 34, "Keep, reuse and skip by block and frame");
  const TextStyle quiet{.fill = theme::quiet, .size = theme::small_size};
  svg.add(text_line(all, top - 16, "all frames", quiet));
  const std::size_t labelled = step < 24 ? 4 : 1;  // every so many frames have room for a number
  for (std::size_t t = 0; t < frames; t += labelled)
    svg.add(text_line(first + step * (static_cast<double>(t) + 0.5) - 1, top - 16,
                      (t == 0 ? "t = " : "") + std::to_string(t),
                      {.fill = theme::quiet, .size = theme::small_size, .anchor = "middle"}));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto& b = blocks[i];
    const double y = top + row * static_cast<double>(i);
    svg.add(text_line(0, y + bar / 2 + 4, b.block));
    svg.add(detail::share_bar(all, y, all_width, bar, false, b.block + ", all frames", b.all));
    for (std::size_t t = 0; t < frames; ++t)
      svg.add(detail::share_bar(first + step * static_cast<double>(t), y, step - 3, bar, true,
                                b.block + ", frame " + std::to_string(t), b.frames[t]));
  }
  svg.add(detail::action_legend(all, bottom + 18));
  return svg;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
