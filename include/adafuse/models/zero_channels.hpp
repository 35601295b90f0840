// Which steps keep a zero channel zero: the one rule that cost, folding and sessions go by.
//
// A channel that was skipped is zero. Who reads it need not read it, and where a step hands it on
// as a zero, nor need those who read that.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/models/plan.hpp>

namespace adafuse::models::inline ADAFUSE_SIMD {

/// What becomes of a channel that is zero in the first input of a step.
enum class ZeroChannel {
  lost,   ///< The output may hold anything: all of it is read.
  kept,   ///< The same channel of the output is zero.
  moved,  ///< The same, in the frame to which the temporal shift moves the channel.
};

// Convolutions add up channels, norms have a bias, and a sum has a second input. A concatenation
// keeps zeros, at another place; nothing that is decided on is concatenated afterwards.

/// Of an operation: lost, unless it is one of those below.
template <class Operation>
inline constexpr ZeroChannel zero_channel = ZeroChannel::lost;
/// Kept: max(0, 0) = 0.
template <>
inline constexpr ZeroChannel zero_channel<ReluStep> = ZeroChannel::kept;
/// Kept: the largest of zeros.
template <>
inline constexpr ZeroChannel zero_channel<MaxPoolStep> = ZeroChannel::kept;
/// Kept: the mean of zeros.
template <>
inline constexpr ZeroChannel zero_channel<AvgPoolStep> = ZeroChannel::kept;
/// Kept: the mean of zeros.
template <>
inline constexpr ZeroChannel zero_channel<GlobalPoolStep> = ZeroChannel::kept;
/// Moved: from one frame to another.
template <>
inline constexpr ZeroChannel zero_channel<ShiftStep> = ZeroChannel::moved;

/// What a step does to a zero channel.
template <class T>
ZeroChannel zero_channel_of(const Step<T>& step) {
  return std::visit([]<class Operation>(const Operation&) { return zero_channel<Operation>; },
                    step.operation);
}

}  // namespace adafuse::models::inline ADAFUSE_SIMD
