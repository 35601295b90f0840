// Scaling: does the cost of a network grow with its input, and no faster?
//
//   bench_scaling [--model resnet18] [--task infer|train] [--threads T] [--json FILE] [--quick]
//
// One series each over the batch, the frames of a clip and the resolution, for inference and for
// training steps. Prints the median time and the peak memory of each case, and its time per pixel
// relative to the first of the series: 1.00 all along is linear growth, more is worse. With one
// thread (the default): processor time. Memory is the peak above what the process held before the
// model was made; each case runs in a process of its own, so that none inherits from another.
// SPDX-License-Identifier: MIT
#include <sys/wait.h>

#include <iomanip>

#include "inference_step.hpp"
#include "training_step.hpp"

using namespace adafuse;

namespace {

struct Arguments {
  std::string model = "resnet18", json;
  std::vector<std::string> tasks = {"infer", "train"};
  int threads = 1;
  bool quick = false;
};

Arguments parse(int count, char** words) {
  Arguments result;
  for (int i = 1; i < count; ++i) {
    const std::string option = words[i];
    if (option == "--quick") {
      result.quick = true;
      continue;
    }
    require<ValueError>(i + 1 < count, "bench_scaling: ", option, " expects a value");
    const std::string value = words[++i];
    if (option == "--model")
      result.model = value;
    else if (option == "--task")
      result.tasks = {value};
    else if (option == "--threads")
      result.threads = std::stoi(value);
    else if (option == "--json")
      result.json = value;
    else
      throw ValueError(
          "bench_scaling: expects --model, --task, --threads, --json or --quick, got " + option);
  }
  for (const auto& task : result.tasks)
    require<ValueError>(task == "infer" || task == "train",
                        "bench_scaling: --task expects infer or train, got ", task);
  return result;
}

struct Series {
  const char* name;
  Index bench::ModelCase::*grows;
  std::vector<Index> values;
};

/// The rest of a case stays as `base` says.
std::vector<Series> all_series(bool quick) {
  using Case = bench::ModelCase;
  if (quick)
    return {{"batch", &Case::batch, {1, 4}},
            {"frames", &Case::frames, {1, 4}},
            {"resolution", &Case::size, {112, 224}}};
  return {{"batch", &Case::batch, {1, 2, 4, 8, 16, 32}},
          {"frames", &Case::frames, {1, 2, 4, 8, 16, 32}},
          {"resolution", &Case::size, {112, 160, 224, 320, 448}}};
}

bench::ModelCase base(const Arguments& arguments) {
  bench::ModelCase c;
  c.model = arguments.model;
  c.batch = 1;
  c.size = arguments.quick ? 112 : 224;
  c.threads = arguments.threads;
  c.seconds = arguments.quick ? 0.1 : 2;
  return c;
}

/// Runs a case in a child, which sends its result through a pipe.
bench::Timing in_child(const std::string& task, const bench::ModelCase& c) {
  int ends[2];
  require<Error>(::pipe(ends) == 0, "bench_scaling: cannot make a pipe");
  const pid_t child = ::fork();
  require<Error>(child >= 0, "bench_scaling: cannot make a process");
  if (child == 0) {
    try {
      const auto timing = task == "train" ? bench::time_training(c) : bench::time_inference(c);
      const bool sent = ::write(ends[1], &timing, sizeof timing) == sizeof timing;
      ::_exit(sent ? 0 : 1);
    } catch (const std::exception& error) {
      std::cerr << error.what() << std::endl;
      ::_exit(1);
    }
  }
  ::close(ends[1]);
  bench::Timing timing;
  const bool got = ::read(ends[0], &timing, sizeof timing) == sizeof timing;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  require<Error>(got, "bench_scaling: ", task, " of ", c.model, ", batch ", c.batch, ", ", c.frames,
                 " frames, ", c.size, " x ", c.size, " failed");
  return timing;
}

void run(const Arguments& arguments) {
  io::Json rows = io::Json::array();
  for (const auto& task : arguments.tasks)
    for (const auto& series : all_series(arguments.quick)) {
      double first = 0;  // per pixel
      for (const Index value : series.values) {
        auto c = base(arguments);
        c.*series.grows = value;
        const auto timing = in_child(task, c);
        const Index pictures = c.batch * c.frames;
        const double per_pixel = timing.median_ms / static_cast<double>(pictures * c.size * c.size);
        if (first == 0) first = per_pixel;
        std::cout << task << " " << c.model << ", T=" << c.threads << ", " << std::left
                  << std::setw(11) << series.name << std::right << std::setw(3) << value
                  << std::fixed << std::setprecision(1) << ": " << std::setw(8) << timing.median_ms
                  << " ms, " << std::setw(7) << timing.median_ms / static_cast<double>(pictures)
                  << " a picture, " << std::setprecision(2) << per_pixel / first << " per pixel, "
                  << std::setprecision(0) << std::setw(5) << timing.peak_mb << " MB" << std::endl;
        rows.push_back({{"task", task},
                        {"model", c.model},
                        {"threads", c.threads},
                        {"series", series.name},
                        {"batch", c.batch},
                        {"frames", c.frames},
                        {"size", c.size},
                        {"median_ms", timing.median_ms},
                        {"min_ms", timing.min_ms},
                        {"peak_mb", timing.peak_mb},
                        {"per_pixel_relative", per_pixel / first}});
      }
    }
  if (!arguments.json.empty()) io::write_json(arguments.json, rows);
}

}  // namespace

int main(int count, char** words) {
  try {
    run(parse(count, words));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
