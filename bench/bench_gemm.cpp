// Products of matrices: how fast are those that the layers ask for, next to OpenBLAS?
//
//   bench_gemm [--json FILE] [--threads T] [--shape TEXT]
//
// Prints GFLOP/s (2 for each multiply-accumulate) of kernels::gemm and of OpenBLAS, their ratio,
// and the geometric means of the ratios at the end. Both compute the same product, which is checked
// first. A linear map y = x W^T comes with its two pullbacks. Without --threads: 1 and then 2.
//
// OpenBLAS on threads of its own keeps them spinning after a product, on the cores that ours then
// needs: with two threads, run with OPENBLAS_THREAD_TIMEOUT=4, or link its OpenMP build.
// SPDX-License-Identifier: MIT
#include <adafuse/core/tensor.hpp>
#include <adafuse/io/json.hpp>
#include <adafuse/kernels/gemm.hpp>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>
#include <optional>

#include "harness.hpp"
#include "options.hpp"
#ifdef ADAFUSE_BENCH_OPENBLAS
#include "openblas.hpp"
#endif

using namespace adafuse;
using kernels::GemmShape;

namespace {

struct Arguments {
  std::string json, shape;
  std::vector<int> threads = {1, 2};
};

Arguments parse(int count, char** words) {
  Arguments result;
  int threads = -1;
  bench::parse_options(
      "bench_gemm", {{"--json", &result.json}, {"--threads", &threads}, {"--shape", &result.shape}},
      count, words);
  if (threads != -1) result.threads = {threads};
  return result;
}

struct Product {
  std::string name, pass;
  GemmShape g;
};

/// Linear maps by `rows` x `in` x `out`, with their pullbacks; and squares.
std::vector<Product> products() {
  std::vector<Product> all;
  const auto linear = [&](const std::string& name, Index rows, Index in, Index out) {
    // y = x W^T  =>  dx = dy W, dW = dy^T x
    all.push_back({name, "y", {.m = rows, .k = in, .n = out, .transpose_b = true}});
    all.push_back({name, "dx", {.m = rows, .k = out, .n = in}});
    all.push_back({name, "dw", {.m = out, .k = rows, .n = in, .transpose_a = true}});
  };
  for (const Index batch : {1, 8, 64}) linear(concat("classifier of ", batch), batch, 512, 1000);
  // An agent of a block of c channels sees 8 frames: 2c -> hidden -> 3c.
  for (const Index c : {64, 256, 512}) {
    linear(concat("agent ", c, ", first"), 8, 2 * c, 1024);
    linear(concat("agent ", c, ", last"), 8, 1024, 3 * c);
  }
  // One step of 8 sequences, of the inputs and of the state alike: 512 -> 4 gates of 512.
  linear("lstm gates", 8, 512, 4 * 512);
  for (const Index n : {64, 128, 256, 512, 1024})
    all.push_back({concat("square ", n), "y", {.m = n, .k = n, .n = n}});
  return all;
}

/// GFLOP/s, of what there is.
struct Speed {
  double ours = 0;
  std::optional<double> openblas;
  std::optional<double> ratio() const {
    return openblas ? std::optional(ours / *openblas) : std::nullopt;
  }
};

Speed measure(const Product& product, int threads) {
  const GemmShape& g = product.g;
  const auto a = Tensor<float>::randn({g.m, g.k}, Key(1)),
             b = Tensor<float>::randn({g.k, g.n}, Key(2));
  Tensor<float> c({g.m, g.n});
  std::vector<bench::Contender> all = {
      {"ours", [&] { kernels::gemm(g, a.data(), b.data(), c.data()); }}};
#ifdef ADAFUSE_BENCH_OPENBLAS
  Tensor<float> theirs({g.m, g.n});
  all.push_back({"openblas", [&] { bench::openblas_gemm(g, a.data(), b.data(), theirs.data()); }});
  for (auto& contender : all) contender.run();
  for (Index i = 0; i < c.size(); ++i)
    require<Error>(
        std::abs(c.data()[i] - theirs.data()[i]) < 1e-5f * static_cast<float>(g.k) + 1e-4f,
        "bench_gemm: ", product.name, " ", product.pass, " differs from OpenBLAS at ", i, ": ",
        c.data()[i], " and ", theirs.data()[i]);
#endif
  bench::compete(all, threads, 9, 4e-3);
  const auto speed = [&](const bench::Contender& contender) {
    return 2e-9 * static_cast<double>(g.m * g.k * g.n) / contender.median();
  };
  return {speed(all[0]), all.size() > 1 ? std::optional(speed(all[1])) : std::nullopt};
}

int run(const Arguments& arguments) {
  io::Json rows = io::Json::array();
  std::map<std::string, std::vector<double>> logs;  // of ratios
  for (const int threads : arguments.threads) {
    set_num_threads(threads);
#ifdef ADAFUSE_BENCH_OPENBLAS
    bench::openblas_threads(threads);
#endif
    bench::wake_up(threads, 0.3);
    for (const auto& product : products()) {
      if (product.name.find(arguments.shape) == std::string::npos) continue;
      const auto [m, k, n] = std::tuple(product.g.m, product.g.k, product.g.n);
      const Speed speed = measure(product, threads);
      std::cout << std::left << std::setw(20) << product.name << std::setw(4) << product.pass
                << std::setw(20) << concat(m, " x ", k, " x ", n) << "T=" << threads << std::fixed
                << std::setprecision(1) << "  ours " << std::setw(8) << speed.ours;
      if (speed.openblas)
        std::cout << "OpenBLAS " << std::setw(8) << *speed.openblas << std::setprecision(2)
                  << "ratio " << *speed.ratio();
      std::cout << std::endl;
      const auto number = [](std::optional<double> value) {
        return value ? io::Json(*value) : io::Json();
      };
      rows.push_back({{"shape", product.name},
                      {"pass", product.pass},
                      {"m", m},
                      {"k", k},
                      {"n", n},
                      {"threads", threads},
                      {"ours_gflops", speed.ours},
                      {"openblas_gflops", number(speed.openblas)},
                      {"ratio", number(speed.ratio())}});
      if (speed.ratio()) {
        const bool square = product.name.starts_with("square");
        logs[concat(square ? "squares" : "layers, " + product.pass, ", T=", threads)].push_back(
            std::log(*speed.ratio()));
      }
    }
  }
  for (const auto& [name, values] : logs) {
    double sum = 0;
    for (const double value : values) sum += value;
    std::cout << "geometric mean of ours / OpenBLAS: " << name << ": "
              << std::exp(sum / static_cast<double>(values.size())) << "\n";
  }
  if (!arguments.json.empty()) io::write_json(arguments.json, rows);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(parse(count, words));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
