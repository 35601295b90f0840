// The parts of a page: headings, figures, and tables that a screen reader can walk through.
//
// A number in a table is shown rounded and kept whole: <data value="99.12345678">99.1 %</data>.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/report/svg.hpp>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// What stands in a cell. `exact`: the number behind the text, as its file has it; empty: none.
struct Cell {
  /// As it is shown, and as the file has it.
  std::string text, exact = {};
  std::string look = {};  ///< a class of the page's style
  double shade = -1;      ///< 0 to 1: how strongly the cell is tinted; below 0: not at all
};

/// A column of a table.
struct Column {
  std::string name;     ///< its heading
  bool numeric = true;  ///< set to the right
};

/// The first cell of each row is its heading.
struct Table {
  std::string caption;                       ///< above the table
  std::vector<Column> columns;               ///< from the left
  std::vector<std::vector<Cell>> rows = {};  ///< from the top, each a cell for each column
  std::string look = {};                     ///< a class of the page's style
};

/// `<name class="look">text</name>`
inline Element styled(std::string name, std::string_view look, std::string_view text = {}) {
  return Element(std::move(name), {{"class", look}}, text);
}

namespace detail {

inline Element table_cell(const Cell& cell, bool heading, bool numeric) {
  Element element(heading ? "th" : "td");
  if (heading) element.set({"scope", "row"});
  std::string look = numeric ? "n" : "";
  if (!cell.look.empty()) look += (look.empty() ? "" : " ") + cell.look;
  if (!look.empty()) element.set({"class", look});
  if (cell.shade >= 0) element.set({"style", "--v:" + number(cell.shade, 3)});
  if (cell.exact.empty()) return element.add(Element("span", {}, cell.text));
  return element.add(Element("data", {{"value", cell.exact}}, cell.text));
}

}  // namespace detail

/// The table in a box of its own that scrolls where the window is narrow. Throws ValueError when a
/// row has not one cell for each column.
inline Element table(const Table& t) {
  Element head("tr");
  for (const auto& column : t.columns) {
    Element cell("th", {{"scope", "col"}});
    if (column.numeric) cell.set({"class", "n"});
    head.add(std::move(cell.add(Element("span", {}, column.name))));
  }
  Element body("tbody");
  for (const auto& row : t.rows) {
    require<ValueError>(row.size() == t.columns.size(), "table: '", t.caption, "' has ",
                        t.columns.size(), " columns, a row has ", row.size(), " cells");
    Element line("tr");
    for (std::size_t i = 0; i < row.size(); ++i)
      line.add(detail::table_cell(row[i], i == 0, t.columns[i].numeric));
    body.add(std::move(line));
  }
  Element whole("table");
  if (!t.look.empty()) whole.set({"class", t.look});
  whole.add(Element("caption", {}, t.caption));
  whole.add(Element("thead").add(std::move(head))).add(std::move(body));
  return Element(
             "div",
             {{"class", "scroll"}, {"role", "region"}, {"aria-label", t.caption}, {"tabindex", 0}})
      .add(std::move(whole));
}

/// A picture in a box of its own that scrolls where the window is narrow, with what it shows in
/// words below.
inline Element figure(Element picture, const std::string& words) {
  Element box("figure");
  box.add(styled("div", "scroll").add(std::move(picture)));
  if (!words.empty()) box.add(Element("figcaption", {}, words));
  return box;
}

/// What is there for those who open it.
inline Element folded(const std::string& title, Element content) {
  return Element("details").add(Element("summary", {}, title)).add(std::move(content));
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
