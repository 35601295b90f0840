// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/filmstrip.hpp>

#include "xml.hpp"

namespace filmstrip_test {

using namespace adafuse;
using namespace adafuse::report;

namespace {

constexpr std::uint8_t K = 0, R = 1, S = 2;

Filmstrip three_frames() {
  return {.frames = Tensor<std::uint8_t>({3, 4, 6, 3}),
          .actions = Tensor<std::uint8_t>::of({{K, S, K, S}, {R, R, K, S}, {S, R, K, S}}),
          .block = "layer2.0",
          .true_class = "swipe_left",
          .predicted_class = "swipe_left"};
}

std::vector<xml::Element> drawn(const Filmstrip& film) { return xml::read(filmstrip(film).xml()); }

/// How many cells are painted in the colour of an action.
Index cells(const std::vector<xml::Element>& elements, Action action) {
  for (const auto& path : xml::named(elements, "path"))
    if (path.attributes.at("fill") == action_colour(action)) {
      const auto& d = path.attributes.at("d");
      return std::count(d.begin(), d.end(), 'M');
    }
  return 0;
}

}  // namespace

TEST_CASE("filmstrip: each frame is embedded and each decision is a cell") {
  const auto elements = drawn(three_frames());
  const auto images = xml::named(elements, "image");
  REQUIRE(images.size() == 3);
  CHECK(images[0].attributes.at("href").starts_with("data:image/png;base64,"));
  CHECK(images[0].number("width") / images[0].number("height") ==
        doctest::Approx(1.5).epsilon(0.01));
  CHECK(cells(elements, Action::keep) == 4);
  CHECK(cells(elements, Action::reuse) == 3);
  CHECK(cells(elements, Action::skip) == 5);
}

TEST_CASE("filmstrip: the share of a frame counts what the next frame reuses") {
  // Frame 0 computes channels 0, 2 (kept) and 1 (reused next); frame 1 channel 2 and, reused next,
  // 1; frame 2 channel 2 alone.
  const auto elements = drawn(three_frames());
  CHECK(xml::has_text(elements, "75 %"));
  CHECK(xml::has_text(elements, "50 %"));
  CHECK(xml::has_text(elements, "25 %"));
  // A dot for channel 1 in frames 0 and 1, and one in the legend.
  CHECK(xml::named(elements, "circle").size() == 3);
}

TEST_CASE("filmstrip: channels are ordered by how often they are kept, then reused") {
  CHECK(report::detail::channels_by_use(three_frames().actions) == std::vector<Index>{2, 0, 1, 3});
}

TEST_CASE("filmstrip: the title names block, class and mistake, escaped") {
  Filmstrip film = three_frames();
  CHECK(xml::has_text(drawn(film), "Decisions of layer2.0"));
  CHECK(xml::has_text(drawn(film), "A clip of swipe_left, recognised."));
  film.predicted_class = "<swipe> & \"right\"";
  CHECK(xml::has_text(drawn(film), "A clip of swipe_left, taken for <swipe> & \"right\"."));
}

TEST_CASE("filmstrip: a clip of one frame and one of many have a picture") {
  for (const Index frames : {1, 64}) {
    Filmstrip film = three_frames();
    film.frames = Tensor<std::uint8_t>({frames, 2, 2, 3});
    film.actions = Tensor<std::uint8_t>({frames, 200});
    const auto elements = drawn(film);
    const double width = elements[0].number("width");
    for (const auto& image : xml::named(elements, "image"))
      CHECK(image.number("x") + image.number("width") < width);
    CHECK(cells(elements, Action::keep) == frames * 200);
  }
}

TEST_CASE("filmstrip: equal input gives equal bytes") {
  CHECK(filmstrip(three_frames()).xml() == filmstrip(three_frames()).xml());
}

TEST_CASE("filmstrip: frames and actions that do not fit are refused") {
  Filmstrip film = three_frames();
  film.actions = Tensor<std::uint8_t>({2, 4});
  CHECK_THROWS_WITH_AS(filmstrip(film), "filmstrip: 3 frames expect actions [3,c], got [2,4]",
                       ShapeError);
  film = three_frames();
  film.frames = Tensor<std::uint8_t>({3, 4, 6});
  CHECK_THROWS_AS(filmstrip(film), ShapeError);
  film = three_frames();
  film.actions(1, 1) = 3;
  CHECK_THROWS_WITH_AS(filmstrip(film), "filmstrip: actions are 0 keep, 1 reuse, 2 skip, got 3",
                       ValueError);
}

}  // namespace filmstrip_test
