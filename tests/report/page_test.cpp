// The page is well-formed, escapes what comes from data, needs nothing from elsewhere, and its
// tables have the numbers of their files.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>

#include "tiny_page.hpp"
#include "xml.hpp"

namespace page_test {

namespace {

/// The page without what is no XML: the doctype, and the texts of style and script.
std::string as_xml(std::string html) {
  html.erase(0, html.find("<html"));
  for (const std::string name : {"style", "script"}) {
    const auto begin = html.find("<" + name + ">") + name.size() + 2;
    html.erase(begin, html.find("</" + name + ">") - begin);
  }
  return html;
}

std::vector<xml::Element> elements_of(const Page& page) {
  return xml::read(as_xml(html_page(page)));
}

/// Whether a table cell keeps this number.
bool has_number(const std::vector<xml::Element>& elements, const std::string& exact) {
  const auto cells = xml::named(elements, "data");
  return std::any_of(cells.begin(), cells.end(),
                     [&](const auto& cell) { return cell.attributes.at("value") == exact; });
}

}  // namespace

TEST_CASE("page: tags are balanced, and every id that a link names is there") {
  const auto elements = elements_of(tiny_page());
  std::set<std::string> ids;
  for (const auto& element : elements)
    if (const auto id = element.attributes.find("id"); id != element.attributes.end())
      CHECK(ids.insert(id->second).second);
  for (const auto& link : xml::named(elements, "a"))
    CHECK(ids.contains(link.attributes.at("href").substr(1)));
  CHECK(xml::named(elements, "h1").size() == 1);
  CHECK(xml::named(elements, "h2").size() == 4);
}

TEST_CASE("page: no name breaks out of its place") {
  const auto html = html_page(tiny_page());
  std::size_t scripts = 0;
  for (std::size_t at = 0; (at = html.find("<script", at)) != std::string::npos; ++at) ++scripts;
  CHECK(scripts == 1);
  CHECK(html.find("alert('&')") == std::string::npos);
  CHECK(html.find("&lt;/script&gt;") != std::string::npos);
}

TEST_CASE("page: nothing is fetched from anywhere") {
  for (const auto& element : elements_of(tiny_page()))
    for (const char* name : {"href", "src", "data", "action"})
      if (const auto at = element.attributes.find(name); at != element.attributes.end())
        CHECK((at->second.starts_with("#") || at->second.starts_with("data:")));
  const auto html = html_page(tiny_page());
  for (const char* call : {"@import", "url(", "fetch(", "XMLHttpRequest", "import("})
    CHECK(html.find(call) == std::string::npos);
}

TEST_CASE("page: tables have the numbers of metrics.csv, eval --json and summary.json") {
  const auto page = tiny_page();
  const auto elements = elements_of(page);
  for (const auto& row : page.runs[0].metrics.rows)
    for (const auto& number : row) CHECK(has_number(elements, number));
  const auto& e = page.runs[0].evaluation;
  for (const char* key : {"top1", "top5", "mean_class_accuracy", "macs_fraction", "macs_per_clip"})
    CHECK(has_number(elements, e[key].dump()));
  CHECK(has_number(elements, "31.25"));
  CHECK(has_number(elements, "78346"));
  CHECK(has_number(elements, "0.125"));  // kept by layer2.0
}

TEST_CASE("page: a small network's GFLOPs have three digits") {
  CHECK(html_page(tiny_page()).find(">0.0173<") != std::string::npos);
}

TEST_CASE("page: tables and pictures have names for those who cannot see them") {
  const auto elements = elements_of(tiny_page());
  CHECK(xml::named(elements, "table").size() == xml::named(elements, "caption").size());
  for (const auto& heading : xml::named(elements, "th"))
    CHECK(heading.attributes.contains("scope"));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (elements[i].name != "svg") continue;
    CHECK(elements[i].attributes.at("role") == "img");
    CHECK(elements[i + 1].name == "title");
    CHECK_FALSE(elements[i + 1].text.empty());
  }
}

