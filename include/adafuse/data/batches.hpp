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

/// Which part of every batch a process takes, where several share it: number `part` of `parts`.
struct BatchShare {
  Index part = 0;   ///< from 0 on
  Index parts = 1;  ///< 1: the whole
  /// How many equal pieces a batch is cut into before, of each of which the process takes its part.
  Index pieces = 1;

  /// Of a batch of `count` samples, where this part begins; that of part + 1 is where it ends.
  Index begin(Index count) const { return count * part / parts; }
  /// Where it ends.
  Index end(Index count) const { return count * (part + 1) / parts; }
  /// The positions, in a batch of `count` samples, of those that are taken, in their order.
  std::vector<Index> of(Index count) const {
    std::vector<Index> own;
    for (Index p = 0; p < pieces; ++p) {
      const Index first = count * p / pieces, size = count * (p + 1) / pieces - first;
      for (Index i = begin(size); i < end(size); ++i) own.push_back(first + i);
    }
    return own;
  }
};

/// Throws ValueError for a share that there is not, or where some part of a batch would be empty:
/// of a full one, or of a last one that is not full.
inline void check_share(const char* loader, const BatchShare& share, Index samples,
                        Index batch_size, bool drop_last) {
  require<ValueError>(0 <= share.part && share.part < share.parts, loader, ": there is no part ",
                      share.part, " of ", share.parts);
  require<ValueError>(share.pieces == 1, loader, ": takes no part of pieces, got ", share.pieces);
  if (share.parts == 1) return;
  require<ValueError>(batch_size % share.parts == 0, loader, ": a batch of ", batch_size,
                      " cannot be shared equally by ", share.parts);
  const Index rest = samples % batch_size;
  require<ValueError>(drop_last || rest == 0 || rest >= share.parts, loader, ": the last batch, ",
                      rest, " samples, is too small to be shared by ", share.parts,
                      "; drop_last leaves it out");
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
