// Whether Winograd may be chosen: a switch of the process.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <atomic>

namespace adafuse::kernels {

/// Whether `ConvAlgorithm::automatic` may choose Winograd, in the whole process.
struct WinogradSetting {
  static constinit inline std::atomic<bool> allowed{true};
};

inline namespace ADAFUSE_SIMD {

/// Whether `ConvAlgorithm::automatic` may choose Winograd, in the whole process (at first: yes).
inline bool winograd_allowed() { return WinogradSetting::allowed; }
inline void set_winograd_allowed(bool allowed) { WinogradSetting::allowed = allowed; }

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
