// Confusion: how often clips of a class were taken for a class. A table for few classes; a picture
// and the commonest mistakes for many.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/html.hpp>
#include <adafuse/report/theme.hpp>
#include <array>
#include <numeric>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// counts[k][j]: clips of class k that were taken for class j.
struct Confusion {
  std::vector<std::string> classes;        ///< names, by label
  std::vector<std::vector<Index>> counts;  ///< [true class][guess]: clips

  Index clips(std::size_t k) const {
    return std::accumulate(counts[k].begin(), counts[k].end(), Index{0});
  }
  /// Of the clips of class k.
  double share(std::size_t k, std::size_t j) const {
    const Index all = clips(k);
    return all > 0 ? static_cast<double>(counts[k][j]) / static_cast<double>(all) : 0;
  }
};

/// Up to this many classes have a table with a number for each pair.
inline constexpr std::size_t most_tabled_classes = 24;

namespace detail {

inline void require_confusion(const Confusion& c) {
  const bool square = c.counts.size() == c.classes.size() &&
                      std::all_of(c.counts.begin(), c.counts.end(),
                                  [&](const auto& row) { return row.size() == c.classes.size(); });
  require<ValueError>(square && !c.classes.empty(), "confusion: expects a row and a column for ",
                      c.classes.size(), " classes");
}

}  // namespace detail

/// A number for each pair of classes; right answers and mistakes are tinted by their share of the
/// row. Throws ValueError for counts that are not square.
inline Element confusion_table(const Confusion& c) {
  detail::require_confusion(c);
  Table t{.caption = "Confusion matrix: rows are classes, columns are answers",
          .columns = {{"class", false}},
          .look = "confusion"};
  for (const auto& name : c.classes) t.columns.push_back({name, true});
  for (std::size_t k = 0; k < c.classes.size(); ++k) {
    std::vector<Cell> row{{.text = c.classes[k]}};
    for (std::size_t j = 0; j < c.classes.size(); ++j) {
      const std::string count = std::to_string(c.counts[k][j]);
      const double share = c.share(k, j);
      row.push_back({.text = c.counts[k][j] > 0 || j == k ? count : "\u00b7",
                     .exact = count,
                     .look = std::string(j == k ? "right" : "wrong") + (share > 0.6 ? " dark" : ""),
                     .shade = share});
    }
    t.rows.push_back(std::move(row));
  }
  return table(t);
}

/// A cell for each pair of classes, the darker the larger its share of the row, in five steps.
inline Element confusion_picture(const Confusion& c) {
  detail::require_confusion(c);
  const double side = std::clamp(560 / static_cast<double>(c.classes.size()), 1.5, 16.0);
  const double size = side * static_cast<double>(c.classes.size());
  Element svg = sheet(size + 28, size + 28, "Confusion matrix");
  constexpr int steps = 5;
  for (const bool right : {true, false}) {
    std::array<Path, steps> cells;
    for (std::size_t k = 0; k < c.classes.size(); ++k)
      for (std::size_t j = 0; j < c.classes.size(); ++j)
        if (c.counts[k][j] > 0 && (j == k) == right) {
          const int step = std::min(static_cast<int>(steps * c.share(k, j)), steps - 1);
          cells[static_cast<std::size_t>(step)].rectangle(
              24 + side * static_cast<double>(j), 24 + side * static_cast<double>(k), side, side);
        }
    for (int step = 0; step < steps; ++step)
      if (const auto& path = cells[static_cast<std::size_t>(step)]; !path.empty())
        svg.add(Element("path", {{"d", path.str()},
                                 {"fill", right ? theme::accent : theme::warning},
                                 {"fill-opacity", 0.25 + 0.75 * step / (steps - 1)}}));
  }
  svg.add(Element("rect", {{"x", 24},
                           {"y", 24},
                           {"width", size},
                           {"height", size},
                           {"fill", "none"},
                           {"stroke", theme::axis}}));
  const TextStyle quiet{.fill = theme::quiet, .size = theme::small_size};
  svg.add(text_line(24, 15, "answer", quiet));
  svg.add(Element("g", {{"transform", "rotate(-90 15 " + number(24 + size) + ")"}})
              .add(text_line(15, 24 + size, "class", quiet)));
  return svg;
}

/// The pairs of classes that were taken for each other most often, at most `most` of them.
inline Element commonest_mistakes(const Confusion& c, std::size_t most) {
  detail::require_confusion(c);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t k = 0; k < c.classes.size(); ++k)
    for (std::size_t j = 0; j < c.classes.size(); ++j)
      if (j != k && c.counts[k][j] > 0) pairs.push_back({k, j});
  std::stable_sort(pairs.begin(), pairs.end(), [&](const auto& a, const auto& b) {
    return c.counts[a.first][a.second] > c.counts[b.first][b.second];
  });
  if (pairs.size() > most) pairs.resize(most);
  Table t{.caption = "The commonest mistakes",
          .columns = {{"class", false}, {"taken for", false}, {"clips"}, {"of the class"}}};
  for (const auto& [k, j] : pairs)
    t.rows.push_back(
        {{.text = c.classes[k]},
         {.text = c.classes[j]},
         {.text = std::to_string(c.counts[k][j]), .exact = std::to_string(c.counts[k][j])},
         {.text = number(100 * c.share(k, j), 1) + " %"}});
  return table(t);
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
