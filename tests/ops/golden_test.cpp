// The operations of networks against PyTorch: results and gradients in
// tests/golden/ops.safetensors, which ops.py beside it made.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/io/safetensors.hpp>
#include <adafuse/ops/ops.hpp>

#include "../golden/compare.hpp"

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

PoolOptions pool_options(const Case& c) {
  return {.kernel = c.size2(0),
          .stride = c.size2(2),
          .padding = c.size2(4),
          .ceil_mode = c.option(6) != 0,
          .count_include_pad = c.option(7) != 0};
}

}  // namespace

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
  for_each_case("global_avg_pool", [](const Case& c) {
    check_gradients(c, {"x"}, [](const std::vector<Var>& in) { return global_avg_pool(in[0]); });
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

TEST_CASE("golden: softmax, log_softmax and cross_entropy are PyTorch's") {
  for_each_case("softmax", [](const Case& c) {
    check_gradients(c, {"x"},
                    [&](const std::vector<Var>& in) { return softmax(in[0], c.option(0)); });
  });
  for_each_case("log_softmax", [](const Case& c) {
    check_gradients(c, {"x"},
                    [&](const std::vector<Var>& in) { return log_softmax(in[0], c.option(0)); });
  });
  for_each_case("cross_entropy", [](const Case& c) {
    const auto labels = golden().get<std::int64_t>(c.prefix + ".labels");
    const double smoothing = c["label_smoothing"].item();
    check_gradients(c, {"x"}, [&](const std::vector<Var>& in) {
      return cross_entropy(in[0], labels, {.label_smoothing = smoothing});
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
