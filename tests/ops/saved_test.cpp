// Every operation, with its inputs and its result written between forward and backward: the
// gradient is an error or right, and never wrong. And every operation without one of its operands.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/fusion/fusion.hpp>
#include <adafuse/ops/ops.hpp>
#include <set>

#include "all_rows.hpp"

namespace ops_saved_test {

using namespace adafuse;

namespace {

using Tensors = std::vector<Tensor<double>>;
using Variables = std::vector<Variable<double>>;

/// Writes other numbers, by one of the ways in which that can be done.
void write(Tensor<double> x, int way) {
  if (way == 0) x.fill(7.25);
  if (way == 1) x.copy_from(Tensor<double>::uniform(x.shape(), Key(9), 3, 4));
  if (way == 2)
    for (double& v : x) v = -v + 0.125;
  if (way == 3 && x.size() > 0) x.data()[x.size() - 1] += 1;
}
constexpr int ways = 4;

/// The inputs of a row as parameters, or as constants where they are not wanted; memory of their
/// own.
Variables inputs_of(const GradcheckRow& row, const std::vector<bool>& wanted) {
  Variables inputs;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const auto value = row.inputs[k].clone();
    inputs.push_back(wanted[k] ? parameter(value) : Variable<double>(value));
  }
  return inputs;
}

/// What `change` does between forward and backward: an error that says so, or nothing.
struct Outcome {
  bool threw = false, equal = true;
};
template <class Change>
Outcome outcome(const GradcheckRow& row, const std::vector<bool>& wanted, bool create_graph,
                const Change& change) {
  Tensors before;
  for (const bool with_change : {false, true}) {
    const auto inputs = inputs_of(row, wanted);
    Variables leaves;
    for (std::size_t k = 0; k < wanted.size(); ++k)
      if (wanted[k]) leaves.push_back(inputs[k]);
    const auto y = row.f(inputs);
    if (!y.requires_grad()) return {};
    if (with_change) change(inputs, y);
    try {
      const auto gradients = grad<double>({y}, leaves,
                                          {.grad_outputs = {Tensor<double>::ones(y.shape())},
                                           .create_graph = create_graph,
                                           .allow_unused = true});
      for (std::size_t k = 0; k < leaves.size(); ++k) {
        const auto g = gradients[k].defined() ? gradients[k].value() : Tensor<double>();
        if (!with_change)
          before.push_back(g.clone());
        else if (!std::equal(g.begin(), g.end(), before[k].begin(), before[k].end()))
          return {false, false};
      }
    } catch (const ValueError& error) {
      const std::string text = error.what();
      if (!with_change || text.find(", as it was, and it was written") == std::string::npos) throw;
      return {true, true};
    }
  }
  return {};
}

/// Which inputs want a gradient: all, and each alone.
std::vector<std::vector<bool>> choices(std::size_t count) {
  std::vector<std::vector<bool>> all{std::vector<bool>(count, true)};
  for (std::size_t k = 0; count > 1 && k < count; ++k) {
    all.emplace_back(count, false);
    all.back()[k] = true;
  }
  return all;
}

}  // namespace

TEST_CASE("saved: whatever is written, the gradient of every operation is right or an error") {
  std::set<std::string> throwing;
  int right = 0;
  for (const auto& row : all_rows()) {
    CAPTURE(row.op);
    for (const auto& wanted : choices(row.inputs.size()))
      for (const bool create_graph : {false, true})
        for (int way = 0; way < ways; ++way) {
          CAPTURE(create_graph);
          CAPTURE(way);
          const auto check = [&](const Outcome& result) {
            CHECK(result.equal);
            if (result.threw)
              throwing.insert(name_of(row));
            else
              ++right;
          };
          for (std::size_t k = 0; k < row.inputs.size(); ++k)
            check(outcome(row, wanted, create_graph, [&](const Variables& inputs, const auto&) {
              write(inputs[k].value(), way);
            }));
          check(outcome(row, wanted, create_graph,
                        [&](const auto&, const auto& y) { write(y.value(), way); }));
        }
  }
  // The test is awake: these keep what they read, and what they do not read may change.
  for (const char* op : {"mul",
                         "div",
                         "pow",
                         "exp",
                         "log",
                         "sqrt",
                         "relu",
                         "sigmoid",
                         "tanh",
                         "abs",
                         "clamp",
                         "square",
                         "rsqrt",
                         "sin",
                         "atan2",
                         "maximum",
                         "gelu",
                         "prelu",
                         "matmul",
                         "conv2d",
                         "softmax",
                         "log_softmax",
                         "cross_entropy",
                         "batch_norm",
                         "batch_norm_train",
                         "batch_norm_relu",
                         "batch_norm_relu_train",
                         "fuse"})
    CHECK_MESSAGE(throwing.count(op) == 1, op);
  for (const char* op : {"neg", "add", "sub", "gate", "sign", "round", "fold_time", "unfold_time",
                         "shift_time", "temporal_shift", "average_consensus", "adaptive_cost"})
    CHECK_MESSAGE(throwing.count(op) == 0, op);
  CHECK(right > 100);
}

