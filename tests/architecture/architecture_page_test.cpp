// docs/architecture.md tells the truth: its inner rooms are all there are, arrows go down its
// floors, and each file of a walk is reached from one before.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace architecture_page_test {

using namespace architecture;

namespace {

const fs::path project = fs::path(ADAFUSE_TEST_DIR).parent_path();

const std::vector<std::string>& page() {
  static const auto lines = read_lines(project / "docs/architecture.md");
  return lines;
}

/// The floors of the table: "| `kernels/base` | 0 | ... |".
std::map<std::string, int> floors_of(const std::vector<std::string>& lines) {
  static const std::regex row(R"(^\| `([a-z0-9_/]+)` \| (\d+) \|.*)");
  std::map<std::string, int> floors;
  std::smatch match;
  for (const auto& line : lines)
    if (std::regex_match(line, match, row)) floors[match[1]] = std::stoi(match[2]);
  return floors;
}

struct Walk {
  std::string title;
  std::vector<std::string> files;  // as in an include: "adafuse/nn/conv2d.hpp"
};

/// The numbered files of each section "## Walk: title".
std::vector<Walk> walks_of(const std::vector<std::string>& lines) {
  static const std::regex station(R"(^\d+\. `([a-z0-9_/]+\.hpp)`: .*)");
  std::vector<Walk> walks;
  bool in_walk = false;
  std::smatch match;
  for (const auto& line : lines) {
    if (line.starts_with("## ")) {
      in_walk = line.starts_with("## Walk: ");
      if (in_walk) walks.push_back({line.substr(9), {}});
    } else if (in_walk && std::regex_match(line, match, station)) {
      walks.back().files.push_back("adafuse/" + match[1].str());
    }
  }
  return walks;
}

/// What is wrong with a walk; empty: nothing.
std::string mistake_in(const Walk& walk, std::size_t most) {
  if (walk.files.size() < 2) return "names no files";
  if (walk.files.size() > most) return "has " + std::to_string(walk.files.size()) + " files";
  std::set<std::string> reached = reach(library(), walk.files[0]);
  for (const auto& file : walk.files) {
    if (!library().contains(file)) return "names " + file + ", which is not there";
    if (!reached.contains(file)) return "comes to " + file + ", which none before it includes";
    reached.merge(reach(library(), file));
  }
  return "";
}

/// "adafuse/kernels/conv2d/packed/packed.hpp" lives in "kernels/conv2d/packed".
std::string inner_room_of(const std::string& path) {
  return fs::path(path).parent_path().lexically_relative("adafuse").generic_string();
}

bool has_floors(const std::string& room) { return room == "kernels" || room == "infer"; }

}  // namespace

TEST_CASE("architecture page: its inner rooms are all that there are") {
  const auto floors = floors_of(page());
  std::set<std::string> listed, rooms;
  for (const auto& [room, floor] : floors) listed.insert(room);
  for (const auto& [path, header] : library())
    if (has_floors(room_of(path)) && path != "adafuse/infer/infer.hpp")
      rooms.insert(inner_room_of(path));
  CHECK(listed == rooms);
}

TEST_CASE("architecture page: every arrow between inner rooms goes down its floors") {
  const auto floors = floors_of(page());
  for (const auto& [path, header] : library()) {
    const auto room = room_of(path), own = inner_room_of(path);
    if (!has_floors(room) || path == "adafuse/" + room + "/" + room + ".hpp") continue;
    for (const auto& include : header.includes) {
      const auto target = inner_room_of(include.target);
      if (room_of(include.target) != room || target == own) continue;
      if (floors.at(target) >= floors.at(own))
        FAIL_CHECK(path << " includes " << include.target << ", which is not below");
    }
  }
}

TEST_CASE("architecture page: each file of a walk is reached from one before, in few steps") {
  const auto walks = walks_of(page());
  REQUIRE(walks.size() == 3);
  const std::vector<std::size_t> most = {12, 8, 8};
  for (std::size_t i = 0; i < walks.size(); ++i)
    if (const auto mistake = mistake_in(walks[i], most[i]); !mistake.empty())
      FAIL_CHECK("the walk \"" << walks[i].title << "\" " << mistake);
  // From the layer to the inner loop, each includes the next.
  const auto& files = walks[0].files;
  CHECK(files.front() == "adafuse/nn/conv2d.hpp");
  for (std::size_t i = 1; i < files.size(); ++i)
    CHECK_MESSAGE(reach(library(), files[i - 1]).contains(files[i]), files[i]);
}

TEST_CASE("architecture page: the rules see what is wrong") {
  CHECK(mistake_in({"", {"adafuse/nn/conv2d.hpp", "adafuse/ops/conv2d.hpp"}}, 2) == "");
  CHECK(mistake_in({"", {"adafuse/nn/conv2d.hpp", "adafuse/ops/conv2d.hpp"}}, 1) != "");
  CHECK(mistake_in({"", {"adafuse/ops/conv2d.hpp", "adafuse/nn/conv2d.hpp"}}, 2) != "");
  CHECK(mistake_in({"", {"adafuse/nn/conv2d.hpp", "adafuse/ops/gone.hpp"}}, 2) != "");
  CHECK(mistake_in({"", {}}, 2) != "");
  CHECK(floors_of({"| `kernels/base` | 0 | x |", "| `a` | b | c |"}).size() == 1);
  const auto walks = walks_of({"## Walk: a", "1. `nn/conv2d.hpp`: x", "## Other", "1. `b.hpp`: y"});
  REQUIRE(walks.size() == 1);
  CHECK(walks[0].files == std::vector<std::string>{"adafuse/nn/conv2d.hpp"});
}

}  // namespace architecture_page_test
