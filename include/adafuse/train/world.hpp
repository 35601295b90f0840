// World: the processes that mpirun has started together, as the peers of one training.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/peers.hpp>
#include <adafuse/core/thread_count.hpp>
#include <adafuse/data/batches.hpp>
#include <adafuse/nn/context.hpp>
#include <adafuse/train/mpi.hpp>
#include <exception>
#include <memory>

namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS {

/// All processes of this job. Make one when the program begins, on every rank; it must outlive all
/// that is given it. Calls are for one thread, and all ranks make the same ones in the same order.
/// A rank that waits for another one longer than the timeout ends the job with a message that names
/// both. A World that is destroyed because an error passes through ends the job too: the others
/// would wait for this rank.
class World : public Peers {
 public:
  /// Throws ValueError where mpirun has started several processes of a program that has no MPI, or
  /// where the MPI library cannot be called by several threads.
  explicit World(WorldOptions options = {}) : options_(options) {
    require<ValueError>(options.timeout > 0, "World: timeout must be above 0 seconds, got ",
                        options.timeout);
    const int started = detail::started_together();
#if ADAFUSE_MPI
    int before = 0, level = MPI_THREAD_SINGLE;
    MPI_Initialized(&before);
    if (!before && started == 0) return;  // Nobody has started others: MPI is not asked.
    if (before) {
      MPI_Query_thread(&level);
    } else {
      MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &level);
      finalizes_ = true;
    }
    if (level < MPI_THREAD_MULTIPLE) {
      if (finalizes_) MPI_Finalize();
      refuse_library();
    }
    line_ = std::make_unique<detail::Line>(MPI_COMM_WORLD, options);
    find_neighbours();
#else
    require<ValueError>(started <= 1, "World: ", started,
                        " processes were started together, and this program was built without MPI ",
                        "(Debian package: libopenmpi-dev); each would train alone");
#endif
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() override {
#if ADAFUSE_MPI
    if (line_ && std::uncaught_exceptions() > exceptions_) line_->end_job("an error ended it");
    line_.reset();
    if (finalizes_) MPI_Finalize();
#endif
  }

  Index rank() const override { return line_ ? line_->rank() : 0; }
  Index size() const override { return line_ ? line_->size() : 1; }
  /// How many ranks are on this machine.
  Index ranks_here() const { return ranks_here_; }
  const WorldOptions& options() const { return options_; }

  void sum(std::span<double> values) const override {
    if (line_) line_->sum(values, "a sum");
  }
  /// The same of floats, which are added in double.
  void sum(std::span<float> values) const {
    if (line_) line_->sum(values, "a sum");
  }
  /// Every rank gets the bytes of `root`.
  void broadcast(std::span<std::byte> bytes, Index root = 0) const {
    require<ValueError>(0 <= root && root < size(), "World: broadcast from rank ", root, " of ",
                        size());
    if (line_) line_->broadcast(bytes, static_cast<int>(root), "a broadcast");
  }
  /// What each rank gives, below 2 GiB, in the order of the ranks.
  std::vector<std::string> all_gather(const std::string& own) const {
    require<ValueError>(own.size() < (std::size_t{1} << 31), "World: all_gather of ", own.size(),
                        " bytes; expects less than 2 GiB");
    return line_ ? line_->all_gather(own, "a gathering") : std::vector{own};
  }
  /// Ends the job, on all ranks, with a message that says why.
  [[noreturn]] void end_job(const std::string& why) const {
#if ADAFUSE_MPI
    if (line_) line_->end_job(why);
#endif
    throw ValueError(why);
  }
  /// Returns when all ranks have called it.
  void barrier() const {
    double nothing = 0;
    sum({&nothing, 1});
  }
  /// Throws ValueError, on every rank, unless all ranks give the same text; `what` is it called.
  void require_same(const char* what, const std::string& text) const {
    const auto texts = all_gather(text);
    for (std::size_t r = 1; r < texts.size(); ++r)
      require<ValueError>(texts[r] == texts[0], what, " of rank ", r,
                          " is not that of rank 0: expects\n  ", excerpt(texts[0], texts[r]),
                          "\ngot\n  ", excerpt(texts[r], texts[0]));
  }

  /// What of each batch a loader gives this rank.
  data::BatchShare share() const { return {rank(), size()}; }
  /// Lets a forward of `samples` samples, as many on each rank, be one of the whole batch: its
  /// batch norms and what it draws.
  template <class T>
  void join(nn::Context<T>& ctx, Index samples) const {
    ctx.peers = this;
    ctx.place = {rank() * samples, samples};
  }

  /// Lets parallel loops use the processors that are this rank's: those that it may use, shared
  /// with the other ranks that may use them. Does nothing where OMP_NUM_THREADS says how many.
  void share_processors() const {
    if (ranks_here_ > 1 && !std::getenv("OMP_NUM_THREADS")) set_num_threads(threads_);
  }

  /// Bytes that this rank has sent, without those of reducers.
  std::uint64_t bytes_sent() const { return line_ ? line_->bytes_sent() : 0; }
  /// A line for another thread; all ranks make it. Null where there are no others.
  std::unique_ptr<detail::Line> another_line() const {
#if ADAFUSE_MPI
    if (size() > 1) return std::make_unique<detail::Line>(MPI_COMM_WORLD, options_);
#endif
    return nullptr;
  }

 private:
#if ADAFUSE_MPI
  [[noreturn]] static void refuse_library() {
    throw ValueError(
        "World: this MPI library cannot be called by several threads "
        "(MPI_THREAD_MULTIPLE), which sending gradients during backward needs");
  }

  void find_neighbours() {
    char name[MPI_MAX_PROCESSOR_NAME] = "";
    int length = 0;
    MPI_Get_processor_name(name, &length);
    const int usable = num_threads();
    Index others = 0, theirs = 0;
    for (const auto& text : line_->all_gather(concat(usable, " ", name), "the first meeting")) {
      const auto blank = text.find(' ');
      if (text.substr(blank + 1) != name) continue;
      ++others, theirs += std::atoi(text.c_str());
    }
    ranks_here_ = others;
    const Index all = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    // Ranks that are bound to processors of their own share nothing.
    threads_ = theirs <= all
                   ? usable
                   : std::max(1, static_cast<int>(usable * all / std::max<Index>(1, theirs)));
  }
  bool finalizes_ = false;
  int exceptions_ = std::uncaught_exceptions();  // when it was made
#endif

  // Where two texts differ, with what stands around it.
  static std::string excerpt(const std::string& text, const std::string& other) {
    const auto apart = static_cast<std::size_t>(
        std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first - text.begin());
    std::string some = text.substr(apart < 30 ? 0 : apart - 30, 90);
    for (char& c : some)
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return "'" + some + "'";
  }

  WorldOptions options_;
  std::unique_ptr<detail::Line> line_;
  Index ranks_here_ = 1;
  int threads_ = 1;
};

}  // namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS
