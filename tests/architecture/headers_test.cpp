// Every header opens with its idea, and every room has an umbrella that includes all of it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace headers_test {

using namespace architecture;

namespace {

/// Comment first, with one SPDX line; then #pragma once, before anything else. Empty when all is
/// well.
std::string mistake_in_opening(const std::vector<std::string>& lines) {
  if (lines.empty() || !lines[0].starts_with("// ")) return "does not open with a // comment";
  if (lines[0].starts_with("// SPDX")) return "opens with a licence and not with its idea";
  std::size_t i = 0;
  int licences = 0;
  for (; i < lines.size() && lines[i].starts_with("//"); ++i)
    licences += lines[i] == "// SPDX-License-Identifier: MIT";
  if (licences != 1) return "has no SPDX line in its opening comment";
  while (i < lines.size() && lines[i].empty()) ++i;
  if (i == lines.size() || lines[i] != "#pragma once")
    return "has no #pragma once after its comment";
  return "";
}

/// Whether a header, or one that it includes, includes a file that `pattern` describes.
bool reaches(const std::string& path, const char* pattern) {
  const std::regex regex(pattern);
  for (const auto& reached : reach(library(), path))
    for (const auto& include : library().at(reached).includes)
      if (std::regex_match(include.target, regex)) return true;
  return false;
}

bool needs_json(const std::string& path) { return reaches(path, "nlohmann/.*"); }
/// Libraries that may be missing, and Eigen's decompositions, which take as long to read as all
/// else: their headers are in no umbrella.
bool needs_optional(const std::string& path) {
  return reaches(
      path, R"(mpi\.h|zlib\.h|webp/.*|lib(av|sw)\w+/.*|pybind11/.*|dlpack/.*|Eigen/(?!Core).*)");
}

/// Checkpoints of PyTorch: what reads them takes a third of the umbrella's time to compile, and a
/// program that does needs io/torch_file.hpp alone. The same of data sets: io/npy.hpp, io/idx.hpp.
bool reads_checkpoints(const std::string& path) {
  const std::set<std::string> machinery = {"adafuse/io/byte_reader.hpp", "adafuse/io/crc32.hpp"};
  return machinery.contains(path) ||
         std::regex_match(path,
                          std::regex("adafuse/io/(torch|pickle|zip|np[yz]|idx|cifar|raw_).*"));
}

/// A program may have a stb of its own. What opens pictures or writes them reaches ours.
bool reaches_stb(const std::string& path) { return reaches(path, "(stb/)?stb_image.*"); }
/// What opens pictures, and what serves nothing else.
bool opens_pictures(const std::string& path) {
  const std::set<std::string> machinery = {
      "adafuse/io/exif_orientation.hpp", "adafuse/io/picture_end.hpp", "adafuse/io/stb_macros.hpp"};
  return machinery.contains(path) || reaches_stb(path);
}

/// Clips on disk: what names, finds, lists and checks them. A program that has its data in memory
/// would wait a fifth longer for the compiler.
bool finds_clips(const std::string& path) {
  static const std::set<std::string> machinery = {
      "adafuse/data/check_clips.hpp",     "adafuse/data/class_folders.hpp",
      "adafuse/data/clip_list.hpp",       "adafuse/data/dataset_options.hpp",
      "adafuse/data/description.hpp",     "adafuse/data/film_clip.hpp",
      "adafuse/data/film_folders.hpp",    "adafuse/data/frame_clip.hpp",
      "adafuse/data/frame_names.hpp",     "adafuse/data/list_columns.hpp",
      "adafuse/data/mirrored_labels.hpp", "adafuse/data/natural_order.hpp",
      "adafuse/data/readable_clips.hpp",  "adafuse/data/validation_split.hpp"};
  return machinery.contains(path);
}

const std::set<std::string> rooms_above_the_umbrella = {"train", "report", "interop"};

std::map<std::string, std::vector<std::string>> headers_by_room() {
  std::map<std::string, std::vector<std::string>> rooms;
  for (const auto& [path, header] : library())
    if (const auto room = room_of(path); !room.empty()) rooms[room].push_back(path);
  return rooms;
}

std::string umbrella_of(const std::string& room) { return "adafuse/" + room + "/" + room + ".hpp"; }

bool includes(const Header& header, const std::string& target) {
  return std::any_of(header.includes.begin(), header.includes.end(),
                     [&](const Include& include) { return include.target == target; });
}

}  // namespace

