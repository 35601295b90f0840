// Shard: one rank's samples of a data set.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/data_loader.hpp>
#include <adafuse/train/world.hpp>

namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS {

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

}  // namespace adafuse::distributed::inline ADAFUSE_SIMD::inline ADAFUSE_RANKS