TEST_CASE("page: what is missing is said, and what is there is drawn") {
  const auto html = html_page(tiny_page());
  CHECK(html.find("This run is not complete") != std::string::npos);
  CHECK(html.find("adafuse report RUN --data DIR") != std::string::npos);
  RunPage nothing{.name = "nothing"};
  CHECK_NOTHROW(elements_of({.title = "t", .runs = {nothing}}));
  CHECK_THROWS_WITH_AS(html_page({.title = "t", .runs = {}}), "report: there are no runs",
                       ValueError);
}

TEST_CASE("page: equal input gives equal bytes") {
  CHECK(html_page(tiny_page()) == html_page(tiny_page()));
}

TEST_CASE("html: elements have end tags, and a script's text stays as it is") {
  CHECK(Element("td").html() == "<td></td>\n");
  CHECK(Element("br").html() == "<br/>\n");
  CHECK(Element("script", {}, "a < b && c").html() == "<script>a < b && c</script>\n");
  CHECK(Element("svg").add(Element("rect")).html() == "<svg>\n  <rect/>\n</svg>\n");
  CHECK_THROWS_AS(Element("script", {}, "'</script>'").html(), ValueError);
}

TEST_CASE("table: a row of another width is refused") {
  CHECK_THROWS_AS(table({.caption = "t", .columns = {{"a"}, {"b"}}, .rows = {{{.text = "1"}}}}),
                  ValueError);
}

TEST_CASE("parse_metrics: a row of another width and what is no number are told with their line") {
  CHECK_THROWS_WITH_AS(parse_metrics("epoch,rate\n0\n", "m.csv"),
                       "m.csv:2: expected 2 columns, got 1", FormatError);
  CHECK_THROWS_WITH_AS(parse_metrics("epoch,rate\n0,1\n1,x\n", "m.csv"),
                       "m.csv:3: \"x\" is no number", FormatError);
  CHECK_THROWS_AS(parse_metrics("", "m.csv"), FormatError);
  CHECK(parse_metrics("epoch,rate\n", "m.csv").rows.empty());
  CHECK(parse_metrics("epoch,rate\n0,0.5\n", "m.csv").values("rate", 100) ==
        std::vector<double>{50});
}

TEST_CASE("curve_chart: a level line, one epoch and many have their chart; others are refused") {
  for (const std::size_t epochs : {1u, 2u, 100u}) {
    const CurveChart chart{.title = "t", .curves = {{"c", std::vector<double>(epochs, 3.0)}}};
    CHECK_NOTHROW(xml::read(curve_chart(chart).xml()));
  }
  CHECK_THROWS_AS(curve_chart({.title = "t", .curves = {}}), ValueError);
  CHECK_THROWS_AS(curve_chart({.title = "t", .curves = {{"a", {1, 2}}, {"b", {1}}}}), ValueError);
  CHECK_THROWS_AS(curve_chart({.title = "t", .curves = {{"a", {std::nan("")}}}}), ValueError);
}

TEST_CASE("decision_chart: bars are as long as their shares, and say so") {
  const auto elements = xml::read(
      decision_chart({{.block = "b", .all = {0.5, 0.25, 0.25}, .frames = {{1, 0, 0}}}}).xml());
  double widest = 0;
  for (const auto& rect : xml::named(elements, "rect"))
    if (rect.attributes.at("fill") == action_colour(Action::keep) && rect.attributes.contains("x"))
      widest = std::max(widest, rect.number("width"));
  CHECK(widest == 75);
  bool said = false;
  for (const auto& title : xml::named(elements, "title"))
    said |= title.text == "b, all frames: keep 50 %, reuse 25 %, skip 25 %";
  CHECK(said);
  CHECK_THROWS_AS(decision_chart({}), ValueError);
}

TEST_CASE("confusion: many classes have a picture and their commonest mistakes") {
  Confusion c;
  for (int k = 0; k < 30; ++k) {
    c.classes.push_back("class " + std::to_string(k));
    c.counts.emplace_back(30, 0);
    c.counts.back()[static_cast<std::size_t>(k)] = 5;
  }
  c.counts[3][7] = 4;
  CHECK_NOTHROW(xml::read(confusion_picture(c).xml()));
  const auto mistakes = xml::read(commonest_mistakes(c, 20).html());
  CHECK(xml::named(mistakes, "tr").size() == 2);
  CHECK_THROWS_AS(confusion_table({.classes = {"a"}, .counts = {}}), ValueError);
}

}  // namespace page_test
