// One case of a whole network: which model, how large, on how many threads; how long and how much
// memory one step takes.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <adafuse/io/json.hpp>
#include <adafuse/models/video_model.hpp>
#include <fstream>
#include <iostream>

#include "harness.hpp"
#include "options.hpp"

namespace bench {

using adafuse::Index;

struct ModelCase {
  std::string model = "resnet18";
  Index batch = 8, size = 224;
  int threads = 1;
  double seconds = 5;  // how long to measure, at least; and five steps, at least
  std::string json;

  static ModelCase parse(const char* program, int count, char** words) {
    ModelCase result;
    parse_options(program,
                  {{"--model", &result.model},
                   {"--batch", &result.batch},
                   {"--size", &result.size},
                   {"--threads", &result.threads},
                   {"--seconds", &result.seconds},
                   {"--json", &result.json}},
                  count, words);
    return result;
  }

  /// Classes as of the data set that such a network is made for.
  Index classes() const { return model == "resnet20" ? 10 : 1000; }

  /// A network that treats its clips of one frame as pictures.
  adafuse::models::ModelConfig config() const {
    adafuse::models::ModelConfig config;
    config.model = model;
    config.classes = classes();
    config.frames = 1;
    return config;
  }

  adafuse::Tensor<float> pictures() const {
    return adafuse::Tensor<float>::randn({batch, 1, 3, size, size}, adafuse::Key(1));
  }
};

/// Memory in use now, in MB (2^20 bytes).
inline double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// The most that was ever in use.
inline double peak_resident_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Times `step` and reports; memory counts from `baseline_mb`, what the process held without the
/// model.
inline void measure(const ModelCase& c, double baseline_mb, const std::function<void()>& step) {
  wake_up(c.threads, 0.3);
  for (int warm = 0; warm < 3; ++warm) step();
  Contender ours{"adafuse", step};
  const double end = now(2) + c.seconds;
  while (std::ssize(ours.seconds) < 5 || now(2) < end) {
    const double start = now(c.threads);
    step();
    ours.seconds.push_back(now(c.threads) - start);
  }
  const double median = 1e3 * ours.median(), minimum = 1e3 * ours.minimum(),
               peak = peak_resident_mb() - baseline_mb;
  std::cout << c.model << ", batch " << c.batch << ", " << c.size << " x " << c.size
            << ", T=" << c.threads << ": median " << median << " ms, least " << minimum
            << " ms, peak " << peak << " MB" << std::endl;
  if (!c.json.empty())
    adafuse::io::write_json(c.json,
                            {{"median_ms", median}, {"min_ms", minimum}, {"peak_mb", peak}});
}

}  // namespace bench
