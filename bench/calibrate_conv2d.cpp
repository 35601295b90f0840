// What do the parts of a convolution cost on this machine? Times each algorithm of the table on the
// layers of the benchmark, with and without lists, and fits the constants of its cost.
//
//   bench_calibrate_conv2d [--write FILE] [--seconds S]
//
// An algorithm says how much of each thing a call does (its features). The time of a call is to be
// their sum, weighted by constants that are not negative: least squares of relative errors, and of
// the relative change of each constant, so that one that the layers do not tell stays as it is. The
// unit is a multiply-add of packed convolution. FILE: include/adafuse/kernels/conv2d/shared/
// cost_constants.hpp, whose constants are replaced; a test states the choices that follow.
// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>

#include "conv2d_layers.hpp"
#include "harness.hpp"

using namespace adafuse;
using kernels::AlgorithmEntry;

namespace {

/// Every `every`-th channel of each frame, from another one on in each; all: no list.
class Lists {
 public:
  Lists(Index batch, Index channels, Index every) {
    if (every == 1) return;
    for (Index n = 0; n < batch; ++n) {
      std::vector<std::int32_t> some;
      for (Index c = n % every; c < channels; c += every)
        some.push_back(static_cast<std::int32_t>(c));
      numbers_.push_back(std::move(some));
    }
    for (const auto& some : numbers_) live_.emplace_back(some);
  }
  std::span<const kernels::LiveChannels> frames() const { return live_; }

 private:
  std::vector<std::vector<std::int32_t>> numbers_;
  std::vector<kernels::LiveChannels> live_;
};

/// What one call was: its features, and its seconds.
struct Sample {
  Eigen::VectorXd features;
  double seconds;
};
using Samples = std::map<const AlgorithmEntry*, std::vector<Sample>>;

/// Times every algorithm that has constants and fits, on one thread.
void measure(const bench::ConvLayer& layer, Index batch, Index every_in, Index every_out,
             double slice, Samples& samples) {
  const auto g = layer.geometry(batch);
  const auto correlation = kernels::forward_correlation(g);
  const auto x = Tensor<float>::randn({batch, g.in_channels, g.in_height, g.in_width}, Key(1)),
             w = Tensor<float>::randn(
                 {g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width},
                 Key(2));
  auto y = Tensor<float>::zeros({batch, g.out_channels, g.out_height(), g.out_width()});
  const Lists in(batch, g.in_channels, every_in), out(batch, g.out_channels, every_out);
  std::vector<const AlgorithmEntry*> entries;
  std::vector<kernels::PreparedWeights> prepared(std::size(kernels::algorithms));
  std::vector<bench::Contender> contenders;
  std::vector<kernels::Conv2dOptions<float>> options;
  for (const AlgorithmEntry& entry : kernels::algorithms) {
    if (entry.constants.empty() || !entry.considered(correlation)) continue;
    auto& forms = prepared[entries.size()];
    if (entry.prepare) kernels::prepare_weights(entry.name, g, w.data(), forms);
    options.push_back({.algorithm = entry.name,
                       .live_out = out.frames(),
                       .live_in = in.frames(),
                       .prepared = &forms});
    contenders.push_back({std::string(entry.name.name()), [&, i = entries.size()] {
                            kernels::conv2d(g, x.data(), w.data(), y.data(), options[i]);
                          }});
    entries.push_back(&entry);
  }
  bench::compete(contenders, 1, 5, slice);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Eigen::VectorXd features(std::ssize(entries[i]->constants));
    entries[i]->count(kernels::CostQuery(correlation, options[i], false), features.data());
    samples[entries[i]].push_back({std::move(features), contenders[i].minimum()});
  }
}

Eigen::VectorXd constants_of(const AlgorithmEntry& entry) {
  return Eigen::Map<const Eigen::VectorXd>(entry.constants.data(), std::ssize(entry.constants));
}

