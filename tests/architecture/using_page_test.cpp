// docs/using.md tells the truth about what headers need: who names a header or a room for a library
// names all that reach its door.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace using_page_test {

using namespace architecture;

namespace {

/// What a row of the table names: headers, "io/stb.hpp", the door first; and rooms, "data/".
std::vector<std::string> names_in(const std::string& row) {
  static const std::regex name(R"(`([a-z_]+/(?:[a-z_0-9]+\.hpp)?)`)");
  const std::string cell = row.substr(0, row.find(" | "));
  std::vector<std::string> names;
  for (std::sregex_iterator i(cell.begin(), cell.end(), name), end; i != end; ++i)
    names.push_back((*i)[1]);
  return names;
}

/// What is wrong with a row; empty: nothing. Umbrellas of rooms bring all of their room.
std::string mistake_in(const std::vector<std::string>& names) {
  const std::string door = "adafuse/" + names.at(0);
  if (!library().contains(door)) return "names the door " + door + ", which is not there";
  for (const auto& name : names)
    if (name.ends_with(".hpp") && !reach(library(), "adafuse/" + name).contains(door))
      return "names " + name + ", which does not need " + door;
  for (const auto& entry : library()) {
    const std::string& path = entry.first;
    const std::string room = room_of(path);
    if (path == "adafuse/" + room + "/" + room + ".hpp" || !reach(library(), path).contains(door))
      continue;
    const bool named = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return path == "adafuse/" + name || (name.ends_with("/") && name == room + "/");
    });
    if (!named) return "does not name " + path + ", which needs " + door;
  }
  return "";
}

}  // namespace

TEST_CASE("docs/using.md: the table names all headers that need a library") {
  int rows = 0;
  for (const auto& line : read_lines(fs::path(ADAFUSE_TEST_DIR).parent_path() / "docs/using.md"))
    if (const auto names = names_in(line); line.starts_with("| `io/") && !names.empty()) {
      ++rows;
      if (const auto mistake = mistake_in(names); !mistake.empty()) FAIL_CHECK("a row " << mistake);
    }
  CHECK(rows == 5);
}

TEST_CASE("docs/using.md: a row that lacks a header, or names one too many, is seen") {
  CHECK(names_in("| `io/zlib.hpp`; some of `data/` | `io/json.hpp` |") ==
        std::vector<std::string>{"io/zlib.hpp", "data/"});
  CHECK(mistake_in({"io/zlib.hpp"}) == "");
  CHECK(mistake_in({"io/ffmpeg.hpp"}) != "");
  CHECK(mistake_in({"io/zlib.hpp", "io/json.hpp"}) != "");
  CHECK(mistake_in({"io/none.hpp"}) != "");
}

}  // namespace using_page_test
