// docs/pictures/ holds what bench/draw_diagrams.cpp draws, and each picture can be read. With
// ADAFUSE_WRITE_PAGES=1 in the environment they are drawn anew.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/label_layout.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "../../bench/diagrams/pictures.hpp"
#include "../report/xml.hpp"

namespace pictures_test {

using namespace adafuse;

namespace {

const std::filesystem::path folder =
    std::filesystem::path(ADAFUSE_TEST_DIR).parent_path() / "docs/pictures";

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_digit(char c) { return '0' <= c && c <= '9'; }

/// Whether two pictures are the same but for the last digits of places and sizes, which compilers
/// may round in two ways; what people read is the same.
bool same_picture(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  bool in_tag = false;
  while (i < a.size() && j < b.size()) {
    in_tag = a[i] == '<' || (in_tag && a[i] != '>');
    if (in_tag && is_digit(a[i]) && is_digit(b[j])) {
      const auto number_at = [](const std::string& text, std::size_t& at) {
        const auto from = at;
        while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) ++at;
        return std::atof(text.substr(from, at - from).c_str());
      };
      if (std::abs(number_at(a, i) - number_at(b, j)) > 0.015) return false;
    } else if (a[i++] != b[j++]) {
      return false;
    }
  }
  return i == a.size() && j == b.size();
}

/// Where the texts of a picture are, as wide as the library takes them to be.
std::vector<report::Box> text_boxes(const std::vector<xml::Element>& elements) {
  std::vector<report::Box> boxes;
  for (const auto& element : elements) {
    if (element.name != "text") continue;
    const double size = element.number("font-size");
    const double width =
        report::text_width(element.text, size, element.attributes.count("font-weight") > 0);
    const auto anchor = element.attributes.find("text-anchor");
    const double left = anchor == element.attributes.end() ? 0
                        : anchor->second == "middle"       ? width / 2
                                                           : width;
    boxes.push_back(
        {element.number("x") - left, element.number("y") - 0.75 * size, width, 0.95 * size});
  }
  return boxes;
}

}  // namespace

TEST_CASE("pictures: docs/pictures holds what the code draws, and nothing else") {
  std::set<std::string> drawn;
  for (const auto& picture : diagrams::all_pictures()) {
    CAPTURE(picture.file);
    if (std::getenv("ADAFUSE_WRITE_PAGES"))
      report::write_svg(folder / picture.file, picture.drawing);
    CHECK(same_picture(read(folder / picture.file),
                       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + picture.drawing.xml()));
    CHECK(drawn.insert(picture.file).second);
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    CHECK_MESSAGE(drawn.count(entry.path().filename().string()) == 1, entry.path());
}

TEST_CASE("pictures: no text covers another") {
  for (const auto& picture : diagrams::all_pictures()) {
    CAPTURE(picture.file);
    const auto elements = xml::read(picture.drawing.xml());
    // What is drawn at a scale of its own has tests of its own.
    const bool scaled = std::any_of(elements.begin(), elements.end(), [](const auto& element) {
      return element.attributes.count("transform") > 0;
    });
    if (scaled) continue;
    const auto boxes = text_boxes(elements);
    CHECK(boxes.size() > 5);
    for (std::size_t i = 0; i < boxes.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        CAPTURE(i);
        CAPTURE(j);
        CHECK(report::shared_area(boxes[i], boxes[j]) < 1);
      }
  }
}

TEST_CASE("pictures: a difference of a pixel is one, of a last digit is none") {
  CHECK(same_picture("<a x=\"1.25\"/>", "<a x=\"1.26\"/>"));
  CHECK(!same_picture("<a x=\"1.25\"/>", "<a x=\"2.25\"/>"));
  CHECK(!same_picture("<a x=\"1.25\"/>", "<a y=\"1.25\"/>"));
  CHECK(!same_picture("<a/>", "<a/>\n"));
  CHECK(!same_picture("<a x=\"1.25\">1.25</a>", "<a x=\"1.25\">1.26</a>"));
}

}  // namespace pictures_test
