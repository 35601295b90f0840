// Which of the vector paths that this library holds is used: decided once, by what the processor
// runs and what ADAFUSE_VECTOR_PATH says. Compiled for the oldest machine.
// SPDX-License-Identifier: MIT
#include <adafuse/kernels/base/vector_path.hpp>
#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

namespace adafuse::compiled {

// One for each path that this library was built with.
#define ADAFUSE_PATH(name) extern const VectorPath name##_path;
ADAFUSE_VECTOR_PATHS
#undef ADAFUSE_PATH

namespace {

/// A path, and whether this processor and its system run it.
struct Candidate {
  const VectorPath* path;
  bool runs;
};

[[maybe_unused]] bool runs_plain() { return true; }
#if defined(__x86_64__) || defined(__i386__)
[[maybe_unused]] bool runs_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
// All that -march=skylake-avx512 lets the compiler use.
[[maybe_unused]] bool runs_avx512() {
  return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#elif defined(ADAFUSE_NEON)
[[maybe_unused]] bool runs_neon() { return true; }  // Every Arm of 64 bits does.
#endif

const VectorPath* choose() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
#endif
#define ADAFUSE_PATH(name) {&name##_path, runs_##name()},
  const Candidate candidates[] = {ADAFUSE_VECTOR_PATHS};  // the widest last
#undef ADAFUSE_PATH
  const char* const wanted = std::getenv("ADAFUSE_VECTOR_PATH");
  const VectorPath* chosen = nullptr;
  if (!wanted || !*wanted) {
    for (const auto& candidate : candidates)
      if (candidate.runs) chosen = candidate.path;
    require<ValueError>(chosen,
                        "adafuse: this processor runs none of the vector paths of this "
                        "program");
    return chosen;
  }
  std::string names;
  for (const auto& [path, runs] : candidates) {
    names += names.empty() ? path->name : std::string(", ") + path->name;
    if (std::string_view(path->name) != wanted) continue;
    require<ValueError>(runs, "ADAFUSE_VECTOR_PATH: this processor cannot run ", wanted);
    chosen = path;
  }
  require<ValueError>(chosen, "ADAFUSE_VECTOR_PATH: expects one of ", names, ", got \"",
                      std::string(wanted).substr(0, 100), "\"");
  return chosen;
}

}  // namespace

const VectorPath& vector_path() {
  static constinit std::atomic<const VectorPath*> chosen{nullptr};
  const VectorPath* path = chosen.load(std::memory_order_acquire);
  if (!path) {  // Two threads that come at once both look, and find the same.
    path = choose();
    chosen.store(path, std::memory_order_release);
  }
  return *path;
}

}  // namespace adafuse::compiled
