// Includes point down: to a lower level, or stay in their room. Rooms inside of a room have floors
// of their own.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace includes_test {

using namespace architecture;

namespace {

const std::map<std::string, int> levels = {
    {"core", 0},   {"kernels", 1}, {"io", 1},    {"autograd", 2}, {"ops", 3},
    {"nn", 4},     {"optim", 4},   {"data", 4},  {"video", 5},    {"fusion", 6},
    {"models", 7}, {"infer", 8},   {"train", 9}, {"report", 9},   {"interop", 9},
};

/// The rooms inside of kernels/ and infer/. One may read those of a lower floor.
const std::map<std::string, int> floors = {
    {"kernels/base", 0},
    {"kernels", 1},
    {"kernels/conv2d/shared", 1},
    {"kernels/reference", 2},
    {"kernels/conv2d/packed", 2},
    {"kernels/conv2d/direct", 2},
    {"kernels/conv2d/blocked", 2},
    {"kernels/conv2d/depthwise", 2},
    {"kernels/conv2d/im2col", 2},
    {"kernels/conv2d/winograd", 3},
    {"kernels/conv2d/gradients", 3},
    {"kernels/conv2d", 4},
    {"infer/fold", 0},
    {"infer/steps", 1},
    {"infer/clip", 2},
    {"infer/stream", 2},
};

/// "adafuse/kernels/conv2d/packed/packed.hpp" lives in "kernels/conv2d/packed".
std::string inner_room_of(const std::string& path) {
  return fs::path(path).parent_path().lexically_relative("adafuse").generic_string();
}

/// What is wrong with an include within one of the rooms that have rooms inside; empty: nothing.
std::string mistake_of_floors(const std::string& from, const std::string& to) {
  const auto room = room_of(from), own = inner_room_of(from), target = inner_room_of(to);
  if (own == target || from == "adafuse/" + room + "/" + room + ".hpp") return "";
  if (own == room && target == room) return "";
  const auto a = floors.find(own), b = floors.find(target);
  if (a == floors.end() || b == floors.end())
    return "includes " + to + ": the room \"" + (a == floors.end() ? own : target) +
           "\" has no floor";
  if (b->second < a->second) return "";
  return "(floor " + std::to_string(a->second) + ") includes " + to + " (floor " +
         std::to_string(b->second) + ")";
}

/// What is wrong with the includes of a header: "file:line includes ...", one line each.
std::vector<std::string> mistakes_in(const Header& header) {
  std::vector<std::string> mistakes;
  const auto room = room_of(header.path);
  const auto own = levels.find(room);
  if (!room.empty() && own == levels.end())
    mistakes.push_back(header.path + ": the room \"" + room + "\" has no level");
  for (const auto& include : header.includes) {
    const std::string where = header.path + ":" + std::to_string(include.line) + " ";
    const bool ours = include.target.starts_with("adafuse/");
    if (!ours && include.target.ends_with(".hpp") && !include.target.starts_with("nlohmann/"))
      mistakes.push_back(where + "includes " + include.target + " not by <adafuse/room/file.hpp>");
    if (!ours || room.empty() || own == levels.end()) continue;
    const auto target_room = room_of(include.target);
    const auto target = levels.find(target_room);
    if (target == levels.end())
      mistakes.push_back(where + "includes " + include.target + ", which is in no room");
    else if (target_room != room && target->second >= own->second)
      mistakes.push_back(where + "(level " + std::to_string(own->second) + ") includes " +
                         include.target + " (level " + std::to_string(target->second) + ")");
    else if (target_room == room)
      if (const auto mistake = mistake_of_floors(header.path, include.target); !mistake.empty())
        mistakes.push_back(where + mistake);
  }
  return mistakes;
}

std::vector<std::string> mistakes_of(const std::string& path, std::vector<std::string> lines) {
  return mistakes_in(parse(path, std::move(lines)));
}

}  // namespace

TEST_CASE("includes: every include of the library points down or stays in its room") {
  REQUIRE(library().size() > 5);
  for (const auto& [path, header] : library())
    for (const auto& mistake : mistakes_in(header)) FAIL_CHECK(mistake);
}

TEST_CASE("includes: every include of the library names a header that is there") {
  for (const auto& [path, header] : library())
    for (const auto& include : header.includes)
      if (include.target.starts_with("adafuse/") && !library().contains(include.target))
        FAIL_CHECK(path << ":" << include.line << " includes " << include.target
                        << ", which is not there");
}

TEST_CASE("includes: no header reaches itself") {
  for (const auto& [path, header] : library())
    for (const auto& include : header.includes)
      if (reach(library(), include.target).contains(path))
        FAIL_CHECK(path << ":" << include.line << " includes " << include.target
                        << ", which reaches it again");
}

TEST_CASE("includes: the rule sees upward, sideways and unknown includes") {
  CHECK(mistakes_of("adafuse/nn/a.hpp", {"#include <adafuse/ops/b.hpp>", "#include <vector>",
                                         "#include <adafuse/nn/c.hpp>"})
            .empty());
  CHECK(mistakes_of("adafuse/nn/a.hpp", {"", "#include <adafuse/optim/b.hpp>"}) ==
        std::vector<std::string>{
            "adafuse/nn/a.hpp:2 (level 4) includes adafuse/optim/b.hpp (level 4)"});
  CHECK(mistakes_of("adafuse/core/a.hpp", {"#  include \"adafuse/io/b.hpp\"  // why"}).size() == 1);
  CHECK(mistakes_of("adafuse/core/a.hpp", {"#include \"shape.hpp\""}).size() == 1);
  CHECK(mistakes_of("adafuse/core/a.hpp", {"#include <adafuse/adafuse.hpp>"}).size() == 1);
  CHECK(mistakes_of("adafuse/attic/a.hpp", {}).size() == 1);
  const std::string packed = "adafuse/kernels/conv2d/packed/a.hpp";
  CHECK(mistakes_of(packed, {"#include <adafuse/kernels/base/b.hpp>"}).empty());
  CHECK(mistakes_of(packed, {"#include <adafuse/kernels/conv2d/conv2d.hpp>"}).size() == 1);
  CHECK(mistakes_of(packed, {"#include <adafuse/kernels/conv2d/direct/b.hpp>"}).size() == 1);
  CHECK(mistakes_of(packed, {"#include <adafuse/kernels/attic/b.hpp>"}).size() == 1);
}

}  // namespace includes_test
