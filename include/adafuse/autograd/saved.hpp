// Saved: what a pullback reads must be what its operation read.
//
// While a pullback runs, the values it asks for are compared with the moment when its operation was
// recorded: written since then, they would give a wrong gradient, and the error says which they
// are. Values that it does not ask for may change, and so may what is younger than the operation.
// Variables see to it themselves, in `value()`; a tensor that a pullback captures, such as labels
// or positions, is wrapped in a `Saved`.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/autograd/no_grad.hpp>
#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <span>

namespace adafuse {

namespace process {

/// The operation whose pullback runs, and what it was given.
struct RunningPullback {
  const char* op;
  std::uint64_t recorded;               // the event at which the operation was recorded
  std::uint64_t called;                 // the newest event when the pullback was called
  const void* gradient;                 // the memory of dy, which may be older than the operation
  const void* result;                   // that of y
  std::span<const void* const> inputs;  // those of the first inputs

  /// Throws ValueError when the tensor, which is read now, was written in between. What the
  /// pullback itself writes does not count.
  template <class T>
  [[gnu::noinline]] ADAFUSE_INLINE void require_unchanged(const Tensor<T>& tensor,
                                                          const char* name) const {
    const void* memory = tensor.storage().identity();
    if (memory == gradient || !tensor.storage().written_between(recorded, called)) return;
    const auto input = std::find(inputs.begin(), inputs.end(), memory);
    const auto what = name                    ? std::string(name)
                      : memory == result      ? std::string("its result")
                      : input != inputs.end() ? concat("input ", input - inputs.begin())
                                              : std::string("a value that it kept");
    detail::fail<ValueError>(
        op, ": the gradient needs ", what, ", ", tensor.shape(),
        ", as it was, and it was written after the operation; call backward before, "
        "or give the operation a clone()");
  }
};

/// Says for a scope which pullback runs on this thread; nullptr: none does.
class PullbackScope {
 public:
  ADAFUSE_INLINE explicit PullbackScope(const RunningPullback* pullback)
      : before_(std::exchange(running_, pullback)) {}
  ADAFUSE_INLINE ~PullbackScope() { running_ = before_; }
  PullbackScope(const PullbackScope&) = delete;
  PullbackScope& operator=(const PullbackScope&) = delete;

  static const RunningPullback* running() { return running_; }

 private:
  static constinit inline thread_local const RunningPullback* running_ = nullptr;
  const RunningPullback* before_;
};

}  // namespace process

inline namespace ADAFUSE_SIMD {

namespace detail {

/// Where values are read: one comparison outside of pullbacks.
template <class T>
[[gnu::always_inline]] inline void require_unchanged(const Tensor<T>& tensor,
                                                     const char* name = nullptr) {
  if (const auto* pullback = process::PullbackScope::running()) [[unlikely]]
    pullback->require_unchanged(tensor, name);
}

}  // namespace detail

/// Whether a pullback runs on this thread: a forward in it repeats one that was run before.
inline bool inside_pullback() { return process::PullbackScope::running() != nullptr; }

/// A tensor that a pullback captures: `[labels = Saved("labels", labels)]`, read by
/// `labels.value()`, which throws ValueError when it was written since.
template <class T>
class Saved {
 public:
  /// Keeps `value`, which an error calls `name`.
  Saved(const char* name, Tensor<T> value) : name_(name), value_(std::move(value)) {
    if (grad_enabled()) value_.storage().watch();
  }
  /// The tensor. Throws ValueError when it was written since.
  const Tensor<T>& value() const {
    detail::require_unchanged(value_, name_);
    return value_;
  }

 private:
  const char* name_;
  Tensor<T> value_;
};

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse
