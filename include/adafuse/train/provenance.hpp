// Where a run comes from: the command, the code, the data, the machine, the time. It stands in
// RUN/run.json, written once when the run begins; no number of the run depends on it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/train/json_fields.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Where a run comes from.
struct Provenance {
  std::string version;               ///< of adafuse
  std::string commit;                ///< that the program was built from; empty: not known
  std::vector<std::string> command;  ///< the program and its arguments
  std::string directory;             ///< where it was started
  std::string data;                  ///< the data set
  std::string started;               ///< UTC, "2026-03-01T12:00:00Z"
  std::string processor;             ///< "AMD EPYC 9B45"; empty: not known
  Index threads = 0;                 ///< that a loop might use
  std::string vector_path;           ///< plain, avx2, avx512, neon
};

template <class Fields>
void list_fields(Fields& f, Provenance& p) {
  f("version", p.version), f("commit", p.commit);
  f("command", p.command), f("directory", p.directory), f("data", p.data);
  f("started", p.started);
  f("processor", p.processor), f("threads", p.threads), f("vector_path", p.vector_path);
}

/// A time as ISO 8601 writes it, in UTC.
inline std::string utc_text(std::time_t time) {
  using namespace std::chrono;
  const auto at = floor<seconds>(system_clock::from_time_t(time));
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss clock(at - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

/// What Linux calls the first processor in a text like /proc/cpuinfo's; empty when it says nothing.
inline std::string processor_name(std::istream& cpuinfo) {
  for (std::string line; std::getline(cpuinfo, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

/// Of this machine, by /proc/cpuinfo; empty where that says nothing.
inline std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  return processor_name(cpuinfo);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
