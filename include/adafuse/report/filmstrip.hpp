// Filmstrip: the frames of a clip above what a block decided about each channel of each of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/fusion/demand.hpp>
#include <adafuse/report/data_uri.hpp>
#include <adafuse/report/theme.hpp>
#include <numeric>

namespace adafuse::report::inline ADAFUSE_SIMD {

struct Filmstrip {
  Tensor<std::uint8_t> frames;   ///< [T, H, W, 3], RGB
  Tensor<std::uint8_t> actions;  ///< [T, c] by Action
  std::string block;             ///< "layer2.0"
  /// By name.
  std::string true_class, predicted_class;
};

namespace detail {

/// Where the parts of a filmstrip lie, in pixels.
struct FilmstripLayout {
  Index frames, channels;
  double left = 56, top = 84;   // of the first picture
  double gap = 8;               // between columns
  double column, picture, row;  // width of a column, heights of a picture and of a channel

  explicit FilmstripLayout(const Filmstrip& film)
      : frames(film.actions.size(0)), channels(film.actions.size(1)) {
    column = std::clamp(720 / static_cast<double>(frames) - gap, 24.0, 112.0);
    picture = column * static_cast<double>(film.frames.size(1)) /
              static_cast<double>(film.frames.size(2));
    row = std::clamp(288 / static_cast<double>(channels), 2.0, 14.0);
  }

  double x(Index frame) const { return left + static_cast<double>(frame) * (column + gap); }
  double right() const { return x(frames - 1) + column; }
  double grid_top() const { return top + picture + 34; }
  double grid_bottom() const { return grid_top() + row * static_cast<double>(channels); }
  double width() const { return std::max(right() + 28, 560.0); }
  double height() const { return grid_bottom() + 104; }
};

inline void require_filmstrip(const Filmstrip& film) {
  const auto& [frames, actions] = std::tie(film.frames, film.actions);
  require<ShapeError>(frames.rank() == 4 && frames.size(3) == 3 && frames.size() > 0,
                      "filmstrip: expects frames [T,H,W,3], got ", frames.shape());
  require<ShapeError>(
      actions.rank() == 2 && actions.size(0) == frames.size(0) && actions.size(1) > 0,
      "filmstrip: ", frames.size(0), " frames expect actions [", frames.size(0), ",c], got ",
      actions.shape());
  for (const auto action : actions)
    if (action >= action_count)
      throw ValueError(concat("filmstrip: actions are ", listed_actions(), ", got ", +action));
}

/// Channels in the order in which they are drawn: the most often kept first, then the most often
/// reused, as the table of actions goes on, so that what a block does with its channels shows at a
/// glance.
inline std::vector<Index> channels_by_use(const Tensor<std::uint8_t>& actions) {
  const auto a = actions.view<2>();
  const auto use = [a](Index channel) {  // how often each action
    std::array<Index, action_count> count{};
    for (Index t = 0; t < a.size(0); ++t) ++count[a(t, channel)];
    return count;
  };
  std::vector<Index> order(static_cast<std::size_t>(a.size(1)));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) { return use(i) > use(j); });
  return order;
}

/// The channels x T grid: one path for each colour, and a dot where a channel that its own frame
/// does not read is computed all the same, for the next frame to reuse.
inline Element draw_decisions(const Filmstrip& film, const FilmstripLayout& at,
                              const Demand& needs) {
  const auto order = channels_by_use(film.actions);
  const double seam = at.row >= 5 ? 1 : 0.5;
  const double dot = std::min(2.0, at.row / 4);
  std::array<Path, action_count> cells;
  Element dots("g", {{"fill", theme::accent}});
  for (Index t = 0; t < at.frames; ++t)
    for (std::size_t r = 0; r < order.size(); ++r) {
      const auto action = film.actions(t, order[r]);
      const double y = at.grid_top() + static_cast<double>(r) * at.row;
      cells[action].rectangle(at.x(t), y, at.column, at.row - seam);
      if (!row_of(Action{action}).reads_now && needs.computed(t, order[r]))
        dots.add(Element(
            "circle",
            {{"cx", at.x(t) + at.column - 7}, {"cy", y + (at.row - seam) / 2}, {"r", dot}}));
    }
  Element grid("g");
  for (const Action action : all_actions)
    if (const auto& path = cells[static_cast<std::size_t>(action)]; !path.empty())
      grid.add(Element("path", {{"fill", action_colour(action)}, {"d", path.str()}}));
  return grid.add(std::move(dots));
}

/// How much of each frame is computed: a bar and its per cent.
inline Element draw_shares(const FilmstripLayout& at, const Demand& needs) {
  Element shares("g");
  const double y = at.grid_bottom() + 10;
  for (Index t = 0; t < at.frames; ++t) {
    double computed = 0;
    for (const auto flag : needs.computed[t]) computed += flag;
    const double share = computed / static_cast<double>(at.channels);
    shares.add(Element(
        "rect",
        {{"x", at.x(t)}, {"y", y}, {"width", at.column}, {"height", 4}, {"fill", theme::grid}}));
    shares.add(Element("rect", {{"x", at.x(t)},
                                {"y", y},
                                {"width", share * at.column},
                                {"height", 4},
                                {"fill", theme::ink}}));
    shares.add(text_line(at.x(t) + at.column / 2, y + 20, number(100 * share, 0) + " %",
                         {.size = theme::small_size, .anchor = "middle"}));
  }
  return shares;
}

inline Element draw_legend(const FilmstripLayout& at) {
  Element legend("g");
  double x = at.left;
  const double y = at.grid_bottom() + 76;
  const auto entry = [&](Element mark, std::string_view text) {
    legend.add(std::move(mark));
    legend.add(text_line(x + 17, y, text, {.fill = theme::quiet, .size = theme::small_size}));
    x += 17 + text_width(text, theme::small_size) + 18;
  };
  for (const ActionLook& look : action_looks)
    entry(Element("rect",
                  {{"x", x}, {"y", y - 10}, {"width", 11}, {"height", 11}, {"fill", look.colour}}),
          std::string(look.legend));
  entry(Element("circle", {{"cx", x + 7}, {"cy", y - 4}, {"r", 2}, {"fill", theme::accent}}),
        "computed for the next frame to reuse");
  return legend;
}

inline Element draw_title(const Filmstrip& film, const FilmstripLayout& at) {
  const bool right = film.true_class == film.predicted_class;
  Element title("g");
  title.add(text_line(at.left, 36, "Decisions of " + film.block,
                      {.size = theme::title_size, .bold = true}));
  title.add(text_line(
      at.left, 60,
      right ? "A clip of " + film.true_class + ", recognised."
            : "A clip of " + film.true_class + ", taken for " + film.predicted_class + ".",
      {.fill = right ? theme::quiet : theme::warning}));
  return title;
}

}  // namespace detail

/// The clip and the decisions as a picture. Throws ShapeError or ValueError for frames and actions
/// that do not fit.
inline Element filmstrip(const Filmstrip& film) {
  detail::require_filmstrip(film);
  const detail::FilmstripLayout at(film);
  const Demand needs = demand(film.actions, at.frames);

  Element svg = sheet(at.width(), at.height(), "Decisions of " + film.block);
  svg.add(detail::draw_title(film, at));
  Element pictures("g", {{"style", "image-rendering: pixelated"}});
  for (Index t = 0; t < at.frames; ++t)
    pictures.add(Element("image", {{"x", at.x(t)},
                                   {"y", at.top},
                                   {"width", at.column},
                                   {"height", at.picture},
                                   {"href", png_data_uri(film.frames[t])}}));
  svg.add(std::move(pictures));
  for (Index t = 0; t < at.frames; ++t)
    svg.add(text_line(at.x(t) + at.column / 2, at.top + at.picture + 18, "t = " + std::to_string(t),
                      {.fill = theme::quiet, .size = theme::small_size, .anchor = "middle"}));

  svg.add(detail::draw_decisions(film, at, needs));
  const double middle = (at.grid_top() + at.grid_bottom()) / 2;
  Element side("g",
               {{"transform", "rotate(-90 " + number(at.left - 16) + " " + number(middle) + ")"}});
  side.add(text_line(at.left - 16, middle, std::to_string(at.channels) + " channels",
                     {.fill = theme::quiet, .size = theme::small_size, .anchor = "middle"}));
  svg.add(std::move(side));
  svg.add(detail::draw_shares(at, needs));
  svg.add(text_line(at.left, at.grid_bottom() + 50,
                    "Share of the channels that is computed for each frame",
                    {.fill = theme::quiet, .size = theme::small_size}));
  svg.add(detail::draw_legend(at));
  return svg;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
