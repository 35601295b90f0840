// docs/rooms/ has a page for each room, with a picture and three files to read first; and
// docs/reading_order.md leads to all, and counts the lines of its afternoon.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>

#include "source_tree.hpp"

namespace room_pages_test {

using namespace architecture;

namespace {

const fs::path docs = fs::path(ADAFUSE_TEST_DIR).parent_path() / "docs";

std::set<std::string> rooms() {
  std::set<std::string> rooms;
  for (const auto& [path, header] : library())
    if (!room_of(path).empty()) rooms.insert(room_of(path));
  return rooms;
}

std::vector<std::string> found(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> result;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    result.push_back((*it)[1]);
  return result;
}

/// What is wrong with the page of a room; empty: nothing.
std::string mistake_in(const std::string& room, const std::vector<std::string>& lines) {
  static const std::regex file(R"(^\d\. \[`([a-z0-9_/]+\.hpp)`\])");
  const std::string picture = "](../pictures/room_" + room + ".svg)";
  if (lines.empty() || !lines[0].starts_with("# " + room + ": ")) return "has another title";
  if (lines.size() > 60) return "is long";
  bool shown = false, tested = false, idea = false;
  std::vector<std::string> files;
  for (const auto& line : lines) {
    shown |= line.find(picture) != line.npos &&
             fs::exists(docs / "pictures" / ("room_" + room + ".svg"));
    tested |= line == "## How it is tested";
    idea |= line.starts_with("The idea");
    for (const auto& named : found(line, file)) files.push_back(named);
  }
  if (!shown) return "has no picture";
  if (!idea) return "has no idea";
  if (!tested) return "does not say how it is tested";
  if (files.size() != 3) return "names " + std::to_string(files.size()) + " files to read first";
  for (const auto& named : files)
    if (!library().contains("adafuse/" + named)) return "names " + named + ", which is not there";
  return "";
}

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells{""};
  for (std::size_t i = 1; i < row.size(); ++i)
    if (row[i] == '|')
      cells.emplace_back();
    else
      cells.back() += row[i];
  return cells;
}

/// A number of lines that is off by no more than an eighth: headers grow a little.
bool about(double stated, double counted) { return std::abs(stated - counted) <= counted / 8; }

}  // namespace

TEST_CASE("room pages: each room has one, with a picture and three files, and no other is there") {
  for (const auto& room : rooms()) {
    const auto page = docs / "rooms" / (room + ".md");
    REQUIRE_MESSAGE(fs::exists(page), room);
    CAPTURE(room);
    CHECK(mistake_in(room, read_lines(page)) == "");
  }
  for (const auto& entry : fs::directory_iterator(docs / "rooms"))
    CHECK_MESSAGE(rooms().contains(entry.path().stem().string()), entry.path());
}

TEST_CASE("reading order: it leads to every room, and names what is hard to find") {
  std::string text;
  for (const auto& line : read_lines(docs / "reading_order.md")) text += line + "\n";
  for (const auto& room : rooms())
    CHECK_MESSAGE(text.find("](rooms/" + room + ".md)") != text.npos, room);
  for (const char* word :
       {"*plan*", "*cost of plans*", "The time axis", "*Straight-through*", "Gestures"})
    CHECK_MESSAGE(text.find(word) != text.npos, word);
}

TEST_CASE("reading order: the lines of the afternoon are counted, and make an afternoon") {
  static const std::regex header(R"(`([a-z0-9_/]+\.hpp)`)");
  double lines = 0, minutes = 0;
  int stops = 0;
  for (const auto& line : read_lines(docs / "reading_order.md")) {
    const auto cells = line.starts_with("|") ? cells_of(line) : std::vector<std::string>{};
    if (cells.size() != 5) continue;
    const double stated = std::atof(cells[2].c_str()), time = std::atof(cells[3].c_str());
    if (cells[0] == " together ") {
      CHECK(stated == lines);
      CHECK(time == minutes);
      continue;
    }
    double counted = 0;
    for (const auto& named : found(cells[1], header)) {
      REQUIRE_MESSAGE(library().contains("adafuse/" + named), named);
      counted += static_cast<double>(library().at("adafuse/" + named).lines.size());
    }
    if (counted > 0) {
      CHECK_MESSAGE(about(stated, counted), line, " has ", counted);
      CHECK_MESSAGE(std::abs(time - stated / 10) <= 5, line);  // ten lines a minute
      ++stops;
    }
    lines += stated, minutes += time;
  }
  CHECK(stops > 5);
  CHECK(minutes <= 240);
}

TEST_CASE("room pages: the rules see what is wrong") {
  auto page = read_lines(docs / "rooms/core.md");
  CHECK(mistake_in("ops", page) == "has another title");
  auto fewer = page;
  fewer.erase(std::find_if(fewer.begin(), fewer.end(),
                           [](const std::string& line) { return line.starts_with("3. "); }));
  CHECK(mistake_in("core", fewer) == "names 2 files to read first");
  for (auto& line : page)
    if (line.starts_with("![")) line = "";
  CHECK(mistake_in("core", page) == "has no picture");
  CHECK(about(100, 110));
  CHECK(!about(100, 150));
}

}  // namespace room_pages_test
