// Which program this is. See provenance.hpp. CMake gives the commit (ADAFUSE_COMMIT) to this file
// alone: another commit compiles no other one anew.
// SPDX-License-Identifier: MIT
#include "provenance.hpp"

#include <adafuse/core/parallel.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <adafuse/version.hpp>
#include <filesystem>

namespace adafuse::cli {

namespace {

#ifdef ADAFUSE_COMMIT
constexpr const char* commit = ADAFUSE_COMMIT;
#else
constexpr const char* commit = "";
#endif

/// As text that a JSON file can hold, whatever bytes the arguments are.
std::vector<std::string> command;

}  // namespace

std::string version_text() {
  return *commit == 0 ? ADAFUSE_VERSION : concat(ADAFUSE_VERSION, " (commit ", commit, ")");
}

void remember_command(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) command.push_back(io::escaped(argv[i]));
}

train::Provenance provenance(const std::string& data) {
  namespace fs = std::filesystem;
  return {.version = ADAFUSE_VERSION,
          .commit = commit,
          .command = command,
          .directory = io::escaped(fs::current_path().string()),
          .data = io::escaped(fs::absolute(data).lexically_normal().string()),
          .started = train::utc_text(std::time(nullptr)),
          .processor = io::escaped(train::processor_name()),
          .threads = num_threads(),
          .vector_path = kernels::path_in_use().name};
}

}  // namespace adafuse::cli
