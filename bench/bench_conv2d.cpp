// Convolution, layer by layer: how fast are the three passes, next to oneDNN?
//
//   bench_conv2d [--json FILE] [--batch B] [--threads T] [--layer TEXT]
//
// Prints GFLOP/s (2 for each multiply-accumulate, padded taps included) of `direct` and
// `automatic`, of oneDNN's default and of its Winograd, and the geometric means at the end. oneDNN
// runs in the layouts it likes best, and changing layouts is not timed. Without --threads: 1 and
// then 2.
// SPDX-License-Identifier: MIT
#include <adafuse/core/tensor.hpp>
#include <adafuse/io/json.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <optional>

#include "conv2d_layers.hpp"
#include "harness.hpp"
#include "options.hpp"
#ifdef ADAFUSE_BENCH_ONEDNN
#include <omp.h>

#include "onednn.hpp"
#endif

using namespace adafuse;
using kernels::ConvAlgorithm;

namespace {

struct Arguments {
  std::string json, layer;
  Index batch = 8;
  std::vector<int> threads = {1, 2};
};

Arguments parse(int count, char** words) {
  Arguments result;
  int threads = -1;
  bench::parse_options("bench_conv2d",
                       {{"--json", &result.json},
                        {"--batch", &result.batch},
                        {"--threads", &threads},
                        {"--layer", &result.layer}},
                       count, words);
  if (threads != -1) result.threads = {threads};
  return result;
}

constexpr const char* pass_names[] = {"forward", "backward_data", "backward_weights"};

/// One row of the table: GFLOP/s, of what there is.
struct Row {
  std::optional<double> ours, onednn, onednn_winograd;
  std::optional<double> ratio() const {
    return ours && onednn ? std::optional(*ours / *onednn) : std::nullopt;
  }
};

class LayerBench {
 public:
  LayerBench(const bench::ConvLayer& layer, Index batch)
      : g_(layer.geometry(batch)),
        x_(Tensor<float>::randn({batch, layer.in, layer.size, layer.size}, Key(1))),
        w_(Tensor<float>::randn({layer.out, layer.in / layer.groups, layer.kernel, layer.kernel},
                                Key(2))),
        y_(Tensor<float>::randn({batch, layer.out, g_.out_height(), g_.out_width()}, Key(3))),
        dx_(Tensor<float>::uninitialized(x_.shape())),
        dw_(Tensor<float>::uninitialized(w_.shape())) {}

  /// Rows of `direct` and `automatic`, measured against each other and oneDNN.
  std::pair<Row, Row> measure(int pass, int threads) {
    std::vector<bench::Contender> all = {
        {"direct", [&] { run(pass, ConvAlgorithm::direct); }},
        {"automatic", [&] { run(pass, ConvAlgorithm::automatic); }}};
#ifdef ADAFUSE_BENCH_ONEDNN
    const auto which = static_cast<bench::Pass>(pass);
    if (auto f = bench::onednn_conv2d(g_, which, dnnl::algorithm::convolution_direct))
      all.push_back({"onednn", *f});
    if (auto f = bench::onednn_conv2d(g_, which, dnnl::algorithm::convolution_winograd))
      all.push_back({"winograd", *f});
#endif
    bench::compete(all, threads, 9, 4e-3);
    std::map<std::string, double> speed;
    for (const auto& c : all)
      speed[c.name] = 2e-9 * static_cast<double>(g_.macs() * g_.batch) / c.median();
    const auto get = [&](const char* name) {
      return speed.count(name) ? std::optional(speed[name]) : std::nullopt;
    };
    return {{get("direct"), get("onednn"), get("winograd")},
            {get("automatic"), get("onednn"), get("winograd")}};
  }

 private:
  void run(int pass, ConvAlgorithm algorithm) {
    if (pass == 0) kernels::conv2d(g_, x_.data(), w_.data(), y_.data(), {.algorithm = algorithm});
    if (pass == 1) kernels::conv2d_backward_data(g_, y_.data(), w_.data(), dx_.data(), algorithm);
    if (pass == 2)
      kernels::conv2d_backward_weights(g_, x_.data(), y_.data(), dw_.data(), algorithm);
  }

  kernels::Conv2dGeometry g_;
  Tensor<float> x_, w_, y_, dx_, dw_;
};

struct Mean {
  double log_sum = 0;
  int count = 0;
  void add(std::optional<double> ratio) {
    if (ratio) log_sum += std::log(*ratio), ++count;
  }
};

int run(const Arguments& arguments) {
  io::Json rows = io::Json::array();
  std::map<std::string, Mean> means;
  const auto text = [](std::optional<double> value) {
    return value ? concat(std::lround(*value)) : std::string("-");
  };
  for (const int threads : arguments.threads) {
    set_num_threads(threads);
#ifdef ADAFUSE_BENCH_ONEDNN
    omp_set_num_threads(threads);  // oneDNN takes what OpenMP says.
#endif
    bench::wake_up(threads, 0.3);
    for (const auto& layer : bench::conv_layers) {
      if (std::string(layer.name).find(arguments.layer) == std::string::npos) continue;
      const Index batch = layer.small ? 8 * arguments.batch : arguments.batch;
      LayerBench one(layer, batch);
      for (int pass = 0; pass < 3; ++pass) {
        const auto [direct, automatic] = one.measure(pass, threads);
        std::cout << std::left << std::setw(24) << layer.name << std::setw(18) << pass_names[pass]
                  << "T=" << threads << "  direct " << std::setw(5) << text(direct.ours)
                  << "automatic " << std::setw(5) << text(automatic.ours) << "oneDNN "
                  << std::setw(5) << text(direct.onednn) << "its Winograd " << std::setw(5)
                  << text(direct.onednn_winograd) << std::fixed << std::setprecision(2);
        if (direct.ratio()) std::cout << "ratio " << *direct.ratio() << " / " << *automatic.ratio();
        std::cout << std::endl;
        const auto number = [](std::optional<double> value) {
          return value ? io::Json(*value) : io::Json();
        };
        for (const auto& [algorithm, row] :
             {std::pair("direct", direct), std::pair("auto", automatic)})
          rows.push_back({{"layer", layer.name},
                          {"kernel", layer.kernel},
                          {"stride", layer.stride},
                          {"in", layer.in},
                          {"out", layer.out},
                          {"size", layer.size},
                          {"groups", layer.groups},
                          {"pass", pass_names[pass]},
                          {"threads", threads},
                          {"batch", batch},
                          {"algorithm", algorithm},
                          {"ours_gflops", number(row.ours)},
                          {"onednn_gflops", number(row.onednn)},
                          {"onednn_winograd_gflops", number(row.onednn_winograd)},
                          {"ratio", number(row.ratio())}});
        const std::string suffix = concat(", T=", threads);
        if (pass == 0 && layer.kernel == 3 && layer.stride == 1 && layer.groups == 1 &&
            layer.in >= 64)
          means["1. forward, automatic, 3x3 stride 1, 64 channels or more" + suffix].add(
              automatic.ratio());
        if (layer.groups == 1)
          means[concat(pass == 0 ? "2. " : "3. ", pass_names[pass], ", direct, all but depthwise",
                       suffix)]
              .add(direct.ratio());
      }
    }
  }
  for (const auto& [name, mean] : means)
    if (mean.count > 0)
      std::cout << "geometric mean of ours / oneDNN: " << name << ": "
                << std::exp(mean.log_sum / mean.count) << "\n";
  if (!arguments.json.empty()) {
    std::ofstream file(arguments.json);
    file << rows.dump(1) << "\n";
    require<IoError>(file.good(), "bench_conv2d: cannot write ", arguments.json);
  }
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
