// The operations against PyTorch: results and gradients. tests/golden/rows.safetensors, which
// rows.py beside it made, has every row of the gradcheck table; ops.safetensors, which ops.py made,
// has larger convolutions, poolings and batch norms with more options.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/ops/ops.hpp>
#include <set>

#include "../golden/compare.hpp"
#include "golden_rows.hpp"

namespace golden_test {

using namespace adafuse;
using golden::check_close;

namespace {

using Var = Variable<double>;

const io::TensorFile& golden() {
  static const auto file = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/ops.safetensors");
  return file;
}

/// One case of the file: the tensors `op.number.name`.
struct Case {
  std::string prefix;

  bool has(const std::string& name) const { return golden().contains(prefix + "." + name); }
  Tensor<double> operator[](const std::string& name) const {
    return golden().get<double>(prefix + "." + name);
  }
  /// Integer i of the case's options.
  Index option(Index i) const { return golden().get<std::int64_t>(prefix + ".options")(i); }
  Size2 size2(Index i) const { return {option(i), option(i + 1)}; }
};

/// Calls `check(c)` for each case of `op`, of which there must be some.
template <class Check>
void for_each_case(const std::string& op, const Check& check) {
  int number = 0;
  for (Case c{op + ".0"}; c.has("x"); c.prefix = concat(op, ".", ++number)) {
    CAPTURE(c.prefix);
    check(c);
  }
  CHECK(number > 0);
}

/// y = f(inputs) and the gradients of all inputs, both with and without a graph of their own.
template <class F>
void check_gradients(const Case& c, const std::vector<const char*>& names, const F& f) {
  for (const bool create_graph : {false, true}) {
    CAPTURE(create_graph);
    std::vector<Var> inputs;
    for (const char* name : names) inputs.push_back(parameter(c[name]));
    const Var y = f(inputs);
    check_close(y.value(), c["y"], "y");
    const auto gradients =
        grad<double>({y}, inputs, {.grad_outputs = {c["dy"]}, .create_graph = create_graph});
    for (std::size_t i = 0; i < names.size(); ++i)
      check_close(gradients[i].value(), c[concat("d", names[i])], names[i]);
  }
}

/// The gradients of the sum of squares of the gradients.
template <class F>
void check_second(const Case& c, const std::vector<const char*>& names, const F& f) {
  std::vector<Var> inputs;
  for (const char* name : names) inputs.push_back(parameter(c[name]));
  const auto first =
      grad<double>({f(inputs)}, inputs, {.grad_outputs = {c["dy"]}, .create_graph = true});
  Var squares = 0;
  for (const auto& g : first) squares = squares + sum(g * g);
  const auto second = grad<double>({squares}, inputs);
  for (std::size_t i = 0; i < names.size(); ++i)
    check_close(second[i].value(), c[concat("d", names[i])], names[i]);
}

const io::TensorFile& golden_of_rows() {
  static const auto file = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/rows.safetensors");
  return file;
}

/// Whether `tensors` are those that PyTorch was given under the numbers `name`, but for the
/// rounding of another compiler or vector width.
bool was_given(const std::string& name, const std::vector<Tensor<double>>& tensors) {
  const auto& file = golden_of_rows();
  if (!file.contains(name)) return tensors.empty();
  const auto numbers = file.get<std::int64_t>(name);
  return std::equal(numbers.begin(), numbers.end(), tensors.begin(), tensors.end(),
                    [&](std::int64_t number, const Tensor<double>& tensor) {
                      const auto there = file.get<double>(concat("given.", number));
                      return there.shape() == tensor.shape() &&
                             golden::difference(tensor, there) <= 1e-14;
                    });
}

/// The row's result and gradients, where PyTorch has computed them of the same inputs.
void check_row(const GradcheckRow& row, bool create_graph) {
  const auto& file = golden_of_rows();
  std::vector<Var> inputs;
  for (const auto& input : row.inputs) inputs.push_back(parameter(input));
  const Var y = row.f(inputs);
  check_close(y.value(), file.get<double>(row.op + ".y"), "y");
  const auto drawn = file.get<double>("given.dy");
  REQUIRE(y.size() <= drawn.size());
  auto dy = Tensor<double>::uninitialized(y.shape());
  std::copy_n(drawn.begin(), y.size(), dy.begin());
  // Where nothing was recorded all gradients are 0.
  const auto gradients =
      y.requires_grad()
          ? grad<double>({y}, inputs,
                         {.grad_outputs = {dy}, .create_graph = create_graph, .allow_unused = true})
          : std::vector<Var>(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto dx =
        gradients[i].defined() ? gradients[i].value() : Tensor<double>(inputs[i].shape());
    const std::string name = concat("dx", i);
    check_close(dx, file.get<double>(concat(row.op, ".", name)), name);
  }
}

PoolOptions pool_options(const Case& c) {
  return {.kernel = c.size2(0),
          .stride = c.size2(2),
          .padding = c.size2(4),
          .ceil_mode = c.option(6) != 0,
          .count_include_pad = c.option(7) != 0};
}

}  // namespace

TEST_CASE("golden: every row of the gradcheck table is PyTorch's") {
  for (const auto& row : golden_rows()) {
    CAPTURE(row.op);
    if (!golden_of_rows().contains(row.op + ".y")) {
      FAIL_CHECK("PyTorch has not computed this row: write it in golden/rows.py and run that");
    } else if (!was_given(row.op + ".inputs", row.inputs) ||
               !was_given(row.op + ".constants", row.constants)) {
      FAIL_CHECK("PyTorch was given something else for this row: run golden/rows.py again");
    } else {
      for (const bool create_graph : {false, true}) {
        CAPTURE(create_graph);
        check_row(row, create_graph);
      }
    }
  }
}

TEST_CASE("golden: PyTorch has computed no row that the table lacks") {
  std::set<std::string> rows{"given"};
  for (const auto& row : golden_rows()) CHECK_MESSAGE(rows.insert(row.op).second, row.op, " twice");
  for (const auto& entry : golden_of_rows().tensors) {
    const std::string row = entry.first.substr(0, entry.first.rfind('.'));
    CHECK_MESSAGE(rows.count(row) == 1, row,
                  " is no row of the gradcheck table: run golden/rows.py");
  }
}

TEST_CASE("golden: conv2d is PyTorch's") {
  for_each_case("conv2d", [](const Case& c) {
    const Conv2dOptions options{
        .stride = c.size2(0), .padding = c.size2(2), .dilation = c.size2(4), .groups = c.option(6)};
    check_gradients(c, {"x", "weight", "bias"}, [&](const std::vector<Var>& in) {
      return conv2d(in[0], in[1], in[2], options);
    });
  });
}

TEST_CASE("golden: pooling is PyTorch's") {
  for_each_case("max_pool2d", [](const Case& c) {
    check_gradients(c, {"x"},
                    [&](const std::vector<Var>& in) { return max_pool2d(in[0], pool_options(c)); });
  });
  for_each_case("avg_pool2d", [](const Case& c) {
    check_gradients(c, {"x"},
                    [&](const std::vector<Var>& in) { return avg_pool2d(in[0], pool_options(c)); });
  });
}

TEST_CASE("golden: batch_norm is PyTorch's, with its running statistics") {
  for_each_case("batch_norm_train", [](const Case& c) {
    check_gradients(c, {"x", "weight", "bias"}, [](const std::vector<Var>& in) {
      return batch_norm_train(in[0], in[1], in[2]).y;
    });
    const auto output = batch_norm_train(c["x"]);
    const auto running = [](const Tensor<double>& before, const Tensor<double>& batch) {
      return (0.9 * Var(before) + 0.1 * Var(batch)).value();
    };
    check_close(running(c["running_mean"], output.mean), c["new_running_mean"], "mean");
    check_close(running(c["running_var"], output.variance), c["new_running_var"], "variance");
  });
  for_each_case("batch_norm", [](const Case& c) {
    check_gradients(c, {"x", "weight", "bias"}, [&](const std::vector<Var>& in) {
      return batch_norm(in[0], in[1], in[2], c["running_mean"], c["running_var"]);
    });
  });
}

TEST_CASE("golden: derivatives of derivatives are PyTorch's") {
  for_each_case("second_conv2d", [](const Case& c) {
    check_second(c, {"x", "weight", "bias"}, [](const std::vector<Var>& in) {
      return tanh(conv2d(in[0], in[1], in[2], {.stride = 2, .padding = 1}));
    });
  });
  for_each_case("second_batch_norm", [](const Case& c) {
    check_second(c, {"x", "weight", "bias"}, [](const std::vector<Var>& in) {
      return tanh(batch_norm_train(in[0], in[1], in[2]).y);
    });
  });
}

}  // namespace golden_test
