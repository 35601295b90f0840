// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/autograd.hpp>
#include <adafuse/ops/arithmetic.hpp>
#include <adafuse/ops/pointwise.hpp>
#include <adafuse/report/draw_graph.hpp>
#include <adafuse/report/label_layout.hpp>
#include <algorithm>

#include "xml.hpp"

namespace draw_graph_test {

using namespace adafuse;
using report::Box;
using report::draw_graph;

namespace {

std::vector<xml::Element> named(const report::Element& picture, const std::string& name) {
  std::vector<xml::Element> found;
  for (const auto& element : xml::read(picture.xml()))
    if (element.name == name) found.push_back(element);
  return found;
}

/// Where texts are, as wide as the library takes them to be.
std::vector<Box> text_boxes(const report::Element& picture) {
  std::vector<Box> boxes;
  for (const auto& text : named(picture, "text")) {
    const double size = text.number("font-size"), width = report::text_width(text.text, size);
    const bool middle = text.attributes.count("text-anchor") > 0;
    boxes.push_back(
        {text.number("x") - (middle ? width / 2 : 0), text.number("y") - 0.8 * size, width, size});
  }
  return boxes;
}

}  // namespace

TEST_CASE("draw_graph: a box for each operation and parameter, an edge for each input") {
  const auto w = parameter(Tensor<double>::ones({2, 3})), b = parameter(Tensor<double>::ones({3}));
  const auto y = tanh(w * Tensor<double>::ones({2, 3}) + b);
  const auto picture = draw_graph(y, {{w, "w"}, {y, "y"}});
  std::vector<std::string> texts;
  for (const auto& text : named(picture, "text")) texts.push_back(text.text);
  std::sort(texts.begin(), texts.end());
  CHECK(texts == std::vector<std::string>{"[2,3]", "[2,3]", "[2,3]", "[2,3]", "[3]", "add", "mul",
                                          "parameter", "w", "y = tanh"});
  CHECK(named(picture, "rect").size() == 1 + 5);  // the sheet, and the boxes
  CHECK(named(picture, "path").size() == 4);
}

TEST_CASE("draw_graph: no text overlaps another, and all are on the sheet") {
  std::vector<Variable<double>> all{parameter(Tensor<double>::ones({2, 3}))};
  // Each step reads the one before and one of long ago: many edges pass many layers.
  for (std::size_t i = 0; i < 12; ++i)
    all.push_back(tanh(all.back()) * all[i / 2] + parameter(Tensor<double>::ones({3})));
  const auto picture = draw_graph(all.back());
  const auto texts = text_boxes(picture);
  REQUIRE(texts.size() > 70);
  const auto sheet = named(picture, "svg").front();
  const Box bounds{0, 0, sheet.number("width"), sheet.number("height")};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto others = texts;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(report::covered_area(texts[i], others, bounds) == doctest::Approx(0));
  }
}

TEST_CASE("draw_graph: a constant and a history that was used up are errors") {
  CHECK_THROWS_AS(draw_graph(Variable<double>(Tensor<double>::ones({2}))), ValueError);
  const auto w = parameter(Tensor<double>::scalar(2));
  const auto y = w * w;
  backward(y);
  CHECK_THROWS_AS(draw_graph(y), ValueError);
}

}  // namespace draw_graph_test
