// Folded steps: what a plan becomes when nothing but inference is asked of it.
//
// Batch norms are part of their convolutions, and so are additions and ReLUs that follow one.
// Which channels of a value exist in a frame is known only when the blocks have decided: values
// name the lists that will tell.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_agent.hpp>
#include <adafuse/infer/fold/folded_conv.hpp>
#include <adafuse/infer/fold/folded_linear.hpp>
#include <adafuse/infer/fold/folded_lstm.hpp>
#include <adafuse/infer/fold/folded_pool.hpp>
#include <adafuse/models/plan.hpp>
#include <optional>

namespace adafuse::infer::inline ADAFUSE_SIMD {

using models::ValueId;

/// The number of a list of channels for each frame, made when a block decides.
using ListId = std::size_t;

struct FoldedGlobalPool {};
/// The temporal shift.
struct FoldedShift {
  Index fold;
};
/// Its inputs, channel after channel.
struct FoldedConcat {};
/// The decisions of a block, from the maps that are its input.
template <class T>
struct FoldedDecision {
  std::size_t block;
  std::optional<FoldedAgent<T>> agent;  // none: who decides must be said
};
/// The fusion of a block: of its inputs, channel after channel, what is kept and what is reused.
struct FoldedFuse {
  std::size_t block;
};
/// a + b, where no convolution could take it in.
struct FoldedAdd {
  kernels::Activation activation = kernels::Activation::identity;
};
struct FoldedConsensus {
  bool last = false;
};

template <class T>
using FoldedOperation = std::variant<FoldedConv<T>, FoldedPool<T>, FoldedGlobalPool, FoldedShift,
                                     FoldedConcat, FoldedDecision<T>, FoldedFuse, FoldedAdd,
                                     FoldedLinear<T>, FoldedLstm<T>, FoldedConsensus>;

/// Named like the first step of the plan that it stands for.
template <class T>
using FoldedStep = models::StepOf<FoldedOperation<T>>;

struct FoldedValue {
  Shape shape;                   ///< of one frame: [c, h, w] or [c]
  std::optional<ListId> live;    ///< the channels that exist for readers; none: all
  std::optional<ListId> wanted;  ///< the channels that must be made; none: all

  Index channels() const { return shape.rank() ? shape[0] : 1; }
  Index pixels() const { return shape.size() / std::max<Index>(channels(), 1); }
};

/// A value that a block fuses, alone or beside others.
struct FusedPart {
  ValueId value;
  Index first;  ///< where its channels begin in what is decided on
  ListId wanted;
};

/// A block with decisions.
struct FoldedBlock {
  std::string name;
  Index channels = 0;
  ListId live = 0;
  std::vector<FusedPart> parts;
};

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
