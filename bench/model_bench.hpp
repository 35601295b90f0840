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
  Index batch = 8, frames = 1, size = 224;
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

  /// A network without fusion: to it, a clip is so many pictures.
  adafuse::models::ModelConfig config() const {
    adafuse::models::ModelConfig config;
    config.model = model;
    config.classes = classes();
    config.frames = frames;
    return config;
  }

  adafuse::Tensor<float> clips() const {
    return adafuse::Tensor<float>::randn({batch, frames, 3, size, size}, adafuse::Key(1));
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

struct Timing {
  double median_ms = 0, min_ms = 0;  // of one step
  double peak_mb = 0;
};

/// Times `step`; memory counts from `baseline_mb`, what the process held without the model.
inline Timing time_steps(int threads, double seconds, double baseline_mb,
                         const std::function<void()>& step) {
  wake_up(threads, 0.3);
  for (int warm = 0; warm < 3; ++warm) step();
  Contender ours{"adafuse", step};
  const double end = now(2) + seconds;
  while (std::ssize(ours.seconds) < 5 || now(2) < end) {
    const double start = now(threads);
    step();
    ours.seconds.push_back(now(threads) - start);
  }
  return {1e3 * ours.median(), 1e3 * ours.minimum(), peak_resident_mb() - baseline_mb};
}

/// Prints, and writes to the case's file.
inline void report(const ModelCase& c, const Timing& t) {
  std::cout << c.model << ", batch " << c.batch << ", " << c.size << " x " << c.size
            << ", T=" << c.threads << ": median " << t.median_ms << " ms, least " << t.min_ms
            << " ms, peak " << t.peak_mb << " MB" << std::endl;
  if (!c.json.empty())
    adafuse::io::write_json(
        c.json, {{"median_ms", t.median_ms}, {"min_ms", t.min_ms}, {"peak_mb", t.peak_mb}});
}

}  // namespace bench
