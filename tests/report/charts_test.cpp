// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/charts.hpp>

#include "xml.hpp"

namespace charts_test {

using namespace adafuse;
using namespace adafuse::report;

namespace {

TradeOffChart four_networks() {
  return {.title = "Gestures: accuracy against cost",
          .points = {{"TSN", 1, 45.1},
                     {"TSM", 1, 99.2},
                     {"random <decisions> & more", 0.61, 71.3},
                     {"AdaFuse", 0.291, 99.6, true}},
          .reference = ReferenceLine{"Ceiling of a frame-wise network: 55.6 %", 55.6}};
}

std::vector<xml::Element> drawn(const TradeOffChart& chart) {
  return xml::read(trade_off_chart(chart).xml());
}

}  // namespace

TEST_CASE("trade_off_chart: each network has a point, a name and its figures") {
  const auto elements = drawn(four_networks());
  CHECK(xml::named(elements, "circle").size() == 4);
  CHECK(xml::has_text(elements, "random <decisions> & more"));
  CHECK(xml::has_text(elements, "99.6 % at 29.1 %"));
  CHECK(xml::has_text(elements, "Gestures: accuracy against cost"));
  CHECK(xml::has_text(elements, "Ceiling of a frame-wise network: 55.6 %"));
  CHECK(xml::has_text(elements, "Top-1 accuracy, %"));
}

TEST_CASE("trade_off_chart: cost runs to the right, accuracy upwards") {
  const auto circles = xml::named(drawn(four_networks()), "circle");
  CHECK(circles[3].number("cx") < circles[2].number("cx"));
  CHECK(circles[0].number("cx") == circles[1].number("cx"));
  CHECK(circles[3].number("cy") < circles[1].number("cy"));
  CHECK(circles[1].number("cy") < circles[0].number("cy"));
}

TEST_CASE("trade_off_chart: the accent is on what the chart is about") {
  const auto circles = xml::named(drawn(four_networks()), "circle");
  CHECK(circles[3].attributes.at("fill") == theme::accent);
  CHECK(circles[0].attributes.at("fill") == theme::compared);
}

TEST_CASE("trade_off_chart: a cost above the dense network lengthens the axis") {
  TradeOffChart chart = four_networks();
  chart.points.push_back({"keep all", 1.04, 98});
  const auto elements = drawn(chart);
  CHECK(xml::has_text(elements, "120"));
  for (const auto& circle : xml::named(elements, "circle")) CHECK(circle.number("cx") <= 728);
}

TEST_CASE("trade_off_chart: a single network, at either end of the scale, has its chart") {
  for (const double top1 : {0.0, 55.0, 100.0}) {
    const auto elements = drawn({.points = {{"one", 0, top1}}});
    const auto circle = xml::named(elements, "circle").at(0);
    CHECK(circle.number("cy") >= 92);
    CHECK(circle.number("cy") <= 408);
  }
}

TEST_CASE("trade_off_chart: equal input gives equal bytes") {
  CHECK(trade_off_chart(four_networks()).xml() == trade_off_chart(four_networks()).xml());
}

TEST_CASE("trade_off_chart: what cannot be drawn is refused by name") {
  CHECK_THROWS_WITH_AS(trade_off_chart({}), "trade_off_chart: there are no points", ValueError);
  CHECK_THROWS_WITH_AS(trade_off_chart({.points = {{"TSN", 1, 101}}}),
                       "trade_off_chart: top-1 of 'TSN' must be in [0, 100] per cent, got 101",
                       ValueError);
  CHECK_THROWS_AS(trade_off_chart({.points = {{"TSN", 1, std::nan("")}}}), ValueError);
  CHECK_THROWS_AS(trade_off_chart({.points = {{"TSN", -0.1, 50}}}), ValueError);
  CHECK_THROWS_AS(trade_off_chart({.points = {{"TSN", std::nan(""), 50}}}), ValueError);
  CHECK_THROWS_AS(
      trade_off_chart({.points = {{"TSN", 1, 50}}, .reference = ReferenceLine{"r", -1}}),
      ValueError);
}

}  // namespace charts_test
