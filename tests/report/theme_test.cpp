// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/theme.hpp>
#include <cmath>

#include "xml.hpp"

namespace theme_test {

using namespace adafuse;
using namespace adafuse::report;

namespace {

/// Relative luminance of "#rrggbb" after WCAG 2.
double luminance(std::string_view colour) {
  const auto channel = [&](std::size_t i) {
    const double c = std::stoi(std::string(colour.substr(1 + 2 * i, 2)), nullptr, 16) / 255.0;
    return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2);
}

double contrast(std::string_view a, std::string_view b) {
  const double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
  return x > y ? x / y : y / x;
}

}  // namespace

TEST_CASE("theme: text is readable on the paper") {
  for (const auto ink : {theme::ink, theme::quiet, theme::accent, theme::warning})
    CHECK(contrast(ink, theme::paper) >= 4.5);
}

TEST_CASE("theme: the colours of actions differ in lightness, not only in hue") {
  const auto keep = action_colour(Action::keep), reuse = action_colour(Action::reuse),
             skip = action_colour(Action::skip);
  CHECK(contrast(keep, reuse) > 1.5);
  CHECK(contrast(reuse, skip) > 1.5);
  CHECK(contrast(keep, skip) > 3);
}

TEST_CASE("theme: a sheet has a size, a name and a ground of its own") {
  const auto elements = xml::read(sheet(300, 200, "A <picture>").xml());
  CHECK(elements[0].attributes.at("viewBox") == "0 0 300 200");
  CHECK(elements[0].attributes.at("xmlns") == "http://www.w3.org/2000/svg");
  CHECK(xml::named(elements, "title")[0].text == "A <picture>");
  CHECK(xml::named(elements, "rect")[0].attributes.at("fill") == theme::paper);
}

}  // namespace theme_test
