// What is written in vectors is tested on every vector path: the tests of kernels/ are, and those
// of other rooms that include core/simd.hpp stand in a list of tests/CMakeLists.txt.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace vector_tests_test {

using namespace architecture;

TEST_CASE("vector tests: a header of another room that is written in vectors is in the list") {
  const auto lines = read_lines(fs::path(ADAFUSE_TEST_DIR) / "CMakeLists.txt");
  const auto list = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("set(vector_tests ");
  });
  REQUIRE(list != lines.end());
  int found = 0;
  for (const auto& [path, header] : library()) {
    const auto room = room_of(path);
    if (room == "kernels" || path == "adafuse/core/core.hpp") continue;
    for (const auto& include : header.includes)
      if (include.target == "adafuse/core/simd.hpp") {
        const auto name = room + "/" + fs::path(path).stem().string();
        ++found;
        CHECK_MESSAGE((*list + " ").find(name) != std::string::npos, name);
      }
  }
  CHECK(found > 1);
}

}  // namespace vector_tests_test
