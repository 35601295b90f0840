// Steps that look at each frame alone: clips and streams run them alike, on as many frames as they
// have at hand.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_network.hpp>
#include <adafuse/infer/fold/global_pool.hpp>
#include <adafuse/infer/steps/map_copies.hpp>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// Some frames of a value: where they lie, and which of their channels there are.
template <class T>
struct Operand {
  T* data = nullptr;  // [frames, channels, pixels]; null: there is no such operand
  Index channels = 0, pixels = 0;
  ChannelLists live = {};    // of the frames, for readers
  ChannelLists wanted = {};  // that are to be made
};

/// What a step works on. `other` is the residual, what a shortcut reads, or what is added.
template <class T>
struct FrameOperands {
  Index frames;
  Operand<const T> x, other;
  Operand<T> out;
};

// Each returns its work, in frames of all channels.

template <class T>
double run_frames(const FoldedConv<T>& conv, const FrameOperands<T>& on) {
  conv(on.frames, on.x.data, on.other.data, on.out.data, on.x.live, on.out.wanted);
  return conv.work(on.frames, on.x.live, on.out.wanted);
}
template <class T>
double run_frames(const FoldedPool<T>& pool, const FrameOperands<T>& on) {
  pool_live(pool, on.frames, on.x.channels, on.x.data, on.x.live, on.out.wanted, on.out.data);
  return static_cast<double>(on.frames);
}
template <class T>
double run_frames(const FoldedGlobalPool&, const FrameOperands<T>& on) {
  global_pool(false, on.frames, on.x.channels, on.x.pixels, on.x.data, on.x.live, on.out.data);
  return static_cast<double>(on.frames);
}
template <class T>
double run_frames(const FoldedAdd& sum, const FrameOperands<T>& on) {
  add_live({on.frames, 1, on.x.channels, on.x.pixels}, on.x.data, on.x.live, on.other.data,
           on.other.live, sum.activation, on.out.data);
  return static_cast<double>(on.frames);
}
template <class T>
double run_frames(const FoldedLinear<T>& linear, const FrameOperands<T>& on) {
  linear(on.frames, on.x.data, on.out.data);
  return static_cast<double>(on.frames);
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