TEST_CASE("headers: each opens with a comment, an SPDX line and #pragma once") {
  for (const auto& [path, header] : library())
    if (const auto mistake = mistake_in_opening(header.lines); !mistake.empty())
      FAIL_CHECK(path << " " << mistake);
}

TEST_CASE("headers: the rule for openings sees what is missing") {
  const std::string idea = "// Idea.", spdx = "// SPDX-License-Identifier: MIT",
                    once = "#pragma once";
  CHECK(mistake_in_opening({idea, "//", "// More.", spdx, once}) == "");
  CHECK(mistake_in_opening({idea, spdx, "", once}) == "");
  CHECK(mistake_in_opening({}) != "");
  CHECK(mistake_in_opening({spdx, once}) != "");
  CHECK(mistake_in_opening({idea, once}) != "");
  CHECK(mistake_in_opening({idea, spdx, "#include <vector>", once}) != "");
  CHECK(mistake_in_opening({idea, spdx}) != "");
}

/// A room of which all is optional has none.
TEST_CASE("headers: each room has an umbrella that includes all of its headers") {
  for (const auto& [room, headers] : headers_by_room()) {
    const std::string path = umbrella_of(room);
    if (!library().contains(path)) {
      if (std::all_of(headers.begin(), headers.end(), needs_optional)) continue;
      FAIL_CHECK("the room " << room << " has no " << path);
      continue;
    }
    for (const auto& header : headers) {
      if (header == path) continue;
      const bool expected = !needs_optional(header);
      if (includes(library().at(path), header) != expected)
        FAIL_CHECK(path << (expected ? " does not include " : " must not include ") << header);
    }
  }
}

TEST_CASE(
    "headers: adafuse.hpp brings all rooms from core to infer, but no JSON, checkpoints, "
    "pictures, clips on disk") {
  const auto brought = reach(library(), "adafuse/adafuse.hpp");
  for (const auto& [room, headers] : headers_by_room())
    for (const auto& header : headers) {
      if (header == umbrella_of(room)) continue;
      const bool expected = !rooms_above_the_umbrella.contains(room) && !needs_json(header) &&
                            !reads_checkpoints(header) && !opens_pictures(header) &&
                            !needs_optional(header) && !finds_clips(header);
      if (brought.contains(header) != expected)
        FAIL_CHECK("adafuse.hpp " << (expected ? "does not bring " : "must not bring ") << header);
    }
  CHECK(brought.contains("adafuse/core/core.hpp"));
  CHECK_FALSE(needs_json("adafuse/adafuse.hpp"));
  CHECK_FALSE(needs_optional("adafuse/adafuse.hpp"));
  CHECK_FALSE(reaches_stb("adafuse/adafuse.hpp"));
  CHECK(reaches_stb("adafuse/io/image.hpp"));
}

TEST_CASE("headers: stb is reached by what opens or writes pictures alone") {
  const std::set<std::string> expected = {
      "adafuse/data/data.hpp",
      "adafuse/data/frame_clips.hpp",
      "adafuse/data/frame_folder.hpp",
      "adafuse/data/gesture_folder.hpp",
      "adafuse/data/open_dataset.hpp",
      "adafuse/io/gif.hpp",
      "adafuse/io/image.hpp",
      "adafuse/io/io.hpp",
      "adafuse/io/stb.hpp",
      "adafuse/io/stb_library.hpp",
      "adafuse/report/data_uri.hpp",
      "adafuse/report/film_viewer.hpp",
      "adafuse/report/filmstrip.hpp",
      "adafuse/report/page.hpp",
      "adafuse/report/report.hpp",
      "adafuse/report/run_tables.hpp",
  };
  for (const auto& [path, header] : library())
    if (reaches_stb(path) != expected.contains(path))
      FAIL_CHECK(path << std::string(expected.contains(path) ? " reaches no stb" : " reaches stb"));
}

}  // namespace headers_test
