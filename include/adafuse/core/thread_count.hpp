// How many threads a loop may use: what the user says, else the processors that this process is
// allowed to use.
//
// A container or a batch system may allow fewer than the machine has: by a list of processors (the
// affinity mask) or by a share of time (the CPU quota of a control group). More threads than that
// would only wait for each other.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/system.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

namespace adafuse {

namespace process {
/// What `set_num_threads` was told; 0 while nobody has asked for it.
struct ThreadSetting {
  static constinit inline std::atomic<int> threads{0};
};
}  // namespace process

inline namespace ADAFUSE_SIMD {
namespace detail {

/// The first line of a small file; empty where there is none.
inline std::string first_line(const std::string& path) {
  char text[256] = "";
  if (std::FILE* file = std::fopen(path.c_str(), "r")) {
    if (!std::fgets(text, sizeof text, file)) text[0] = 0;
    std::fclose(file);
  }
  return text;
}

/// The processors' worth of time that control groups allow: infinity where they set no limit.
/// Version 2 keeps "QUOTA PERIOD" in `cpu.max`, version 1 two files; "max" and -1 mean no limit. A
/// group is also bound by every group above it. `root` is where the file system begins.
inline double cpu_quota(const std::string& root = "") {
  double least = std::numeric_limits<double>::infinity();
  const auto limit = [&](double quota, double period) {
    if (quota > 0 && period > 0) least = std::min(least, quota / period);
  };
  const auto visit = [&](const std::string& group) {
    if (double quota = 0, period = 0;
        std::sscanf(first_line(group + "/cpu.max").c_str(), "%lf %lf", &quota, &period) == 2)
      limit(quota, period);
    limit(std::atof(first_line(group + "/cpu.cfs_quota_us").c_str()),
          std::atof(first_line(group + "/cpu.cfs_period_us").c_str()));
  };
  std::FILE* groups = std::fopen((root + "/proc/self/cgroup").c_str(), "r");
  if (!groups) return least;
  char line[4096];
  while (std::fgets(line, sizeof line, groups)) {  // "NUMBER:CONTROLLERS:PATH"
    const std::string text = line;
    const auto first = text.find(':'), second = text.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::string controllers(1, ',');
    controllers.append(text, first + 1, second - first - 1).append(1, ',');
    const bool version_2 = controllers == ",,";
    if (!version_2 && controllers.find(",cpu,") == std::string::npos) continue;
    std::string path = text.substr(second + 1);
    while (!path.empty() && (path.back() == '\n' || path.back() == '/')) path.pop_back();
    for (;;) {
      for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/cpu"})
        visit(std::string(root).append(mount).append(path));
      if (path.empty()) break;
      path.erase(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
  }
  std::fclose(groups);
  return least;
}

/// OMP_NUM_THREADS where it is a number, else the processors; no more than the quota pays for,
/// rounded down: a group that has used up its quota is stopped until the next period begins.
inline int default_threads(const char* omp_num_threads, int processors, double quota) {
  if (omp_num_threads)
    if (const int n = std::atoi(omp_num_threads); n > 0) return n;
  return std::max(1, static_cast<int>(std::min<double>(processors, std::floor(quota))));
}

/// Where nobody has said how many. Two threads that ask at once may both look, and find the same.
[[gnu::cold, gnu::noinline]] inline int first_num_threads() {
  int none = 0;
  const double quota =
      os::has_control_groups ? cpu_quota() : std::numeric_limits<double>::infinity();
  process::ThreadSetting::threads.compare_exchange_strong(
      none, default_threads(std::getenv("OMP_NUM_THREADS"), os::usable_processors(), quota));
  return process::ThreadSetting::threads;
}

}  // namespace detail

/// How many threads a parallel_for may use. At first OMP_NUM_THREADS, or as many as there are
/// processors that this process may use: its affinity mask and its CPU quota are respected.
inline int num_threads() {
  const int threads = process::ThreadSetting::threads;
  return threads > 0 ? threads : detail::first_num_threads();
}

/// Lets a parallel_for use at most so many threads, in the whole process.
inline void set_num_threads(int threads) {
  require<ValueError>(threads >= 1, "set_num_threads: at least 1, got ", threads);
  process::ThreadSetting::threads = threads;
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse
