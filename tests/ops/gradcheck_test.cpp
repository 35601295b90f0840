// Every operation against differences. (completeness_test.cpp: no operation without a row.)
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "all_rows.hpp"

namespace gradcheck_test {

using namespace adafuse;

namespace {

const std::filesystem::path project = std::filesystem::path(ADAFUSE_TEST_DIR) / "..";

/// Adds what `pattern` captures in `text`.
void add_found(const std::string& text, const char* pattern, std::set<std::string>& found) {
  const std::regex regex(pattern);
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.insert((*match)[1]);
}

/// What `pattern` captures in the headers of a room.
std::set<std::string> found_in_room(const std::string& room, const char* pattern) {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(project / "include/adafuse" / room)) {
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    add_found(text, pattern, found);
  }
  return found;
}

/// The same of all rooms that hold operations.
std::set<std::string> found_in_headers(const char* pattern) {
  std::set<std::string> found;
  for (const char* room : {"ops", "video", "fusion"}) found.merge(found_in_room(room, pattern));
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
