// Every operation against differences, and no operation without a row.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "all_rows.hpp"
#include "declared_operations.hpp"

namespace gradcheck_test {

using namespace adafuse;
using namespace declared;

namespace {

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

TEST_CASE("gradcheck: the gradient is the same with a history, and when one input alone wants it") {
  for (const auto& row : all_rows()) {
    CAPTURE(row.op);
    const auto gradients = [&](const std::vector<bool>& wanted, bool create_graph) {
      std::vector<Variable<double>> inputs, leaves;
      for (std::size_t k = 0; k < wanted.size(); ++k) {
        inputs.push_back(wanted[k] ? parameter(row.inputs[k]) : Variable<double>(row.inputs[k]));
        if (wanted[k]) leaves.push_back(inputs[k]);
      }
      const auto y = row.f(inputs);
      if (!y.requires_grad()) return std::vector<Variable<double>>(leaves.size());
      const auto dy = Tensor<double>::uniform(y.shape(), Key(2), 0.5, 1.5);
      return grad<double>(
          {y}, leaves, {.grad_outputs = {dy}, .create_graph = create_graph, .allow_unused = true});
    };
    const auto check_close = [&](const Variable<double>& a, const Variable<double>& b) {
      REQUIRE(a.defined() == b.defined());
      for (Index i = 0; i < a.size(); ++i)
        CHECK(a.value().data()[i] == doctest::Approx(b.value().data()[i]).epsilon(1e-10).scale(1));
    };
    const std::vector<bool> all(row.inputs.size(), true);
    const auto expected = gradients(all, false), recorded = gradients(all, true);
    for (std::size_t k = 0; k < all.size(); ++k) {
      check_close(recorded[k], expected[k]);
      std::vector<bool> one(all.size(), false);
      one[k] = true;
      for (const bool create_graph : {false, true})
        check_close(gradients(one, create_graph)[0], expected[k]);
    }
  }
}

TEST_CASE("gradcheck: every public operation has a row") {
  std::set<std::string> rows;
  for (const auto& row : all_rows()) rows.insert(name_of(row));
  const auto declared = declared_operations(), documented = documented_operations(true);
  // The patterns still find operations.
  CHECK(declared.count("add") == 1);
  CHECK(documented.count("batch_norm_train") == 1);
  CHECK(documented.count("stack") == 1);
  for (const auto& operations : {declared, documented})
    for (const auto& operation : operations)
      CHECK_MESSAGE(rows.count(operation) == 1, operation, " has no row in the gradcheck table");
}

TEST_CASE("gradcheck: every operation without a gradient says so in its row of docs/ops.md") {
  std::set<std::string> rows;
  for (const auto& row : all_rows()) rows.insert(name_of(row));
  const auto declared = declared_operations(), tensors = declared_without_gradient(),
             documented = documented_operations(false);
  // The patterns still find operations.
  for (const char* operation : {"lt", "isnan", "logical_and", "argmax", "hard_one_hot"}) {
    CHECK_MESSAGE(tensors.count(operation) == 1, operation);
    CHECK_MESSAGE(documented.count(operation) == 1, operation);
  }
  for (const auto& operation : tensors)
    CHECK_MESSAGE(documented.count(operation) + rows.count(operation) == 1, operation,
                  " returns a tensor: docs/ops.md needs a row for it that says \"no gradient\"");
  for (const auto& operation : documented) {
    CHECK_MESSAGE(tensors.count(operation) == 1, operation,
                  " has a row that says \"no gradient\", and no header of ops/ declares it so");
    CHECK_MESSAGE(declared.count(operation) == 0, operation,
                  " returns a variable, and its row in docs/ops.md says \"no gradient\"");
  }
}

TEST_CASE("gradcheck: every public operation has a row in docs/ops.md") {
  auto documented = documented_operations(true);
  documented.merge(documented_operations(false));
  for (const auto& operations : {declared_operations(), declared_without_gradient()})
    for (const auto& operation : operations)
      CHECK_MESSAGE(documented.count(operation) == 1, operation, " has no row in docs/ops.md");
}

TEST_CASE("gradcheck: whatever is recorded is differentiated by a row") {
  std::set<std::string> differentiated;
  for (const auto& row : all_rows()) differentiated.merge(differentiated_by(row));
  auto recorded = found_in_headers(R"re(record\(\s*"(\w+)")re");
  recorded.merge(found_in_headers(R"re(elementwise(?:<Reads::\w+>)?\(\s*"(\w+)")re"));
  for (const char* operation : {"add", "exp", "gelu"}) CHECK(recorded.count(operation) == 1);
  for (const auto& operation : recorded)
    CHECK_MESSAGE(differentiated.count(operation) == 1, operation,
                  " is recorded in a header and in no row of the gradcheck table");
}

}  // namespace gradcheck_test
