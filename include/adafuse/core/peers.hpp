// Peers: the processes that train one network together, each on its part of every batch.
//
// They are numbered, 0 to size() - 1: their ranks. What is summed over them is summed in the order
// of the ranks, so that all get the same bits, and the same again in the next run. This header
// knows nothing of how they talk to each other: train/distributed.hpp does.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <span>

namespace adafuse {

/// What a computation asks of the processes that share its batch. A call of `sum` is one of all
/// ranks: they make the same calls in the same order, or wait for each other.
class Peers {
 public:
  ADAFUSE_INLINE virtual ~Peers() = default;

  /// The number of this process, from 0 on.
  virtual Index rank() const = 0;
  /// How many processes there are.
  virtual Index size() const = 0;
  /// Replaces each number by its sum over the ranks, added in their order. All give as many.
  virtual void sum(std::span<double> values) const = 0;
};

inline namespace ADAFUSE_SIMD {

/// A process that has no others: rank 0 of 1.
class Alone : public Peers {
 public:
  Index rank() const override { return 0; }
  Index size() const override { return 1; }
  void sum(std::span<double>) const override {}
};

}  // namespace ADAFUSE_SIMD

/// Where the samples of a forward stand in the batch of a step that several ranks share.
struct BatchPlace {
  Index first = 0;  ///< the number of the first sample here, in the batch of all ranks
  Index count = 0;  ///< how many samples are here; 0: all there are, the batch is not shared
};

}  // namespace adafuse
