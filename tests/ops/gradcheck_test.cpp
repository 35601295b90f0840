// Every operation against differences, and no operation without a row.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "arithmetic_rows.hpp"
#include "conv_rows.hpp"
#include "fusion_rows.hpp"
#include "normalization_rows.hpp"
#include "pool_rows.hpp"
#include "shape_rows.hpp"

namespace gradcheck_test {

using namespace adafuse;

namespace {

std::vector<GradcheckRow> all_rows() {
  std::vector<GradcheckRow> all;
  for (auto& family : {arithmetic_rows(), shape_rows(), matmul_rows(), conv_rows(), pool_rows(),
                       normalization_rows(), fusion_rows()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

/// "slice, step 2" is a row of slice.
std::string name_of(const GradcheckRow& row) { return row.op.substr(0, row.op.find(',')); }

/// What `pattern` captures in the headers of the rooms that hold operations.
std::set<std::string> found_in_headers(const char* pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (const char* room : {"ops", "video", "fusion"})
    for (const auto& file : std::filesystem::directory_iterator(
             std::filesystem::path(ADAFUSE_TEST_DIR) / "../include/adafuse" / room)) {
      std::ifstream in(file.path());
      const std::string text(std::istreambuf_iterator<char>(in), {});
      for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
        found.insert((*match)[1]);
    }
  return found;
}

/// The names of all operations in the history of `y`.
void add_history(const Variable<double>& y, std::set<std::string>& names) {
  std::set<const Node<double>*> seen;
  std::vector<std::shared_ptr<Node<double>>> open{y.node()};
  while (!open.empty()) {
    const auto node = open.back();
    open.pop_back();
    if (!node || !seen.insert(node.get()).second) continue;
    names.insert(node->op);
    open.insert(open.end(), node->inputs.begin(), node->inputs.end());
  }
}

/// What a row differentiates: its own history and that of its gradients.
std::set<std::string> differentiated_by(const GradcheckRow& row) {
  std::vector<Variable<double>> leaves;
  for (const auto& input : row.inputs) leaves.push_back(parameter(input));
  const auto y = row.f(leaves);
  std::set<std::string> names;
  add_history(y, names);
  if (row.second)
    for (const auto& dx : grad<double>({y}, leaves,
                                       {.grad_outputs = {Tensor<double>::ones(y.shape())},
                                       .create_graph = true,
                                       .allow_unused = true}))
      if (dx.defined()) add_history(dx, names);
  return names;
}

}  // namespace

TEST_CASE("gradcheck: the derivative of every operation is the limit of its differences") {
  for (const auto& row : all_rows()) {
    const auto result = gradcheck(row.op, row.f, row.inputs);
    CHECK_MESSAGE(result, result);
  }
}

TEST_CASE("gradcheck: so is the derivative of the derivative") {
  for (const auto& row : all_rows()) {
    if (!row.second) continue;
    const auto result = gradgradcheck(row.op, row.f, row.inputs);
    CHECK_MESSAGE(result, result);
  }
}

TEST_CASE("gradcheck: every public operation has a row") {
  std::set<std::string> rows;
  for (const auto& row : all_rows()) rows.insert(name_of(row));
  const auto operations = found_in_headers(R"(\nVariable<scalar_of<[\w, ]+>> (\w+)\()");
  CHECK(operations.count("add") == 1);  // the pattern still finds operations
  for (const auto& operation : operations)
    CHECK_MESSAGE(rows.count(operation) == 1, operation, " has no row in the gradcheck table");
}

TEST_CASE("gradcheck: whatever is recorded is differentiated by a row") {
  std::set<std::string> differentiated;
  for (const auto& row : all_rows()) differentiated.merge(differentiated_by(row));
  const auto recorded = found_in_headers(R"re(record\(\s*"(\w+)")re");
  CHECK(recorded.count("add") == 1);
  for (const auto& operation : recorded)
    CHECK_MESSAGE(differentiated.count(operation) == 1, operation,
                  " is recorded in a header and in no row of the gradcheck table");
}

}  // namespace gradcheck_test
