// No layer without its row in docs/layers.md and its comparison with PyTorch. Which layers there
// are, is read from the headers.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "../architecture/declarations.hpp"

namespace layers_page_test {

using architecture::Declaration;
namespace fs = std::filesystem;

namespace {

/// The types that can be called: those that have a `forward`, or a call operator that returns
/// something. A template that has other names, `using Conv1d = ConvNd<T, 1>`, goes by these.
std::set<std::string> layers_in(const std::vector<Declaration>& declarations) {
  static const std::regex type(R"(\b(?:struct|class) +(\w+))"), has_forward(R"([\w>&] forward\()"),
      has_call(R"((\S+) operator\(\)\()"), alias(R"(\busing (\w+) ?= ?(\w+)<)");
  std::set<std::string> layers, renamed;
  std::smatch match;
  for (const auto& one : declarations) {
    const std::string head = architecture::split_at_bracket(one.head).before;
    if (!std::regex_search(head, match, type)) continue;
    const std::string name = match[1];
    const bool called = std::regex_search(one.body, match, has_call) && match[1] != "void";
    if (called || std::regex_search(one.body, has_forward)) layers.insert(name);
  }
  for (const auto& one : declarations)
    if (std::regex_search(one.head, match, alias) && layers.contains(match[2])) {
      renamed.insert(match[2]);
      layers.insert(match[1]);
    }
  for (const auto& name : renamed) layers.erase(name);
  return layers;
}

const std::set<std::string>& layers() {
  static const auto all = layers_in(architecture::declarations_of_room("nn"));
  return all;
}

/// The names in the first cells of docs/layers.md: of rows that say "no golden", or of the others.
std::set<std::string> documented(bool golden) {
  static const std::regex name(R"(`(\w+)`)");
  std::set<std::string> names;
  for (const auto& line :
       architecture::read_lines(fs::path(ADAFUSE_TEST_DIR) / "../docs/layers.md"))
    if (line.starts_with("| `") && (line.find("no golden: ") == line.npos) == golden)
      names.merge(architecture::all_matches(line.substr(0, line.find(" | ")), name));
  return names;
}

/// Of a test file, the layers that it makes, `nn::Relu<double>`, and that a test named "golden:
/// ..." speaks of.
std::set<std::string> compared_in(const std::vector<std::string>& lines) {
  static const std::regex type(R"(\bnn::(\w+))"), word(R"((\w+))");
  std::set<std::string> made, spoken;
  bool in_golden = false;
  for (const auto& line : lines) {
    made.merge(architecture::all_matches(line, type));
    if (line.starts_with("TEST_CASE")) in_golden = line.find("\"golden: ") != line.npos;
    if (in_golden) spoken.merge(architecture::all_matches(line, word));
  }
  std::erase_if(made, [&](const auto& name) { return !spoken.contains(name); });
  return made;
}

const std::set<std::string>& compared() {
  static const auto all = [] {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(fs::path(ADAFUSE_TEST_DIR) / "nn"))
      if (entry.path().string().ends_with("_test.cpp") &&
          entry.path().filename() != "layers_page_test.cpp")
        names.merge(compared_in(architecture::read_lines(entry.path())));
    return names;
  }();
  return all;
}

}  // namespace

TEST_CASE("layers: every layer has a row in docs/layers.md, and every row is of a layer") {
  auto all = documented(true);
  all.merge(documented(false));
  for (const auto& name : layers())
    CHECK_MESSAGE(all.contains(name), name, " has no row in docs/layers.md");
  for (const auto& name : all)
    CHECK_MESSAGE(layers().contains(name), name, " has a row, and no header of nn/ declares it");
}

TEST_CASE("layers: every layer is compared with PyTorch, or its row says why not") {
  const auto exempt = documented(false);
  for (const auto& name : layers()) {
    CHECK_MESSAGE(
        (compared().contains(name) || exempt.contains(name)), name,
        " has no golden test in tests/nn, and its row in docs/layers.md does not say why");
    CHECK_MESSAGE((!compared().contains(name) || !exempt.contains(name)), name,
                  " has a golden test, and its row in docs/layers.md says \"no golden\"");
  }
}

TEST_CASE("layers: they are found as they are written") {
  const auto found = layers_in(architecture::declarations_in(architecture::code_without_text({
      "namespace adafuse::nn {",
      "inline namespace ADAFUSE_SIMD {",
      "struct Config { Index in = 0; };",
      "}",
      "template <class T>",
      "struct Relu {",
      "  Variable<T> forward(const Variable<T>& x, Context<T>&) const { return relu(x); }",
      "};",
      "template <class T, int Dims>",
      "class ConvNd {",
      "  Variable<T> operator()(const Variable<T>& x) const;",
      "};",
      "template <class T>",
      "using Conv1d = ConvNd<T, 1>;",
      "class Visitor { void operator()(int name) {} };",
      "template <class M> void run(const M& m) { m.forward(1); }",
      "namespace detail { struct Hidden { int forward(int) const; }; }",
      "}",
  })));
  CHECK(found == std::set<std::string>{"Relu", "Conv1d"});
  for (const char* name : {"Linear", "Conv3d", "BatchNorm2d", "Lstm", "Embedding", "Gelu"})
    CHECK_MESSAGE(layers().contains(name), name);
  CHECK(!layers().contains("Visitor"));
}

TEST_CASE("layers: a golden test is one of a layer that it names and that its file makes") {
  const auto found = compared_in({
      "TEST_CASE(\"golden: Lstm computes what PyTorch computes\") { check(lstm()); }",
      "TEST_CASE(\"Gru: refuses\") { nn::Gru<double> gru; nn::Lstm<double> lstm; }",
  });
  CHECK(found == std::set<std::string>{"Lstm"});
}

}  // namespace layers_page_test
