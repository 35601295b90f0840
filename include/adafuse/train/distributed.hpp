// Data-parallel training: several processes, started by mpirun, each with a copy of the network and
// its part of every batch. The door to MPI.
//
//   const distributed::World world;                          // rank 0 of 1 without mpirun
//   Net net(Key(1));
//   distributed::GradientReducer reducer(world, net);
//   const data::DataLoader loader(samples, {.batch_size = 64, .share = world.share()});
//   for (const auto& [x, target] : loader.epoch(0)) {
//     nn::Context<float> ctx(true, key.of(step++));
//     world.join(ctx, x.size(0));                            // batch norm and noise of the whole
//     const auto loss = cross_entropy(net.forward(x, ctx), target);
//     nn::zero_grad(net);
//     reducer.start();                                       // from here on gradients travel
//     backward(loss);
//     reducer.finish();                                      // all have the mean of all
//     optimizer.step(rate);
//   }
//
// Each rank's loss is a mean over its own samples; the gradient of a step is the mean over the
// ranks, so that it is the one of a single process with the whole batch. Sums are added in the
// order of the ranks: all get the same bits, and so does the next run with as many ranks.
//
// A program that defines ADAFUSE_MPI as 1 (CMake: adafuse::mpi) links MPI. Without it a World has
// one rank, and says so where mpirun has started several.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/peers.hpp>
#include <adafuse/core/system.hpp>
#include <adafuse/core/thread_count.hpp>
#include <adafuse/data/data_loader.hpp>
#include <adafuse/nn/context.hpp>
#include <adafuse/nn/state.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>
#ifndef ADAFUSE_MPI
#define ADAFUSE_MPI 0
#endif
#if ADAFUSE_MPI
#include <mpi.h>
#endif

namespace adafuse::distributed::inline ADAFUSE_SIMD {

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
    incoming_.resize(std::max(incoming_.size(), ranks * count * sizeof(T)));
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
      if (code != MPI_SUCCESS) end_job(concat(what, ": ", explained(code)));
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
        end_job(concat(what, ": expects ", transfers_[k].bytes, " bytes of rank ",
                       transfers_[k].other, ", got ", bytes,
                       "; do all ranks run the same program with the same data?"));
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

  static std::string explained(int code) {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    return text;
  }
  void check(int code) const {
    if (code != MPI_SUCCESS) end_job(explained(code));
  }

