// Work done ahead: items 0, 1, 2 ... are made on several threads and handed out in that order.
//
// Each item is a function of its number alone, so what comes out does not depend on how many
// threads made it. An error comes out in the place of its item, so it does not depend on them
// either.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Items that are made ahead of their use, and handed out in order.
template <class Item>
class Prefetch {
 public:
  /// Makes item `i`, on any thread. Once `stop` is set nobody wants the item any more, and `make`
  /// may leave by an exception.
  using Make = std::function<Item(Index i, const std::atomic<bool>& stop)>;

  /// `workers` threads keep up to `ahead` items ready; without workers, `next` makes each itself.
  Prefetch(Index count, int workers, Index ahead, Make make)
      : count_(count), ahead_(ahead), make_(std::move(make)) {
    require<ValueError>(count >= 0 && workers >= 0 && ahead >= 1, "Prefetch: got ", count,
                        " items, ", workers, " workers, ", ahead, " ahead");
    try {
      for (int i = 0; i < workers && i < count; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {  // no thread to be had: those that run must end before they are destroyed
      finish();
      throw;
    }
  }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;
  ~Prefetch() { finish(); }

  /// The next item, or nothing after the last. Throws what making it threw.
  std::optional<Item> next() {
    if (taken_ == count_) return std::nullopt;
    if (threads_.empty()) return make_(taken_++, stop_);
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return made_.count(taken_) > 0; });
    auto node = made_.extract(taken_);
    ++taken_;
    lock.unlock();
    room_.notify_one();
    if (auto* error = std::get_if<std::exception_ptr>(&node.mapped()))
      std::rethrow_exception(*error);
    return std::get<Item>(std::move(node.mapped()));
  }

 private:
  using Result = std::variant<Item, std::exception_ptr>;

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      room_.wait(lock, [this] { return stop_ || begun_ == count_ || begun_ - taken_ < ahead_; });
      if (stop_ || begun_ == count_) return;
      const Index i = begun_++;
      lock.unlock();
      Result result = attempt(i);
      lock.lock();
      made_.emplace(i, std::move(result));
      ready_.notify_one();
    }
  }

  Result attempt(Index i) const {
    try {
      return make_(i, stop_);
    } catch (...) {
      return std::current_exception();
    }
  }

  void finish() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    room_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  const Index count_, ahead_;
  const Make make_;
  std::mutex mutex_;
  std::condition_variable room_, ready_;  // for another item; for the item that is wanted next
  Index begun_ = 0, taken_ = 0;
  std::map<Index, Result> made_;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