/// Constants that are not negative, for seconds in multiples of `unit`. Those that would be
/// negative are 0, one after the other.
Eigen::VectorXd fit(const std::vector<Sample>& samples, const Eigen::VectorXd& before,
                    double unit) {
  const Index count = before.size(), rows = std::ssize(samples);
  Eigen::MatrixXd a(rows + count, count);
  Eigen::VectorXd b = Eigen::VectorXd::Ones(rows + count);
  for (Index i = 0; i < rows; ++i) {
    const Sample& sample = samples[static_cast<std::size_t>(i)];
    a.row(i) = sample.features.cwiseProduct(before) * (unit / sample.seconds);
  }
  constexpr double weight = 0.3;  // of a constant's change, beside the error of a sample
  a.bottomRows(count) = weight * Eigen::MatrixXd::Identity(count, count);
  b.tail(count).fill(weight);
  std::vector<Index> kept;
  for (Index k = 0; k < count; ++k) kept.push_back(k);
  Eigen::VectorXd scale = Eigen::VectorXd::Zero(count);
  for (;;) {
    const Eigen::MatrixXd some = a(Eigen::all, kept);
    const Eigen::VectorXd solved = some.colPivHouseholderQr().solve(b);
    Index least = 0;
    if (solved.minCoeff(&least) >= 0) {
      for (std::size_t k = 0; k < kept.size(); ++k) scale(kept[k]) = solved(static_cast<Index>(k));
      return scale.cwiseProduct(before);
    }
    kept.erase(kept.begin() + least);
  }
}

/// The median of |log(modelled / measured)|.
double error_of(const std::vector<Sample>& samples, const Eigen::VectorXd& constants, double unit) {
  std::vector<double> errors;
  for (const Sample& sample : samples)
    errors.push_back(std::abs(std::log(constants.dot(sample.features) * unit / sample.seconds)));
  return bench::median(std::move(errors));
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "an unknown processor";
}

/// The file of constants, with those of this machine.
void write(const std::string& path, const std::map<std::string, Eigen::VectorXd>& fitted) {
  std::ifstream in(path);
  require<IoError>(in.good(), "calibrate_conv2d: cannot read ", path);
  std::stringstream before;
  before << in.rdbuf();
  std::string text = before.str();
  for (const auto& [name, constants] : fitted) {
    std::ostringstream line;
    line << "> " << name << "{";
    for (Index k = 0; k < constants.size(); ++k) {
      char number[32];
      std::snprintf(number, sizeof number, "%.3g", constants(k));
      line << (k ? ", " : "") << number;
    }
    line << "};";
    text = std::regex_replace(text, std::regex("> " + name + R"(\{[^}]*\};)"), line.str());
  }
  const std::time_t now = std::time(nullptr);
  char day[16];
  std::strftime(day, sizeof day, "%Y-%m-%d", std::gmtime(&now));
  text = std::regex_replace(text, std::regex(R"(// Fitted[^\n]*\n(// [^S][^\n]*\n)*)"),
                            concat("// Fitted by bench/calibrate_conv2d.cpp on ", processor(),
                                   ", one thread, vector path ", simd_path, ", ", day, ".\n"));
  std::ofstream out(path);
  out << text;
  out.close();
  require<IoError>(out.good(), "calibrate_conv2d: cannot write ", path);
}

int run(int count, char** words) {
  std::string path;
  double slice = 4e-3;
  for (int i = 1; i < count; i += 2) {
    const std::string option = words[i];
    require<ValueError>(i + 1 < count && (option == "--write" || option == "--seconds"),
                        "calibrate_conv2d: expects --write FILE or --seconds S, got ", option);
    (option == "--write" ? void(path = words[i + 1]) : void(slice = std::stod(words[i + 1])));
  }
  set_num_threads(1);
  Samples samples;
  for (const auto& layer : bench::conv_layers)
    for (const Index batch :
         layer.small ? std::array{Index{8}, Index{64}} : std::array{Index{1}, Index{8}})
      for (const auto& [in, out] : {std::pair{1, 1}, {3, 1}, {3, 3}})
        measure(layer, batch, in, out, slice, samples);

  // How many seconds a multiply-add of the model takes, over all samples.
  std::vector<double> units;
  for (const auto& [entry, of_entry] : samples)
    for (const Sample& sample : of_entry)
      units.push_back(sample.seconds / constants_of(*entry).dot(sample.features));
  const double unit = bench::median(std::move(units));
  std::printf("%s, %s: %.3f ns a multiply-add of a vector\n", processor().c_str(), simd_path,
              1e9 * unit);
  std::map<std::string, Eigen::VectorXd> fitted;
  for (const auto& [entry, of_entry] : samples) {
    const auto before = constants_of(*entry);
    const auto after = fit(of_entry, before, unit);
    fitted[std::string(entry->name.name())] = after;
    std::printf("%-14s %3zu calls, median error %4.1f %% -> %4.1f %%\n",
                std::string(entry->name.name()).c_str(), of_entry.size(),
                100 * error_of(of_entry, before, unit), 100 * error_of(of_entry, after, unit));
    for (Index k = 0; k < after.size(); ++k)
      std::printf("  %10.4g -> %-10.4g", before(k), after(k));
    std::printf("\n");
  }
  if (!path.empty()) write(path, fitted);
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  return run(count, words);
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
