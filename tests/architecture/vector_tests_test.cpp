// What is written in vectors is tested on every vector path. tests/vector_tests.cmake finds the
// tests by what headers include; here they are looked for by the words that headers use.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <sstream>

#include "source_tree.hpp"

namespace vector_tests_test {

using namespace architecture;

namespace {

/// What a header names that computes in vectors itself: the words of core/simd.hpp and
/// core/byte_bits.hpp, and a processor's own.
bool names_vectors(const std::vector<std::string>& lines) {
  static const std::regex word(
      R"(.*\b(Floats|Doubles|equal_bits|list_bits|_mm\w+|v[a-z0-9]+q_[fsu]\d+)\b.*)");
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return !line.starts_with("//") && std::regex_match(line, word);
  });
}

/// "infer/global_pool_test.cpp" of "adafuse/infer/fold/global_pool.hpp".
std::string test_named_after(const std::string& path) {
  return room_of(path) + "/" + fs::path(path).stem().string() + "_test.cpp";
}

/// As the test's environment tells; without ctest nobody has looked.
std::optional<std::set<std::string>> found_by_cmake() {
  const char* const names = std::getenv("ADAFUSE_VECTOR_TESTS");
  if (!names) {
    MESSAGE("ADAFUSE_VECTOR_TESTS is not set: ctest sets it");
    return std::nullopt;
  }
  std::set<std::string> found;
  std::istringstream list(names);
  for (std::string test; std::getline(list, test, ',');) found.insert(test);
  return found;
}

}  // namespace

TEST_CASE("vector tests: that of each header which computes in vectors is found") {
  const auto found = found_by_cmake();
  if (!found) return;
  int headers = 0;
  for (const auto& [path, header] : library()) {
    // core/simd_test.cpp is about all of core/simd_*.hpp.
    if (room_of(path) == "kernels" || path.starts_with("adafuse/core/simd_")) continue;
    if (!names_vectors(header.lines)) continue;
    ++headers;
    if (!found->contains(test_named_after(path)))
      FAIL_CHECK(path << " names vectors, and " << test_named_after(path) << " is not found");
  }
  CHECK(headers > 5);
}

TEST_CASE("vector tests: all of kernels/ are found, but for two widths in one program") {
  const auto found = found_by_cmake();
  if (!found) return;
  for (const auto& [path, test] : headers_under("tests/kernels", "tests"))
    if (path.ends_with("_test.cpp"))
      if (found->contains(path) == path.ends_with("_paths_test.cpp")) FAIL_CHECK(path);
  CHECK(found->contains("core/simd_test.cpp"));
  CHECK(found->contains("io/stb_library_test.cpp"));
  CHECK_FALSE(found->contains("ops/conv2d_test.cpp"));
}

TEST_CASE("vector tests: the words are found, in code") {
  CHECK(names_vectors({"  const Floats x = Floats::load(p);"}));
  CHECK(names_vectors({"  return vaddq_f32(a, b);"}));
  CHECK(names_vectors({"  list_bits(bits, 0, numbers);"}));
  CHECK_FALSE(names_vectors({"// Floats: see core/simd.hpp", "float vq(double x);"}));
}

}  // namespace vector_tests_test
