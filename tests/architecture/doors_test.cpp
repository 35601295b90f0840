// Each third-party library is named in one header, its door; the operating system in two.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "source_tree.hpp"

namespace doors_test {

using namespace architecture;

namespace {

struct Door {
  const char* library;
  const char* pattern;  // of a line that names the library
};

constexpr Door doors[] = {
    {"Eigen", R"(^\s*#\s*include\s*[<"](Eigen/Core|unsupported/Eigen/).*)"},
    {"Eigen's decompositions", R"(^\s*#\s*include\s*[<"]Eigen/(?!Core).*)"},
    {"OpenMP", R"(^\s*#\s*(include\s*[<"]omp\.h|pragma\s+omp\b|.*\b_OPENMP\b).*)"},
    {"stb", R"(^\s*#\s*include\s*[<"](?!adafuse)(.*/)?stb_.*)"},
    {"JSON", R"(^\s*#\s*include\s*[<"]nlohmann/.*)"},
    {"vector intrinsics", R"(^\s*#\s*include\s*[<"](\w*intrin|arm_\w+)\.h.*)"},
    {"MPI", R"(^\s*#\s*include\s*[<"]mpi\.h.*)"},
    {"FFmpeg", R"(^\s*#\s*include\s*[<"]lib(av|sw)\w+/.*)"},
    {"zlib", R"(^\s*#\s*include\s*[<"]zlib\.h.*)"},
    {"libwebp", R"(^\s*#\s*include\s*[<"]webp/.*)"},
    {"pybind11", R"(^\s*#\s*include\s*[<"](pybind11/|Python\.h).*)"},
    {"DLPack", R"(^\s*#\s*include\s*[<"]dlpack/.*)"},
};

/// The operating system: core/system.hpp, and core/system_files.hpp for files. POSIX's headers,
/// Linux's, macOS's, and those of Windows and its C library.
constexpr Door system_door = {
    "the operating system",
    R"(^\s*#\s*include\s*[<"](sys/\S+|mach/\S+|linux/\S+|netinet/\S+|arpa/\S+|[wW]in\w+\.h|)"
    R"((dlfcn|dirent|fcntl|glob|io|malloc|netdb|poll|process|pthread|pwd|sched|share|signal|spawn|)"
    R"(termios|ucontext|unistd)\.h|csignal).*|.*\b(_WIN32|_WIN64|__linux__|__APPLE__|__unix__)\b.*)"};

std::vector<std::string> headers_that_name(const std::string& pattern,
                                           const std::map<std::string, Header>& headers) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (const auto& [path, header] : headers)
    if (std::any_of(header.lines.begin(), header.lines.end(),
                    [&](const std::string& line) { return std::regex_match(line, regex); }))
      found.push_back(path);
  return found;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

TEST_CASE("doors: each third-party library has one door") {
  for (const auto& door : doors) {
    const auto found = headers_that_name(door.pattern, library());
    if (found.size() > 1) FAIL_CHECK(door.library << " is named in " << joined(found));
  }
}

TEST_CASE("doors: the patterns find what they are for") {
  CHECK(headers_that_name(doors[0].pattern, library()) ==
        std::vector<std::string>{"adafuse/core/eigen.hpp"});
  CHECK(headers_that_name(doors[1].pattern, library()) ==
        std::vector<std::string>{"adafuse/core/eigen_decompositions.hpp"});
  CHECK(headers_that_name(doors[2].pattern, library()) ==
        std::vector<std::string>{"adafuse/core/thread_team.hpp"});
  const auto names = [](const Door& door, const char* line) {
    return std::regex_match(line, std::regex(door.pattern));
  };
  CHECK(names(doors[0], "#include <unsupported/Eigen/FFT>"));
  CHECK(names(doors[1], "#include <Eigen/Dense>"));
  CHECK(names(doors[2], "#pragma omp simd"));
  CHECK(names(doors[2], "#ifdef _OPENMP"));
  CHECK(names(doors[3], "#include <stb/stb_image.h>"));
  CHECK(names(doors[3], "#include \"stb_image_write.h\""));
  CHECK(names(doors[4], "#include <nlohmann/json.hpp>"));
  CHECK(names(doors[5], "#include <immintrin.h>"));
  CHECK(names(doors[5], "#include <arm_neon.h>"));
  CHECK(names(doors[7], "#include <libavcodec/avcodec.h>"));
  CHECK(names(doors[10], "#include <pybind11/numpy.h>"));
  CHECK(names(doors[10], "#include <Python.h>"));
  CHECK(names(doors[11], "#include <dlpack/dlpack.h>"));
  CHECK_FALSE(names(doors[2], "// OpenMP"));
}

TEST_CASE("doors: the operating system has one door, and one for files") {
  const auto found = headers_that_name(system_door.pattern, library());
  CHECK(joined(found) == "adafuse/core/system.hpp, adafuse/core/system_files.hpp");
  const std::regex pattern(system_door.pattern);
  for (const char* line :
       {"#include <sys/mman.h>", "#include <unistd.h>", "# include <windows.h>",
        "#include <Windows.h>", "#include <io.h>", "#include <csignal>", "#ifdef __linux__",
        "#if defined(__unix__) || defined(__APPLE__)", "#elif defined(_WIN32)"})
    CHECK_MESSAGE(std::regex_match(line, pattern), line);
  for (const char* line : {"#include <adafuse/core/system.hpp>", "#include <thread>",
                           "#include <system_error>", "#include <adafuse/io/io.hpp>"})
    CHECK_FALSE_MESSAGE(std::regex_match(line, pattern), line);
}

TEST_CASE("doors: the command line has one door to the operating system, and one for signals") {
  std::string found;
  for (const auto& path :
       headers_that_name(system_door.pattern, headers_under("examples", "examples")))
    found += path + " ";
  CHECK(found == "adafuse/stop_signals.cpp adafuse/system.cpp ");
}

TEST_CASE("doors: CLI11 is named by the command line only") {
  const std::string pattern = R"(^\s*#\s*include\s*[<"]CLI/.*)";
  CHECK(joined(headers_that_name(pattern, library())) == "");
  for (const auto& path : headers_that_name(pattern, headers_under("examples", "examples")))
    if (!path.starts_with("adafuse/")) FAIL_CHECK("examples/" << path << " names CLI11");
}

}  // namespace doors_test
