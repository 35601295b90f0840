// The door to MPI: lines on which the ranks of a job talk.
//
// A program that defines ADAFUSE_MPI as 1 (CMake: adafuse::mpi) links MPI. Without it a line leads
// to nobody.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>
#ifndef ADAFUSE_MPI
#define ADAFUSE_MPI 0
#endif
// Files of both kinds may become one program: what they define has different names.
#if ADAFUSE_MPI
#define ADAFUSE_RANKS with_mpi
#else
#define ADAFUSE_RANKS without_mpi
#endif
#if ADAFUSE_MPI
// Without MPI's own C++, which has long been withdrawn and needs a library more.
#if !defined(OMPI_SKIP_MPICXX) && !defined(MPICH_SKIP_MPICXX)
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#undef OMPI_SKIP_MPICXX
#undef MPICH_SKIP_MPICXX
#else
#include <mpi.h>
#endif
#endif

namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS {

/// What a World is told.
struct WorldOptions {
  /// How long a rank waits for another one, in seconds, before it ends the job. The longest that a
  /// rank may be busy alone, such as with reading its first batch, must fit into it.
  double timeout = 60;
  /// Whether this process was asked to end, as by a signal: it then waits for 25 s at most, since
  /// the others may have been ended. Empty: it never is. Called by several threads.
  std::function<bool()> ending{};
};

namespace detail {

/// How many processes the starter of this one says that there are; 0: nobody says.
inline int started_together() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"})
    if (const char* text = std::getenv(name)) return std::max(1, std::atoi(text));
  if (std::getenv("PMIX_RANK") || std::getenv("PMI_RANK"))  // srun
    if (const char* text = std::getenv("SLURM_STEP_NUM_TASKS")) return std::max(1, std::atoi(text));
  return 0;
}

/// sum[i] = terms[0][i] + terms[1][i] + ..., in this order, in double.
template <class T>
void add_in_order(std::span<const T* const> terms, std::size_t count, T* sum) {
  constexpr std::size_t run = 512;
  double total[run];
  for (std::size_t begin = 0; begin < count; begin += run) {
    const std::size_t size = std::min(run, count - begin);
    std::fill_n(total, size, 0.0);
    for (const T* const term : terms)
      for (std::size_t i = 0; i < size; ++i) total[i] += static_cast<double>(term[begin + i]);
    for (std::size_t i = 0; i < size; ++i) sum[begin + i] = static_cast<T>(total[i]);
  }
}

/// Thrown to leave a wait that nobody needs any more.
struct Abandoned {};

/// One line of talk between all ranks. A thread has one of its own; all ranks make the same calls
/// on it, in the same order.
class Line {
 public:
  ADAFUSE_INLINE int rank() const { return rank_; }
  ADAFUSE_INLINE int size() const { return size_; }
  /// Bytes that this rank has sent on it.
  std::uint64_t bytes_sent() const { return bytes_sent_; }
  /// Lets whoever waits on it leave by Abandoned.
  void abandon() { abandoned_ = true; }

#if ADAFUSE_MPI
  /// A line of the same ranks as `parent`; all of them make it.
  Line(MPI_Comm parent, WorldOptions options) : options_(std::move(options)) {
    MPI_Comm_dup(parent, &comm_);
    MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm_, &rank_), MPI_Comm_size(comm_, &size_);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    if (!abandoned_) MPI_Comm_free(&comm_);
  }

  /// Ends the job: all its processes, on all machines.
  [[noreturn]] void end_job(const std::string& why) const {
    std::fprintf(stderr, "adafuse: rank %d of %d: %s; the job ends\n", rank_, size_, why.c_str());
    std::fflush(stderr);
    MPI_Abort(MPI_COMM_WORLD, 70);
    std::_Exit(70);
  }

  /// values <- their sums over the ranks.
  template <class T>
  void sum(std::span<T> values, const char* what) {
    constexpr std::size_t most = (std::size_t{64} << 20) / sizeof(T);
    for (std::size_t begin = 0; begin < values.size(); begin += most)
      sum_some(values.subspan(begin, std::min(most, values.size() - begin)), what);
  }

  /// Every rank gets the root's bytes: down a tree, in which rank 0 is followed by 1, 2, 4 ...
  void broadcast(std::span<std::byte> bytes, int root, const char* what) {
    constexpr std::size_t most = std::size_t{64} << 20;
    const int place = (rank_ - root + size_) % size_;
    const auto rank_at = [&](int p) { return (p + root) % size_; };
    for (std::size_t begin = 0; begin < bytes.size(); begin += most) {
      const auto some = bytes.subspan(begin, std::min(most, bytes.size() - begin));
      int step = 1;
      for (; step < size_; step *= 2)
        if (place & step) {
          receive(some.data(), some.size(), rank_at(place - step));
          wait(what);
          break;
        }
      for (step /= 2; step > 0; step /= 2)
        if (place + step < size_) send(some.data(), some.size(), rank_at(place + step));
      wait(what);
    }
  }

  /// The bytes of every rank, in their order.
  std::vector<std::string> all_gather(const std::string& own, const char* what) {
    std::vector<std::uint64_t> sizes(static_cast<std::size_t>(size_));
    sizes[static_cast<std::size_t>(rank_)] = own.size();
    for (int r = 0; r < size_; ++r)
      if (r != rank_) receive(&sizes[static_cast<std::size_t>(r)], sizeof(std::uint64_t), r);
    for (int r = 0; r < size_; ++r)
      if (r != rank_) send(&sizes[static_cast<std::size_t>(rank_)], sizeof(std::uint64_t), r);
    wait(what);
    std::vector<std::string> all;
    for (const auto size : sizes) all.emplace_back(static_cast<std::size_t>(size), '\0');
    all[static_cast<std::size_t>(rank_)] = own;
    for (int r = 0; r < size_; ++r) {
      auto& text = all[static_cast<std::size_t>(r)];
      if (r != rank_) receive(text.data(), text.size(), r);
    }
    for (int r = 0; r < size_; ++r)
      if (r != rank_) send(own.data(), own.size(), r);
    wait(what);
    return all;
  }

 private:
  // Few numbers go to everybody at once. Of many, each rank adds up a part for all.
  template <class T>
  void sum_some(std::span<T> values, const char* what) {
    if (size_ == 1) return;
    const auto ranks = static_cast<std::size_t>(size_), own = static_cast<std::size_t>(rank_);
    // Below some bytes in all, a second round of messages costs more than what is in them.
    constexpr std::size_t few = 65536;
    const bool at_once = values.size_bytes() * (ranks - 1) <= few;
    const auto begin_of = [&](std::size_t r) { return at_once ? 0 : values.size() * r / ranks; };
    const auto size_of = [&](std::size_t r) {
      return at_once ? values.size() : values.size() * (r + 1) / ranks - begin_of(r);
    };
    const std::size_t count = size_of(own);
    incoming_.resize(std::max(incoming_.size(),
                              (ranks * count * sizeof(T) + sizeof(double) - 1) / sizeof(double)));
    std::vector<const T*> terms(ranks);
    T* const mine = values.data() + begin_of(own);
    for (std::size_t r = 0; r < ranks; ++r) {
      T* const to = reinterpret_cast<T*>(incoming_.data()) + r * count;
      terms[r] = r == own ? mine : to;
      if (r != own) receive(to, count * sizeof(T), static_cast<int>(r));
    }
    for (std::size_t r = 0; r < ranks; ++r)
      if (r != own) send(values.data() + begin_of(r), size_of(r) * sizeof(T), static_cast<int>(r));
    wait(what);
    add_in_order<T>(terms, count, mine);
    if (at_once) return;
    for (std::size_t r = 0; r < ranks; ++r)
      if (r != own)
        receive(values.data() + begin_of(r), size_of(r) * sizeof(T), static_cast<int>(r));
    for (std::size_t r = 0; r < ranks; ++r)
      if (r != own) send(mine, count * sizeof(T), static_cast<int>(r));
    wait(what);
  }

  void receive(void* to, std::size_t bytes, int from) {
    requests_.emplace_back();
    transfers_.push_back({from, bytes, true});
    check(MPI_Irecv(to, static_cast<int>(bytes), MPI_BYTE, from, 0, comm_, &requests_.back()));
  }
  void send(const void* from, std::size_t bytes, int to) {
    requests_.emplace_back();
    transfers_.push_back({to, bytes, false});
    check(MPI_Isend(from, static_cast<int>(bytes), MPI_BYTE, to, 0, comm_, &requests_.back()));
    bytes_sent_ += bytes;
  }

  // Until all transfers are done. The library moves data while it is asked, so it is asked often
  // at first, then each 50 microseconds: others may need the processor.
  void wait(const char* what) {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    statuses_.resize(requests_.size());
    for (int turn = 0;; ++turn) {
      int done = 0;
      const int code = MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done,
                                   statuses_.data());
      if (code != MPI_SUCCESS) end_job(concat(what, ": ", failure(code)));
      if (done) break;
      if (abandoned_) throw Abandoned();
      if (turn < 100) {
        std::this_thread::yield();
        continue;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      constexpr double when_ending = 25;
      const double most = options_.ending && options_.ending()
                              ? std::min(when_ending, options_.timeout)
                              : options_.timeout;
      if (std::chrono::duration<double>(Clock::now() - begin).count() > most)
        end_job(concat("waited ", most, " s for ", late(), " (", what, ")"));
    }
    for (std::size_t k = 0; k < transfers_.size(); ++k) {
      if (!transfers_[k].incoming) continue;
      int bytes = 0;
      MPI_Get_count(&statuses_[k], MPI_BYTE, &bytes);
      if (static_cast<std::size_t>(bytes) != transfers_[k].bytes)
        end_job(concat(what, ": ", mismatch(transfers_[k], concat(bytes))));
    }
    requests_.clear(), transfers_.clear();
  }

  // The ranks that the transfers which are not done are with.
  std::string late() const {
    std::string names;
    for (std::size_t k = 0; k < requests_.size(); ++k) {
      int done = 0;
      MPI_Request_get_status(requests_[k], &done, MPI_STATUS_IGNORE);
      const std::string name = concat("rank ", transfers_[k].other);
      if (!done && (names + ",").find(name + ",") == std::string::npos)
        names += (names.empty() ? "" : ", ") + name;
    }
    return names;
  }

  struct Transfer {
    int other;
    std::size_t bytes;
    bool incoming;
  };

  static std::string mismatch(const Transfer& expected, const std::string& got) {
    return concat("expects ", expected.bytes, " bytes of rank ", expected.other, ", got ", got,
                  "; do all ranks run the same program with the same data?");
  }

  // What MPI_Testall met: of several transfers it says no more than that one has failed.
  std::string failure(int code) const {
    if (code != MPI_ERR_IN_STATUS) return explained(code);
    for (std::size_t k = 0; k < transfers_.size(); ++k) {
      const int own = statuses_[k].MPI_ERROR;
      if (own == MPI_SUCCESS || own == MPI_ERR_PENDING) continue;
      if (own == MPI_ERR_TRUNCATE) return mismatch(transfers_[k], "more");
      return concat("rank ", transfers_[k].other, ": ", explained(own));
    }
    return explained(code);
  }

  static std::string explained(int code) {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    return text;
  }
  void check(int code) const {
    if (code != MPI_SUCCESS) end_job(explained(code));
  }

  MPI_Comm comm_ = MPI_COMM_NULL;
  WorldOptions options_;
  std::vector<MPI_Request> requests_;
  std::vector<MPI_Status> statuses_;
  std::vector<Transfer> transfers_;
  std::vector<double> incoming_;  // doubles: aligned for all that is summed
#else
  /// A line to nobody.
  Line() = default;
  template <class T>
  void sum(std::span<T>, const char*) {}
  void broadcast(std::span<std::byte>, int, const char*) {}
  std::vector<std::string> all_gather(const std::string& own, const char*) { return {own}; }

 private:
#endif
  int rank_ = 0, size_ = 1;
  std::atomic<std::uint64_t> bytes_sent_{0};
  std::atomic<bool> abandoned_{false};
};

}  // namespace detail

}  // namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS
