// The operating system: memory, processors, forks. The one door to it, with core/system_files.hpp
// for files. Each function says what it does where a system cannot.
//
// Systems: Linux; macOS; Windows by mingw-w64; any other that has POSIX's unistd.h. windows.h is
// not included: its macros are thousands. The few functions are declared as it declares them, so a
// program may include it before or after. docs/portability.md says what was tried.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <thread>
#if defined(_WIN32)
#include <malloc.h>
#else
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#endif
#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#include <sys/types.h>
#endif

#if defined(_WIN32)
struct _MEMORYSTATUSEX;
struct _SYSTEM_LOGICAL_PROCESSOR_INFORMATION;

namespace adafuse::os::inline ADAFUSE_SIMD::windows {
#ifdef _WIN64
using Word = unsigned long long;  // ULONG_PTR
#else
using Word = unsigned long;
#endif
extern "C" {
__declspec(dllimport) int __stdcall GlobalMemoryStatusEx(_MEMORYSTATUSEX*);
__declspec(dllimport) int __stdcall GetLogicalProcessorInformation(
    _SYSTEM_LOGICAL_PROCESSOR_INFORMATION*, unsigned long* bytes);
__declspec(dllimport) void* __stdcall GetCurrentProcess();
__declspec(dllimport) int __stdcall GetProcessAffinityMask(void* process, Word* own, Word* machine);
}

/// MEMORYSTATUSEX
struct MemoryStatus {
  unsigned long bytes = sizeof(MemoryStatus), load = 0;
  unsigned long long physical = 0, others[6] = {};
};

/// SYSTEM_LOGICAL_PROCESSOR_INFORMATION, of a cache
struct ProcessorInformation {
  Word processors;
  int relation;  // 2: a cache
  struct Cache {
    unsigned char level, associativity;
    unsigned short line;
    unsigned long bytes;
    int type;  // 1: of instructions
  };
  union {
    Cache cache;
    unsigned long long reserved[2];
  };
};
}  // namespace adafuse::os::inline ADAFUSE_SIMD::windows
#endif

namespace adafuse::os {

/// A mutex that is there before any constructor has run. mingw's std::mutex is not: it is made by a
/// call.
#if defined(_WIN32)
class StaticMutex {
 public:
  ADAFUSE_INLINE constexpr StaticMutex() = default;
  ADAFUSE_INLINE void lock() {
    while (taken_.test_and_set(std::memory_order_acquire))
      taken_.wait(true, std::memory_order_relaxed);
  }
  ADAFUSE_INLINE void unlock() {
    taken_.clear(std::memory_order_release);
    taken_.notify_one();
  }

 private:
  std::atomic_flag taken_;
};
#else
using StaticMutex = std::mutex;
#endif

}  // namespace adafuse::os

namespace adafuse::os::inline ADAFUSE_SIMD {

/// `bytes`, a multiple of `alignment`, at a multiple of it; null where there are not so many.
inline void* aligned_memory(std::size_t alignment, std::size_t bytes) {
#if defined(_WIN32)
  return ::_aligned_malloc(bytes, alignment);
#else
  return std::aligned_alloc(alignment, bytes);
#endif
}

/// Takes back what `aligned_memory` has given.
inline void free_aligned(void* memory) noexcept {
#if defined(_WIN32)
  ::_aligned_free(memory);
#else
  std::free(memory);
#endif
}

/// Asks for huge pages in this memory. Advice: it may be ignored, and is where Linux is not.
inline void advise_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  ::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
}

/// From now on `before` is called before each fork, `parent` and `child` after it, in the one and
/// in the other; any may be null. Windows and WebAssembly have no fork: nothing is done.
inline void at_fork([[maybe_unused]] void (*before)(), [[maybe_unused]] void (*parent)(),
                    [[maybe_unused]] void (*child)()) {
#if !defined(_WIN32) && !defined(__EMSCRIPTEN__)
  ::pthread_atfork(before, parent, child);
#endif
}

#if defined(__APPLE__)
/// What the system says of a name such as "hw.memsize"; 0 where it does not know it.
inline std::uint64_t system_value(const char* name) {
  std::uint64_t value = 0;  // Smaller values fill its first bytes: the machine is little-endian.
  std::size_t bytes = sizeof value;
  return ::sysctlbyname(name, &value, &bytes, nullptr, 0) == 0 ? value : 0;
}
#endif

/// The memory that this machine has, in bytes.
inline std::uint64_t physical_memory() {
#if defined(_WIN32)
  windows::MemoryStatus status;
  windows::GlobalMemoryStatusEx(reinterpret_cast<_MEMORYSTATUSEX*>(&status));
  return status.physical;
#elif defined(__APPLE__)
  return system_value("hw.memsize");
#else
  const long pages = ::sysconf(_SC_PHYS_PAGES), bytes = ::sysconf(_SC_PAGE_SIZE);
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(bytes);
#endif
}

/// The processors on which this process may run, at least 1. Linux and Windows have an affinity
/// mask; elsewhere, and on Windows with more than 64 processors, they are the machine's.
inline int usable_processors() {
#if defined(__linux__)
  // The kernel refuses a mask that is too short for the machine.
  for (std::size_t most = 1024; most <= 1 << 20; most *= 4) {
    cpu_set_t* mask = CPU_ALLOC(most);
    if (!mask) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(most);
    const int count = ::sched_getaffinity(0, bytes, mask) == 0 ? CPU_COUNT_S(bytes, mask) : 0;
    CPU_FREE(mask);
    if (count > 0) return count;
  }
#elif defined(_WIN32)
  // Of a process in several groups of 64 processors the mask is 0.
  windows::Word own = 0, machine = 0;
  if (windows::GetProcessAffinityMask(windows::GetCurrentProcess(), &own, &machine) != 0 &&
      own != 0 && std::thread::hardware_concurrency() <= 64)
    return std::popcount(own);
#endif
  const auto all = static_cast<int>(std::thread::hardware_concurrency());
  return all > 0 ? all : 1;
}

/// Whether groups of processes may have a share of the processors' time (core/thread_count.hpp).
/// The limits of Windows' job objects are not asked for.
#if defined(__linux__)
inline constexpr bool has_control_groups = true;
#else
inline constexpr bool has_control_groups = false;
#endif

/// The cache of one core for data at level 1 or 2, in bytes; 0 where the system does not tell.
inline long data_cache([[maybe_unused]] int level) {
  long found = 0;
#if defined(_WIN32)
  unsigned long bytes = 0;
  windows::GetLogicalProcessorInformation(nullptr, &bytes);  // fails, and says how many
  const auto rows = static_cast<windows::ProcessorInformation*>(std::malloc(bytes));
  if (rows && windows::GetLogicalProcessorInformation(
                  reinterpret_cast<_SYSTEM_LOGICAL_PROCESSOR_INFORMATION*>(rows), &bytes) != 0)
    for (std::size_t k = 0; k < bytes / sizeof *rows && found == 0; ++k)
      if (rows[k].relation == 2 && rows[k].cache.level == level && rows[k].cache.type != 1)
        found = static_cast<long>(rows[k].cache.bytes);
  std::free(rows);
#elif defined(__APPLE__)
  // Level 0 of performance are the faster cores; machines with one kind of core do not have it.
  const char* const names[2][2] = {{"hw.perflevel0.l1dcachesize", "hw.l1dcachesize"},
                                   {"hw.perflevel0.l2cachesize", "hw.l2cachesize"}};
  for (const char* name : names[level - 1])
    if (found == 0) found = static_cast<long>(system_value(name));
#elif defined(_SC_LEVEL1_DCACHE_SIZE) && defined(_SC_LEVEL2_CACHE_SIZE)
  found = ::sysconf(level == 1 ? _SC_LEVEL1_DCACHE_SIZE : _SC_LEVEL2_CACHE_SIZE);
#endif
  return found > 0 ? found : 0;
}

}  // namespace adafuse::os::inline ADAFUSE_SIMD
