// Every operation of ops/: how long does it take, alone and with its gradient?
//
//   bench_ops [--threads T] [--row NAME] [--list] [--once] [--json FILE]
//
// Prints the medians; with one thread, of processor time. --row: that row alone. --list: the rows
// and their inputs, without running them. --once: each row runs once, forward and backward, and
// nothing is timed; a row that throws is an error, named at the end. peers/pytorch_ops.py runs this
// program in turn with PyTorch and prints the table of both.
// SPDX-License-Identifier: MIT
#include <adafuse/autograd/backward.hpp>
#include <adafuse/io/json.hpp>
#include <iomanip>
#include <iostream>

#include "harness.hpp"
#include "ops/rows.hpp"
#include "options.hpp"

namespace {

using namespace adafuse;
using bench::Input;

bench::OpsRows all_rows() {
  bench::OpsRows all;
  for (const auto family :
       {bench::arithmetic_rows, bench::activation_rows, bench::choice_rows, bench::reduction_rows,
        bench::layout_rows, bench::indexing_rows, bench::product_rows, bench::linalg_rows,
        bench::convolution_rows, bench::pool_rows, bench::resize_rows, bench::normalization_rows,
        bench::loss_rows, bench::random_rows})
    for (auto& row : family()) all.push_back(std::move(row));
  return all;
}

constexpr const char* kind_names[] = {"variable", "constant", "index", "pixel", "mask"};

io::Json described(const bench::OpsRow& row) {
  io::Json inputs = io::Json::array();
  for (const Input& one : row.inputs)
    inputs.push_back({{"kind", kind_names[static_cast<std::size_t>(one.kind)]},
                      {"shape", std::vector<Index>(one.shape.begin(), one.shape.end())},
                      {"low", one.low},
                      {"high", one.high}});
  return {{"name", row.name}, {"inputs", inputs}, {"has_gradient", row.has_gradient}};
}

/// Whole numbers in [0, high).
template <class T>
Tensor<T> whole_numbers(const Input& input, Key key) {
  auto result = Tensor<T>::uninitialized(input.shape);
  for (Index i = 0; i < result.size(); ++i)
    result.data()[i] = static_cast<T>(input.high * key.uniform(static_cast<std::uint64_t>(i)));
  return result;
}

bench::Values drawn(const std::vector<Input>& inputs, bool differentiated) {
  bench::Values v;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Input& one = inputs[k];
    const Key key = Key(1).of(k);
    const auto floats = [&] {
      return Tensor<float>::uniform(one.shape, key, static_cast<float>(one.low),
                                    static_cast<float>(one.high));
    };
    switch (one.kind) {
      case Input::Kind::variable:
        v.x.push_back(differentiated ? parameter(floats()) : Variable<float>(floats()));
        break;
      case Input::Kind::constant:
        v.c.push_back(floats());
        break;
      case Input::Kind::index:
        v.i.push_back(whole_numbers<std::int64_t>(one, key));
        break;
      case Input::Kind::pixel:
        v.p.push_back(whole_numbers<std::int32_t>(one, key));
        break;
      case Input::Kind::mask:
        v.m.push_back(whole_numbers<std::uint8_t>(one, key));
        break;
    }
  }
  return v;
}

/// Medians in milliseconds; `both` is forward and backward.
struct Times {
  double forward = 0, both = 0;
};

Times measure(const bench::OpsRow& row, int threads) {
  const auto v = drawn(row.inputs, false), leaves = drawn(row.inputs, row.has_gradient);
  std::vector<bench::Contender> all;
  all.push_back({"forward", [&] {
                   NoGrad guard;
                   row.run(v);
                 }});
  Tensor<float> dy;
  if (row.has_gradient) {
    dy = Tensor<float>::ones(row.run(v).shape());
    all.push_back(
        {"both", [&] { grad<float>({row.run(leaves)}, leaves.x, {.grad_outputs = {dy}}); }});
  }
  bench::compete(all, threads, 5, 4e-3);
  return {1e3 * all[0].median(), row.has_gradient ? 1e3 * all[1].median() : 0};
}

/// Runs a row, and its gradient where it has one.
void run_once(const bench::OpsRow& row) {
  const auto leaves = drawn(row.inputs, row.has_gradient);
  const auto y = row.run(leaves);
  if (row.has_gradient)
    grad<float>({y}, leaves.x, {.grad_outputs = {Tensor<float>::ones(y.shape())}});
}

/// Runs each of the rows once. Returns what those that threw said.
std::vector<std::string> failures(const bench::OpsRows& rows) {
  std::vector<std::string> said;
  for (const auto& row : rows) try {
      run_once(row);
    } catch (const std::exception& error) {
      said.push_back(row.name + ": " + error.what());
    }
  return said;
}

int run(int count, char** words) {
  int threads = 1;
  bool list = false, once = false;
  std::string only, json;
  bench::parse_options("bench_ops",
                       {{"--threads", &threads},
                        {"--row", &only},
                        {"--list", &list},
                        {"--once", &once},
                        {"--json", &json}},
                       count, words);
  set_num_threads(threads);
  auto all = all_rows();
  std::erase_if(all, [&](const auto& row) { return !only.empty() && row.name != only; });
  require<ValueError>(!all.empty(), "bench_ops: there is no row ", only);
  if (once) {
    const auto said = failures(all);
    for (const auto& one : said) std::cerr << one << "\n";
    std::cout << all.size() << " rows, " << said.size() << " failed\n";
    return said.empty() ? 0 : 1;
  }
  if (!list) bench::wake_up(threads, 0.05);
  io::Json rows = io::Json::array();
  for (const auto& row : all) {
    auto described_row = described(row);
    std::cout << std::left << std::setw(44) << row.name;
    if (!list) {
      const auto times = measure(row, threads);
      described_row["forward_ms"] = times.forward;
      std::cout << "T=" << threads << std::right << std::fixed << std::setprecision(4)
                << "  forward " << std::setw(10) << times.forward << " ms";
      if (row.has_gradient) {
        described_row["both_ms"] = times.both;
        std::cout << "  and backward " << std::setw(10) << times.both << " ms";
      }
    }
    std::cout << std::endl;
    rows.push_back(std::move(described_row));
  }
  if (!json.empty()) io::write_json(json, rows);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
