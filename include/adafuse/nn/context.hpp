// Context: what one forward call brings along: whether it trains, and the key of what it draws.
//
//   for (int step = 0; step < steps; ++step) {
//     nn::Context<float> ctx(true, seed.of("noise").of(step));
//     const auto loss = cross_entropy(net.forward(x, ctx), label);
//     optimizer.zero_grad();
//     backward(loss);
//     optimizer.step(rate);
//   }
//
// Modules themselves are const: many threads may share one model. A forward in training moves one
// thing, the running statistics of its batch norms (nn/batch_norm.hpp).
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/saved.hpp>
#include <adafuse/core/error.hpp>
#include <adafuse/core/peers.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/core/tensor.hpp>
#include <memory>
#include <optional>
#include <set>

namespace adafuse::nn::inline ADAFUSE_SIMD {

template <class T>
class Context {
 public:
  /// Evaluation.
  Context() = default;
  /// `noise` is what the call draws from. Give each step a key of its own, `key.of(step)`: the same
  /// key draws the same again.
  Context(bool is_training, Key noise) : training(is_training), key_(noise) {}

  bool training = false;           ///< Batch norm uses the batch's statistics, dropout drops.
  bool updates_statistics = true;  ///< Off: a forward in training leaves running statistics alone.

  /// The running means of batch norms that are frozen: such a norm computes as in evaluation, also
  /// in training. None: nothing is frozen.
  std::shared_ptr<const std::set<const T*>> frozen_norms = {};

  /// The processes that share the batch of this step: batch norms take the statistics of all their
  /// samples. Null: those of the samples here. They must outlive the gradients of this call.
  const Peers* peers = nullptr;
  /// Which samples of the shared batch are here: what is drawn for a sample follows its number in
  /// the whole batch, so that one process with all samples draws the same.
  BatchPlace place = {};

  /// Whether the norm with this running mean normalises by the statistics of the batch.
  bool takes_batch_statistics(const Tensor<T>& running_mean) const {
    return training && !(frozen_norms && frozen_norms->count(running_mean.data()) > 0);
  }

  /// The peers, where there are others; else null.
  const Peers* sharing() const { return peers && peers->size() > 1 ? peers : nullptr; }

  /// Whether batch norms move their running statistics: in training, unless a pullback repeats a
  /// forward that has moved them already.
  bool moves_statistics() const { return training && updates_statistics && !inside_pullback(); }

  /// The key of the next layer that needs random numbers: the same for the same call. Throws
  /// ValueError when the context was made without one.
  Key next_key() {
    require<ValueError>(key_.has_value(), "Context: a layer draws random numbers (dropout, an ",
                        "agent's choice), and the context has no key; expects ",
                        "Context(is_training, key.of(step))");
    return key_->of(drawn_++);
  }

  /// The position in a key's stream of the first of `elements` numbers that are drawn for the
  /// samples here, as many for each. Throws ValueError where they cannot be: `place.count` is not
  /// the number of samples.
  std::uint64_t first_draw(Index elements) const {
    if (place.first == 0) return 0;
    require<ValueError>(place.first > 0 && place.count > 0 && elements % place.count == 0,
                        "Context: ", elements, " numbers are drawn for ", place.count,
                        " samples from number ", place.first,
                        " of the batch on; expects as many for each sample, and place = {first, ",
                        "count} of those that are here");
    return static_cast<std::uint64_t>(place.first) *
           static_cast<std::uint64_t>(elements / place.count);
  }

  /// For programs that were written when a call after the step moved the statistics.
  [[deprecated("the forward does it: leave this call out")]] void commit_statistics() const {}

 private:
  std::optional<Key> key_;
  std::uint64_t drawn_ = 0;
};

}  // namespace adafuse::nn::inline ADAFUSE_SIMD
