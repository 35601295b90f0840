// How many threads a loop may use: the user's word, the processors, the quota of control groups.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/thread_count.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#ifdef __linux__
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace thread_count_test {

using namespace adafuse;
namespace fs = std::filesystem;

namespace {

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// A made-up root of the file system, removed at the end.
class Root {
 public:
  Root() : path_(fs::temp_directory_path() / "adafuse_thread_count_test") { fs::remove_all(path_); }
  ~Root() { fs::remove_all(path_); }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }
  double quota() const { return detail::cpu_quota(path_.string()); }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("default_threads: OMP_NUM_THREADS where it is a number, else the processors") {
  CHECK(detail::default_threads("3", 8, no_limit) == 3);
  CHECK(detail::default_threads("4,2", 8, no_limit) == 4);  // a list: that of the outer level
  CHECK(detail::default_threads(nullptr, 8, no_limit) == 8);
  for (const char* text : {"", "many", "0", "-2"})
    CHECK(detail::default_threads(text, 8, no_limit) == 8);
}

TEST_CASE("default_threads: no more than the quota pays for, and at least one") {
  CHECK(detail::default_threads(nullptr, 8, 2.0) == 2);
  CHECK(detail::default_threads(nullptr, 8, 2.9) == 2);
  CHECK(detail::default_threads(nullptr, 8, 0.5) == 1);
  CHECK(detail::default_threads(nullptr, 2, 100.0) == 2);
  CHECK(detail::default_threads("6", 8, 2.0) == 6);  // The user knows better.
}

TEST_CASE("cpu_quota: there is no limit where no group sets one") {
  const Root root;
  CHECK(root.quota() == no_limit);  // No control groups at all.
  root.write("proc/self/cgroup", "0::/\n");
  CHECK(root.quota() == no_limit);
  root.write("sys/fs/cgroup/cpu.max", "max 100000\n");
  CHECK(root.quota() == no_limit);
  root.write("sys/fs/cgroup/cpu.max", "nonsense\n");
  CHECK(root.quota() == no_limit);
}

TEST_CASE("cpu_quota: version 2, the strictest of a group and those above it") {
  const Root root;
  root.write("proc/self/cgroup", "0::/batch.slice/job 7\n");
  root.write("sys/fs/cgroup/batch.slice/job 7/cpu.max", "400000 100000\n");
  CHECK(root.quota() == 4.0);
  root.write("sys/fs/cgroup/batch.slice/cpu.max", "150000 100000\n");
  CHECK(root.quota() == 1.5);
  root.write("sys/fs/cgroup/batch.slice/job 7/cpu.max", "50000 100000\n");
  CHECK(root.quota() == 0.5);
}

TEST_CASE("cpu_quota: version 1, of the group that has the cpu controller") {
  const Root root;
  root.write("proc/self/cgroup", "4:memory:/a\n3:cpuset:/b\n2:cpu,cpuacct:/c\n");
  root.write("sys/fs/cgroup/cpu/b/cpu.cfs_quota_us", "100000\n");  // of another controller
  root.write("sys/fs/cgroup/cpu/b/cpu.cfs_period_us", "100000\n");
  CHECK(root.quota() == no_limit);
  root.write("sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000\n");
  CHECK(root.quota() == no_limit);
  root.write("sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "250000\n");
  CHECK(root.quota() == 2.5);
}

#ifdef __linux__
TEST_CASE("usable_processors: the affinity mask of the process is respected") {
  CHECK(os::usable_processors() >= 1);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // The child keeps the first processor that it has.
    cpu_set_t mask;
    ::sched_getaffinity(0, sizeof mask, &mask);
    int first = 0;
    while (!CPU_ISSET(first, &mask)) ++first;
    CPU_ZERO(&mask);
    CPU_SET(first, &mask);
    ::sched_setaffinity(0, sizeof mask, &mask);
    ::_exit(os::usable_processors() == 1 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}
#endif

TEST_CASE("set_num_threads: keeps what it is given and refuses less than one") {
  const int before = num_threads();
  set_num_threads(3);
  CHECK(num_threads() == 3);
  CHECK_THROWS_WITH_AS(set_num_threads(0), "set_num_threads: at least 1, got 0", ValueError);
  CHECK(num_threads() == 3);
  set_num_threads(before);
}

}  // namespace thread_count_test
