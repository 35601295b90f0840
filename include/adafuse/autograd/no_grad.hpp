// Two switches of the current thread: whether operations remember how to differentiate themselves,
// and whether a pullback is running.
// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace adafuse {

namespace detail {
inline bool& grad_mode() {
  thread_local bool enabled = true;
  return enabled;
}
inline bool& pullback_mode() {
  thread_local bool running = false;
  return running;
}
}  // namespace detail

/// Whether a pullback runs on this thread: what it computes was computed before, by the forward.
inline bool inside_pullback() { return detail::pullback_mode(); }

/// Whether operations on this thread are recorded.
inline bool grad_enabled() { return detail::grad_mode(); }

/// Turns recording on or off until the end of the scope.
class GradMode {
 public:
  explicit GradMode(bool enabled) : before_(std::exchange(detail::grad_mode(), enabled)) {}
  ~GradMode() { detail::grad_mode() = before_; }
  GradMode(const GradMode&) = delete;
  GradMode& operator=(const GradMode&) = delete;

 private:
  bool before_;
};

/// Marks a pullback until the end of the scope.
class PullbackMode {
 public:
  PullbackMode() : before_(std::exchange(detail::pullback_mode(), true)) {}
  ~PullbackMode() { detail::pullback_mode() = before_; }
  PullbackMode(const PullbackMode&) = delete;
  PullbackMode& operator=(const PullbackMode&) = delete;

 private:
  bool before_;
};

/// `NoGrad guard;` : nothing is recorded, and parameters may be written, until the end of the
/// scope.
class NoGrad : public GradMode {
 public:
  NoGrad() : GradMode(false) {}
};

}  // namespace adafuse