TEST_CASE("saved: operations that are linear and rearrange keep nothing") {
  const auto w = parameter(Tensor<double>::ones({2, 3})), x = parameter(Tensor<double>::ones({3}));
  const auto index = Tensor<std::int64_t>::of({5, 0, 5});
  Variables all{w + x,
                w - x,
                sum(w, 1),
                mean(w),
                max(w, 1),
                reshape(w, {3, 2}),
                permute(w, {1, 0}),
                slice(w, 1, 0, 2),
                embed(x, {5}, 0, 1),
                cat({w, w}, 0),
                stack({x, x}, 0),
                take(w, index),
                put(x, index, {6}),
                broadcast_to(x, {2, 3}),
                sum_to(w, {1, 3}),
                straight_through(Tensor<double>::ones({3}), x),
                avg_pool2d(reshape(w, {1, 1, 2, 3}), {.kernel = 2}),
                max_pool2d(reshape(w, {1, 1, 2, 3}), {.kernel = 2})};
  {
    const NoGrad guard;
    w.mutable_value().fill(5), x.mutable_value().fill(5);
  }
  for (const auto& y : all) CHECK_NOTHROW(backward(y, Tensor<double>::ones(y.shape())));
  const auto y = w + x;
  {
    const NoGrad guard;
    w.mutable_value().fill(6);
  }
  w.zero_grad();
  backward(sum(y));
  for (const double g : w.grad().value()) CHECK(g == 1);
}

TEST_CASE("saved: labels, positions, statistics and gates are watched too") {
  const auto x = parameter(Tensor<double>::ones({1, 2, 2, 2}));
  const auto flat = parameter(Tensor<double>::ones({4}));
  const auto logits = parameter(Tensor<double>::ones({2, 3}));
  auto labels = Tensor<std::int64_t>::of({0, 1}), index = Tensor<std::int64_t>::of({0, 1, 2, 3});
  auto by = Tensor<double>::ones({4}), mean = Tensor<double>({2}), var = Tensor<double>::ones({2});
  PixelPositions positions({1, 2, 1, 1});
  const auto norm_weight = parameter(Tensor<double>::ones({2}));
  struct Case {
    std::string name;
    std::function<Variable<double>()> make;
    std::function<void()> change;
  };
  const std::vector<Case> cases{
      {"labels", [&] { return cross_entropy(logits, labels); }, [&] { labels(0) = 2; }},
      {"index", [&] { return take(flat, index); }, [&] { index.fill(1); }},
      {"index", [&] { return put(flat, index, {5}); }, [&] { index.data()[2] = 0; }},
      {"by", [&] { return gate(flat, by); }, [&] { by(3) = -1; }},
      {"positions", [&] { return gather_pixels(x, positions); }, [&] { positions.fill(3); }},
      {"positions",
       [&] {
         return scatter_pixels(parameter(Tensor<double>::ones({1, 2, 1, 1})), positions,
                               {1, 2, 2, 2});
       },
       [&] { positions.fill(2); }},
      {"running_var", [&] { return batch_norm(x, {}, {}, mean, var); }, [&] { var.fill(2); }},
      {"running_mean",
       [&] {
         return batch_norm(Tensor<double>::ones({1, 2, 2, 2}), norm_weight, {}, mean, var);
       },
       [&] { mean(0) = 2; }},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    const auto y = one.make();
    const auto dy = Tensor<double>::ones(y.shape());
    backward(y, dy, {.retain_graph = true});
    one.change();
    CHECK_THROWS_WITH_AS(backward(y, dy), doctest::Contains(("needs " + one.name + ", [").c_str()),
                         ValueError);
  }
}

TEST_CASE("saved: an operation without an operand that it requires is an error") {
  // Rows in which an input is optional, and its number.
  const std::set<std::pair<std::string, std::size_t>> optional{{"linear", 2},
                                                               {"conv2d", 2},
                                                               {"batch_norm", 1},
                                                               {"batch_norm", 2},
                                                               {"batch_norm_train", 1},
                                                               {"batch_norm_train", 2},
                                                               {"batch_norm_relu", 1},
                                                               {"batch_norm_relu", 2},
                                                               {"batch_norm_relu", 3},
                                                               {"batch_norm_relu_train", 1},
                                                               {"batch_norm_relu_train", 2},
                                                               {"batch_norm_relu_train", 3},
                                                               {"layer_norm", 1},
                                                               {"layer_norm", 2},
                                                               {"rms_norm", 1},
                                                               {"group_norm", 1},
                                                               {"group_norm", 2},
                                                               {"instance_norm", 1},
                                                               {"instance_norm", 2},
                                                               {"scaled_dot_product_attention", 3},
                                                               {"conv1d", 2},
                                                               {"conv3d", 2},
                                                               {"conv_transpose1d", 2},
                                                               {"conv_transpose2d", 2},
                                                               {"conv_transpose3d", 2}};
  for (const auto& row : all_rows())
    for (std::size_t k = 0; k < row.inputs.size(); ++k) {
      CAPTURE(row.op);
      CAPTURE(k);
      for (const bool wanted : {false, true}) {
        auto inputs = inputs_of(row, std::vector<bool>(row.inputs.size(), wanted));
        inputs[k] = {};
        if (optional.count({name_of(row), k}) == 1)
          CHECK_NOTHROW(row.f(inputs));
        else
          CHECK_THROWS_AS(row.f(inputs), Error);
      }
    }
}

}  // namespace ops_saved_test
