// A filmstrip in a page: whole without a script; with page_script.hpp one steps through its frames
// and reads what was decided about the channel under the pointer.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/filmstrip.hpp>
#include <adafuse/report/html.hpp>

namespace adafuse::report::inline ADAFUSE_SIMD {

namespace detail {

/// The decisions in the order in which they are drawn, a digit each: of the first channel for all
/// frames, of the second, ...
inline std::string drawn_actions(const Filmstrip& film, const std::vector<Index>& order) {
  std::string digits;
  for (const Index channel : order)
    for (Index t = 0; t < film.actions.size(0); ++t)
      digits += static_cast<char>('0' + film.actions(t, channel));
  return digits;
}

/// What somebody learns who cannot see the picture.
inline std::string film_in_words(const Filmstrip& film) {
  const Demand needs = demand(film.actions, film.actions.size(0));
  std::string text = "Channels of " + film.block + " that are computed, frame by frame: ";
  for (Index t = 0; t < film.actions.size(0); ++t) {
    double computed = 0;
    for (const auto flag : needs.computed[t]) computed += flag;
    text += (t > 0 ? ", " : "") + number(computed, 0);
  }
  return text + " of " + std::to_string(film.actions.size(1)) + ".";
}

}  // namespace detail

/// Throws ShapeError or ValueError for frames and actions that do not fit.
inline Element film_viewer(const Filmstrip& film, const std::string& clip) {
  Element picture = filmstrip(film);
  const detail::FilmstripLayout at(film);
  const auto order = detail::channels_by_use(film.actions);
  std::string channels;
  for (const Index channel : order)
    channels += (channels.empty() ? "" : ",") + std::to_string(channel);
  Element box("figure", {{"class", "film"},
                         {"data-frames", at.frames},
                         {"data-left", at.left},
                         {"data-column", at.column},
                         {"data-gap", at.gap},
                         {"data-top", at.grid_top()},
                         {"data-row", at.row},
                         {"data-channels", channels},
                         {"data-actions", detail::drawn_actions(film, order)}});
  box.add(Element("h4", {}, clip));
  box.add(styled("div", "scroll").add(std::move(picture)));
  box.add(Element("figcaption", {}, detail::film_in_words(film)));
  return box;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
