// Batches: one pass over data, whatever a batch is, made ahead by several threads; and what every
// pass has: an order that follows from a key, and a number of batches.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/data/prefetch.hpp>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// The order of epoch `number`: a permutation of 0 ... count - 1, or these as they are.
inline std::vector<Index> epoch_order(Index count, bool shuffle, Key key, Index number) {
  std::vector<Index> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), Index{0});
  if (!shuffle) return order;
  Draws draws(key.of("order").of(static_cast<std::uint64_t>(number)));
  for (std::size_t left = order.size(); left > 1; --left)  // Fisher and Yates
    std::swap(order[left - 1],
              order[static_cast<std::size_t>(draws.integer(static_cast<std::int64_t>(left)))]);
  return order;
}

/// The number of batches of an epoch of `count` samples.
inline Index batch_count(Index count, Index batch_size, bool drop_last) {
  return count / batch_size + (!drop_last && count % batch_size > 0 ? 1 : 0);
}

/// One pass over the data, for one `for (const auto& batch : loader.epoch(3))`. A batch stays as it
/// is when the next one comes. Leaving the loop early ends the threads.
template <class Batch>
class Batches {
 public:
  /// Walks the pass once, as a range-for does.
  class Iterator {
   public:
    using value_type = Batch;
    /// The distance of two iterators, which is never asked for.
    using difference_type = std::ptrdiff_t;
    /// It reads once.
    using iterator_concept = std::input_iterator_tag;

    /// At the batch that `batches` holds.
    explicit Iterator(Batches& batches) : batches_(&batches) {}
    /// The batch.
    const Batch& operator*() const { return *batches_->batch_; }
    /// The batch's members.
    const Batch* operator->() const { return &*batches_->batch_; }
    /// The next batch; throws what making it threw.
    Iterator& operator++() {
      batches_->batch_ = batches_->prefetch_.next();
      return *this;
    }
    /// The next batch; nothing remains of the old one.
    void operator++(int) { ++*this; }
    /// Whether all batches were handed out.
    bool operator==(std::default_sentinel_t) const { return !batches_->batch_.has_value(); }

   private:
    Batches* batches_;
  };

  /// `count` batches that `make` makes, by `workers` threads, at most `ahead` before they are asked
  /// for.
  Batches(Index count, int workers, Index ahead, typename Prefetch<Batch>::Make make)
      : count_(count), prefetch_(count, workers, ahead, std::move(make)) {}

  /// The number of batches.
  Index size() const { return count_; }
  /// To be called once: this waits for the first batch.
  Iterator begin() {
    batch_ = prefetch_.next();
    return Iterator(*this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  Index count_;
  std::optional<Batch> batch_;
  Prefetch<Batch> prefetch_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
