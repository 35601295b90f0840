// bench_ops times every operation of ops/, and PyTorch's script has a function for each row.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "declarations.hpp"

namespace bench_ops_test {

namespace {

const std::filesystem::path project = std::filesystem::path(ADAFUSE_TEST_DIR) / "..";
const std::filesystem::path bench = project / "bench";

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The names of the rows that bench/ops/*.cpp list: {"max, last dim", ...
std::multiset<std::string> rows_of_ours() {
  static const std::regex row(R"re(\{"([a-z0-9_]+[^"]*)",)re");
  std::multiset<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(bench / "ops")) {
    const std::string text = text_of(file.path());
    for (std::sregex_iterator match(text.begin(), text.end(), row), end; match != end; ++match)
      names.insert((*match)[1]);
  }
  return names;
}

/// The names of PyTorch's functions, each on a line of its own: "max, last dim": ...
std::multiset<std::string> rows_of_pytorch() {
  static const std::regex row(R"re(\n        "([^"]+)": )re");
  const std::string text = text_of(bench / "peers/pytorch_ops.py");
  std::multiset<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), row), end; match != end; ++match)
    names.insert((*match)[1]);
  return names;
}

/// The operations of ops/: the functions that its headers declare, but for those of which
/// docs/ops.md says that they are none.
std::set<std::string> operations() {
  static const std::regex function(R"(`(\w+)\()");
  std::set<std::string> found;
  for (const auto& one : architecture::declarations_of_room("ops"))
    if (const auto f = architecture::function_in(one.head);
        !f.name.empty() && !f.name.starts_with("operator"))
      found.insert(f.name);
  for (const auto& line : architecture::read_lines(project / "docs/ops.md"))
    if (line.find("| no operation |") != std::string::npos)
      for (const auto& name : architecture::all_matches(line.substr(0, line.find(" | ")), function))
        found.erase(name);
  return found;
}

}  // namespace

TEST_CASE("bench_ops: every operation has a row, and every row is of an operation") {
  std::set<std::string> timed;
  for (const auto& name : rows_of_ours()) timed.insert(name.substr(0, name.find(',')));
  const auto all = operations();
  for (const char* name : {"exp", "sort", "batch_norm_train", "svd", "argmax", "interpolate"})
    CHECK_MESSAGE(all.count(name) == 1, name);
  for (const auto& name : all)
    CHECK_MESSAGE(timed.count(name) == 1, name, " has no row in bench/ops/");
  for (const auto& name : timed)
    CHECK_MESSAGE(all.count(name) == 1, "bench/ops/ has a row of ", name, ", which ops/ lacks");
}

TEST_CASE("bench_ops: every row has PyTorch's function, once, and the other way round") {
  const auto ours = rows_of_ours(), theirs = rows_of_pytorch();
  CHECK(ours.count("max, last dim") == 1);
  for (const auto& name : ours) {
    CHECK_MESSAGE(ours.count(name) == 1, "bench/ops/ has two rows ", name);
    CHECK_MESSAGE(theirs.count(name) == 1, "peers/pytorch_ops.py has no function ", name);
  }
  for (const auto& name : theirs)
    CHECK_MESSAGE(ours.count(name) == 1, "bench/ops/ has no row ", name);
}

}  // namespace bench_ops_test