  struct Transfer {
    int other;
    std::size_t bytes;
    bool incoming;
  };

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
  /// What each rank gives, in the order of the ranks.
  std::vector<std::string> all_gather(const std::string& own) const {
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

/// Every n-th sample of a data set, for n ranks, from number `rank` on: what has `size()` and
/// `[i]`, as data::DataLoader reads it. Samples that do not go round are left out, so that all
/// ranks make as many batches. For batches that are those of one process, give a loader
/// `World::share` instead.
template <data::IndexedDataset D>
class Shard {
 public:
  /// Of `dataset`, which must outlive it.
  Shard(const D& dataset, const World& world)
      : dataset_(&dataset), rank_(world.rank()), ranks_(world.size()) {}
  Shard(const D&&, const World&) = delete;

  /// How many samples each rank has.
  Index size() const { return static_cast<Index>(dataset_->size()) / ranks_; }
  /// Sample `rank + i * ranks` of the whole.
  decltype(auto) operator[](Index i) const {
    return data::detail::sample_of(*dataset_, rank_ + i * ranks_);
  }

 private:
  const D* dataset_;
  Index rank_, ranks_;
};

/// This rank's samples of a data set, which must outlive them.
template <data::IndexedDataset D>
Shard<D> shard(const D& dataset, const World& world) {
  return {dataset, world};
}

/// Gives every rank the parameters and buffers of rank 0.
template <nn::Module M>
void broadcast_parameters(const World& world, const M& module) {
  const NoGrad guard;
  for (const auto& item : nn::state(module)) {
    auto tensor = item.is_parameter() ? item.parameter.mutable_value() : item.buffer;
    world.broadcast(
        std::as_writable_bytes(std::span(tensor.data(), static_cast<std::size_t>(tensor.size()))));
  }
}

/// Replaces the gradients of these parameters by their means over the ranks, after backward. A
/// parameter that has none here counts as 0, one that has none on any rank stays without; frozen
/// ones are left alone. All ranks call it, with the same parameters.
template <class T>
void average_gradients(const World& world, const std::vector<Variable<T>>& parameters) {
  if (world.size() == 1) return;
  std::vector<T> sums, given;  // each gradient, and whether there was one
  for (const auto& p : parameters) {
    if (!p.requires_grad()) continue;
    const auto gradient = p.grad();
    given.push_back(gradient.defined() ? T{1} : T{0});
    if (gradient.defined())
      sums.insert(sums.end(), gradient.value().begin(), gradient.value().end());
    else
      sums.resize(sums.size() + static_cast<std::size_t>(p.size()));
  }
  world.sum(std::span(sums));
  world.sum(std::span(given));
  const T ranks = static_cast<T>(world.size());
  std::size_t at = 0, number = 0;
  for (const auto& p : parameters) {
    if (!p.requires_grad()) continue;
    auto mean = Tensor<T>::uninitialized(p.shape());
    for (T& v : mean) v = sums[at++] / ranks;
    if (given[number++] > 0) p.set_grad(std::move(mean));
  }
}

/// The same of a module's parameters.
template <nn::Module M>
void average_gradients(const World& world, const M& module) {
  average_gradients(world, nn::parameters(module));
}

/// What a GradientReducer is told.
struct ReducerOptions {
  std::size_t bucket_bytes = std::size_t{1} << 20;  ///< what is sent at once, about
};

/// average_gradients while backward still runs: gradients that are complete go into buckets, and
/// full buckets are sent, by a thread of the reducer's own, in an order that is the same on all
/// ranks. What comes out has the bits of average_gradients.
///
/// A step calls `start()` before its last backward, and `finish()` after it. Backward calls before
/// `start()` accumulate as ever. Without `start()`, `finish()` does everything. Between both, one
/// backward and nothing else may ask for gradients of these parameters.
template <class T>
class GradientReducer {
 public:
  /// Of these parameters, of which each is counted once; the same on all ranks.
  GradientReducer(const World& world, const std::vector<Variable<T>>& parameters,
                  ReducerOptions options = {})
      : state_(std::make_shared<State>(world, options)) {
    require<ValueError>(options.bucket_bytes > 0, "GradientReducer: bucket_bytes must be above 0");
    if (world.size() == 1) return;
    for (const auto& p : parameters) state_->add(p, state_);
    state_->line = world.another_line();
    state_->thread = std::thread([state = state_.get()] { state->send_buckets(); });
  }
  /// Of all parameters of a module.
  template <nn::Module M>
  GradientReducer(const World& world, const M& module, ReducerOptions options = {})
      : GradientReducer(world, nn::parameters(module), options) {}
  GradientReducer(const GradientReducer&) = delete;
  GradientReducer& operator=(const GradientReducer&) = delete;
  ~GradientReducer() { state_->end(); }

  /// From here on gradients that arrive at parameters are sent. Throws ValueError where the step
  /// before was not finished.
  void start() { state_->start(); }
  /// Waits until all have come, and gives the parameters the means. Throws what average_gradients
  /// throws.
  void finish() { state_->finish(); }

  /// Bytes that this rank has sent.
  std::uint64_t bytes_sent() const { return state_->line ? state_->line->bytes_sent() : 0; }
  /// How many buckets the parameters that are not frozen fill.
  Index buckets() const {
    state_->lay_out();
    return std::ssize(state_->buckets);
  }

 private:
  struct Bucket {
    std::vector<std::size_t> members;  // numbers of parameters
    std::vector<T> values;             // their gradients, then for each whether it has one
    std::size_t arrived = 0;
  };
  struct Place {
    std::size_t bucket = 0, begin = 0, flag = 0;
    bool is_sent = false, is_arrived = false;  // not frozen; in this step
  };

  struct State {
    State(const World& of, ReducerOptions told) : world(of), options(told) {}

    void add(const Variable<T>& p, const std::weak_ptr<State>& weak) {
      require<ValueError>(p.is_leaf(), "GradientReducer: expects parameters");
      if (!seen.emplace(p.node().get(), parameters.size()).second) return;
      const bool frozen = !p.requires_grad();
      p.requires_grad_(true);
      p.add_hook([weak, number = parameters.size()](const Variable<T>& g) -> Variable<T> {
        if (const auto state = weak.lock()) state->arrive(number, g);
        return {};
      });
      p.requires_grad_(!frozen);
      parameters.push_back(p);
    }

    // Buckets in the reverse order of the parameters, which is about the order in which their
    // gradients come. Frozen ones take no part.
    void lay_out() {
      std::vector<bool> thawed;
      for (const auto& p : parameters) thawed.push_back(p.requires_grad());
      if (thawed == laid_out) return;
      laid_out = thawed;
      buckets.clear();
      places.assign(parameters.size(), {});
      std::size_t begin = 0;
      for (std::size_t k = parameters.size(); k-- > 0;) {
        if (!thawed[k]) continue;
        if (buckets.empty() || begin * sizeof(T) >= options.bucket_bytes) {
          buckets.emplace_back();
          begin = 0;
        }
        places[k] = {buckets.size() - 1, begin, buckets.back().members.size(), true, false};
        buckets.back().members.push_back(k);
        begin += static_cast<std::size_t>(parameters[k].size());
        buckets.back().values.resize(begin);
      }
      for (auto& bucket : buckets) {
        for (const auto k : bucket.members) places[k].flag += bucket.values.size();
        bucket.values.resize(bucket.values.size() + bucket.members.size());
      }
    }

    void start() {
      require<ValueError>(!started, "GradientReducer: start() was called, and no finish() since");
      started = true;
      if (world.size() > 1) begin_step();
    }

    void begin_step() {
      lay_out();
      for (auto& bucket : buckets) bucket.arrived = 0;
      for (auto& place : places) place.is_arrived = false;
      complete = 0;
      const std::lock_guard lock(mutex);
      wanted = sent = 0;
    }

    void arrive(std::size_t number, const Variable<T>& g) {
      if (!started || !places[number].is_sent) return;
      require<ValueError>(!places[number].is_arrived,
                          "GradientReducer: a second gradient of one parameter after start(); ",
                          "expects start() before the last backward of the step");
      const auto before = parameters[number].grad();
      put(number, &g.value(), before.defined() ? &before.value() : nullptr);
    }

    // Of a parameter: the sum of both, where there are two.
    void put(std::size_t number, const Tensor<T>* g, const Tensor<T>* before) {
      Place& place = places[number];
      Bucket& bucket = buckets[place.bucket];
      T* const to = bucket.values.data() + place.begin;
      if (!g) g = std::exchange(before, nullptr);
      if (!g)
        std::fill_n(to, parameters[number].size(), T{0});
      else if (!before)
        std::copy(g->begin(), g->end(), to);
      else
        std::transform(before->begin(), before->end(), g->begin(), to, std::plus<T>());
      bucket.values[place.flag] = g ? T{1} : T{0};
      place.is_arrived = true;
      ++bucket.arrived;
      while (complete < buckets.size() &&
             buckets[complete].arrived == buckets[complete].members.size())
        ++complete;
      const std::lock_guard lock(mutex);
      wanted = complete;
      changed.notify_all();
    }

    void finish() {
      if (world.size() > 1) {
        if (!started) begin_step();
        for (std::size_t k = parameters.size(); k-- > 0;)
          if (places[k].is_sent && !places[k].is_arrived) {
            const auto gradient = parameters[k].grad();
            put(k, gradient.defined() ? &gradient.value() : nullptr, nullptr);
          }
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return sent == buckets.size(); });
        lock.unlock();
        const T ranks = static_cast<T>(world.size());
        for (std::size_t k = 0; k < parameters.size(); ++k) {
          if (!places[k].is_sent) continue;
          const auto& values = buckets[places[k].bucket].values;
          if (!(values[places[k].flag] > 0)) continue;
          auto mean = Tensor<T>::uninitialized(parameters[k].shape());
          std::transform(mean.begin(), mean.end(), values.data() + places[k].begin, mean.begin(),
                         [ranks](T, T sum) { return sum / ranks; });
          parameters[k].set_grad(std::move(mean));
        }
      }
      started = false;
    }

    // The thread: bucket after bucket, as they are complete.
    void send_buckets() {
      std::unique_lock lock(mutex);
      for (;;) {
        changed.wait(lock, [this] { return ends || sent < wanted; });
        if (ends) return;
        Bucket& bucket = buckets[sent];
        lock.unlock();
        try {
          line->sum(std::span<T>(bucket.values), "a bucket of gradients");
        } catch (const Abandoned&) {
          return;
        }
        lock.lock();
        ++sent;
        changed.notify_all();
      }
    }

    void end() {
      if (!thread.joinable()) return;
      {
        const std::lock_guard lock(mutex);
        ends = true;
        if (sent < wanted) line->abandon();
        changed.notify_all();
      }
      thread.join();
      started = false;
    }

    using Abandoned = detail::Abandoned;
    const World& world;
    ReducerOptions options;
    std::vector<Variable<T>> parameters;
    std::unordered_map<const Node<T>*, std::size_t> seen;
    std::vector<bool> laid_out;
    std::vector<Bucket> buckets;
    std::vector<Place> places;
    std::size_t complete = 0;
    bool started = false;
    std::unique_ptr<detail::Line> line;
    std::thread thread;
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t wanted = 0, sent = 0;  // buckets that are to be sent, and that were
    bool ends = false;
  };

  std::shared_ptr<State> state_;
};

/// Of a module: that of its numbers.
template <nn::Module M>
GradientReducer(const World&, const M&, ReducerOptions = {})
    -> GradientReducer<typename M::value_type>;

}  // namespace adafuse::distributed::inline ADAFUSE_SIMD
