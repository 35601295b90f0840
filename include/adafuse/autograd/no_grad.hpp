// Whether operations remember how to differentiate themselves: a switch of the current thread.
// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace adafuse {

namespace detail {
inline bool& grad_mode() {
  thread_local bool enabled = true;
  return enabled;
}
}  // namespace detail

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

/// `NoGrad guard;` : nothing is recorded, and parameters may be written, until the end of the
/// scope.
class NoGrad : public GradMode {
 public:
  NoGrad() : GradMode(false) {}
};

}  // namespace adafuse
