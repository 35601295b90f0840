// Whether operations remember how to differentiate themselves: a switch of the current thread.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <utility>

namespace adafuse {

/// Turns recording on or off until the end of the scope.
class GradMode {
 public:
  /// Records from here on if `enabled`, on this thread.
  ADAFUSE_INLINE explicit GradMode(bool enabled) : before_(std::exchange(enabled_, enabled)) {}
  ADAFUSE_INLINE ~GradMode() { enabled_ = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

  /// Whether this thread records now.
  static bool enabled() { return enabled_; }

 private:
  static constinit inline thread_local bool enabled_ = true;
  bool before_;
};

/// `NoGrad guard;` : nothing is recorded, and parameters may be written, until the end of the
/// scope.
class NoGrad : public GradMode {
 public:
  ADAFUSE_INLINE NoGrad() : GradMode(false) {}
};

inline namespace ADAFUSE_SIMD {
/// Whether operations on this thread are recorded.
inline bool grad_enabled() { return GradMode::enabled(); }
}  // namespace ADAFUSE_SIMD

}  // namespace adafuse
