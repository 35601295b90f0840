// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/report/svg.hpp>

#include "xml.hpp"

namespace svg_test {

using namespace adafuse::report;

TEST_CASE("svg: an element is written with its attributes, text and children") {
  Element g("g", {{"fill", "#333"}, {"x", 0.5}, {"count", 3}});
  g.add(Element("rect", {{"width", 2}})).add(Element("text", {}, "t = 0"));
  CHECK(g.xml() ==
        "<g fill=\"#333\" x=\"0.5\" count=\"3\">\n"
        "  <rect width=\"2\"/>\n"
        "  <text>t = 0</text>\n"
        "</g>\n");
}

TEST_CASE("svg: no text and no attribute breaks out of its place") {
  const std::string evil = "\"/><script>alert('&amp;')</script>";
  const auto elements = xml::read(Element("g").add(Element("text", {{"id", evil}}, evil)).xml());
  REQUIRE(elements.size() == 2);
  CHECK(elements[1].text == evil);
  CHECK(elements[1].attributes.at("id") == evil);
}

TEST_CASE("svg: a path is its steps in order") {
  Path path;
  CHECK(path.empty());
  path.move(1, 2).line(3.25, -4).close();
  CHECK(path.str() == "M1 2L3.25 -4Z");
  CHECK(Path().rectangle(1, 2, 30, 4).str() == "M1 2h30v4h-30Z");
}

TEST_CASE("svg: the reader used in these tests sees what is broken") {
  CHECK_NOTHROW(xml::read("<a b=\"x > y\"><c/>text</a>\n"));
  for (const char* broken : {"<a><b></a></b>", "<a>", "<a/><b/>", "<a b=\"1\" b=\"2\"/>",
                             "<a b=1/>", "<a>x & y</a>", "<a>x < y</a>", "</a>"})
    CHECK_THROWS(xml::read(broken));
}

TEST_CASE("svg: a file holds the declaration and the tree") {
  const auto path = std::filesystem::temp_directory_path() / "adafuse_svg_test.svg";
  write_svg(path, Element("svg"));
  CHECK(adafuse::io::read_file(path) == "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg/>\n");
  std::filesystem::remove(path);
  CHECK_THROWS_AS(write_svg("/nowhere/at/all.svg", Element("svg")), adafuse::IoError);
}

}  // namespace svg_test
