// No operation without its rows: in the gradcheck table, which PyTorch computes too, and in
// docs/ops.md. What there is, is read from the headers.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "../architecture/declarations.hpp"
#include "all_rows.hpp"

namespace completeness_test {

using namespace adafuse;
using architecture::Declaration;

namespace {

/// What a user can call: the functions of ops/, operators among them and those of variables too,
/// and the functions of video/ and fusion/ that return variables. Each with what its overloads
/// return.
struct Declared {
  std::map<std::string, std::set<std::string>> functions;
  std::set<std::string> structs_of_variables;  // BatchNormOutput holds one

  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& one : functions) all.insert(one.first);
    return all;
  }
  bool returns_variable(const std::string& name) const {
    const auto holds_one = [&](const std::string& returned) {
      static const std::regex word(R"((\w+))");
      const auto words = architecture::all_matches(returned, word);
      return words.contains("Variable") ||
             std::any_of(words.begin(), words.end(),
                         [&](const auto& one) { return structs_of_variables.contains(one); });
    };
    const auto found = functions.find(name);
    return found != functions.end() &&
           std::any_of(found->second.begin(), found->second.end(), holds_one);
  }
};

Declared declared_in(const std::vector<Declaration>& declarations) {
  static const std::regex name(R"(struct (\w+))");
  Declared found;
  for (const auto& one : declarations) {
    if (const auto f = architecture::function_in(one.head); !f.name.empty())
      found.functions[f.name].insert(f.returned);
    else if (one.body.find("Variable<") != std::string::npos)
      found.structs_of_variables.merge(architecture::all_matches(one.head, name));
  }
  return found;
}

const Declared& declared() {
  static const std::regex of_variables(R"(friend Variable operator([^\s\w(]+)\()");
  static const auto all = [] {
    auto found = declared_in(architecture::declarations_of_room("ops"));
    for (const char* room : {"video", "fusion"})
      for (const auto& one : architecture::declarations_of_room(room))
        if (const auto f = architecture::function_in(one.head);
            f.returned.find("Variable<scalar_of<") != std::string::npos)
          found.functions[f.name].insert(f.returned);
    for (const auto& one : architecture::declarations_of_room("autograd"))
      for (const auto& sign : architecture::all_matches(one.body, of_variables))
        found.functions["operator" + sign].insert("Variable");
    return found;
  }();
  return all;
}

/// A row of docs/ops.md: what its first cell names, and its class where it has no derivative.
struct DocumentedRow {
  std::set<std::string> functions, operators;
  std::string exempt;  // "no gradient", "no operation", or empty
};

DocumentedRow documented_row(const std::string& line) {
  static const std::regex function(R"(`(\w+)\()"), binary(R"(`\w+ ([^\s\w`]+) \w+`)"),
      unary(R"(`([-!])\w+`)");
  std::string cell = line.substr(0, line.find(" | "));
  std::erase(cell, '\\');
  DocumentedRow row{architecture::all_matches(cell, function), {}, ""};
  for (const auto* pattern : {&binary, &unary})
    for (const auto& sign : architecture::all_matches(cell, *pattern))
      row.operators.insert("operator" + sign);
  for (const char* exempt : {"no gradient", "no operation"})
    if (line.find(std::string("| ") + exempt + " |") != std::string::npos) row.exempt = exempt;
  return row;
}

const std::vector<DocumentedRow>& documented() {
  static const auto all = [] {
    std::vector<DocumentedRow> rows;
    const auto page = std::filesystem::path(ADAFUSE_TEST_DIR) / "../docs/ops.md";
    for (const auto& line : architecture::read_lines(page))
      if (line.starts_with("| `")) rows.push_back(documented_row(line));
    return rows;
  }();
  return all;
}

const std::set<std::string>& names_in_table() {
  static const auto all = [] {
    std::set<std::string> names;
    for (const auto& row : all_rows()) names.insert(name_of(row));
    return names;
  }();
  return all;
}

}  // namespace

TEST_CASE("gradcheck: every public operation has a row") {
  std::set<std::string> exempt;
  for (const auto& row : documented())
    if (!row.exempt.empty()) exempt.insert(row.functions.begin(), row.functions.end());
  for (const auto& name : declared().names())
    CHECK_MESSAGE(
        (name.starts_with("operator") || exempt.contains(name) || names_in_table().contains(name)),
        name, " has no row in the gradcheck table, and none in docs/ops.md says why");
  for (const auto& row : documented()) {
    if (!row.exempt.empty()) continue;
    for (const auto& name : row.functions)
      CHECK_MESSAGE(names_in_table().contains(name), name, " has no row in the gradcheck table");
    // An operator calls the function that is named beside it.
    for (const auto& sign : row.operators)
      CHECK_MESSAGE(!row.functions.empty(), sign, " stands in docs/ops.md without its function");
  }
}

TEST_CASE("gradcheck: every operation without a gradient says so in its row of docs/ops.md") {
  for (const auto& row : documented()) {
    if (row.exempt.empty()) continue;
    std::set<std::string> names = row.functions;
    names.insert(row.operators.begin(), row.operators.end());
    CHECK(!names.empty());
    for (const auto& name : names) {
      CHECK_MESSAGE(declared().functions.contains(name), name, " has a row that says \"",
                    row.exempt, "\", and no header of ops/ declares it");
      CHECK_MESSAGE((row.exempt != "no gradient" || !declared().returns_variable(name)), name,
                    " returns a variable, and its row in docs/ops.md says \"no gradient\"");
      CHECK_MESSAGE(!names_in_table().contains(name), name,
                    " is in the gradcheck table, and its row in docs/ops.md says \"", row.exempt,
                    "\"");
    }
  }
}

TEST_CASE("gradcheck: every public operation has a row in docs/ops.md") {
  std::set<std::string> names;
  for (const auto& row : documented()) {
    names.insert(row.functions.begin(), row.functions.end());
    names.insert(row.operators.begin(), row.operators.end());
  }
  for (const auto& name : declared().names())
    CHECK_MESSAGE(names.contains(name), name, " has no row in docs/ops.md");
}

TEST_CASE("gradcheck: operations are found whatever they return") {
  for (const char* name : {"add", "lt", "topk", "slogdet", "qr", "split", "meshgrid", "cat",
                           "batch_norm_train", "randperm", "straight_through", "fuse", "operator+",
                           "operator<=", "operator&&", "operator+="})
    CHECK_MESSAGE(declared().functions.contains(name), name);
  for (const char* name : {"topk", "slogdet", "split", "batch_norm_train", "cat"})
    CHECK_MESSAGE(declared().returns_variable(name), name);
  for (const char* name : {"qr", "argmax", "lt", "operator&&"})
    CHECK_MESSAGE(!declared().returns_variable(name), name);
  CHECK(!declared().functions.contains("matrix_dims"));  // of a namespace detail
  CHECK(!declared().functions.contains("operator=="));   // it is deleted
}

TEST_CASE("gradcheck: functions are found in a header as it is written") {
  const auto found = declared_in(architecture::declarations_in(architecture::code_without_text({
      "// int commented(int);",
      "#define MACRO(x) \\",
      "  int inside(x);",
      "namespace adafuse::inline ADAFUSE_SIMD {",
      "template <class T>",
      "struct Pair {",
      "  Variable<T> first;  // \"{\"",
      "  int member() const { return 1; }",
      "};",
      "namespace detail { int hidden(int x) { return x; } }",
      "template <class A, Operands<A> B>",
      "Pair<scalar_of<A, B>> pair(const A& a, const B& b, Options options = {}) {",
      "  if (a > b) return called(\"}\");",
      "}",
      "template <class X>",
      "requires(is_tensor<X>) auto joined(std::initializer_list<X> parts, Index dim);",
      "inline constexpr int size = count(3);",
      "using F = std::function<void(int)>;",
      "void refused(int) = delete;",
      "Mask operator<(const A& a, const B& b) { return lt(a, b); }",
      "}",
  })));
  CHECK(found.names() == std::set<std::string>{"pair", "joined", "operator<"});
  CHECK(found.returns_variable("pair"));
  CHECK(!found.returns_variable("joined"));
}

TEST_CASE("gradcheck: rows of docs/ops.md are read as they are written") {
  const auto row = documented_row("| `a \\|\\| b`, `-x`, `either(a, b)` | a mask | no gradient |");
  CHECK(row.functions == std::set<std::string>{"either"});
  CHECK(row.operators == std::set<std::string>{"operator||", "operator-"});
  CHECK(row.exempt == "no gradient");
  CHECK(documented_row("| `f(x)` | no gradient at 0 | dx = dy |").exempt.empty());
}

}  // namespace completeness_test
