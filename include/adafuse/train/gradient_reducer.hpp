// Gradients of several ranks made one: their means, after backward or while it runs.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/nn/state.hpp>
#include <adafuse/train/world.hpp>
#include <condition_variable>
#include <mutex>
#include <unordered_map>

namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS {

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
      hooks.push_back(p.node()->hooks.size());
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
      // A hook that came later may replace the gradient: finish() takes what it has left.
      if (parameters[number].node()->hooks.size() > hooks[number]) return;
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
      if (sent < wanted) abandoned.emplace_back(std::move(line), std::move(buckets));
      started = false;
    }

    using Abandoned = detail::Abandoned;
    const World& world;
    ReducerOptions options;
    std::vector<Variable<T>> parameters;
    std::vector<std::size_t> hooks;  // how many each had, with the reducer's
    std::unordered_map<const Node<T>*, std::size_t> seen;
    std::vector<bool> laid_out;
    std::vector<Bucket> buckets;
    std::vector<Place> places;
    std::size_t complete = 0;
    bool started = false;
    std::unique_ptr<detail::Line> line;
    // What was on its way when nobody waited for it any more: MPI may still read and write it.
    static inline std::vector<std::pair<std::unique_ptr<detail::Line>, std::vector<Bucket>>>
        abandoned;
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

}  // namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS
