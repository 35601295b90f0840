// How long a training still takes, from the times at which its steps and validations ended. Times
// are seconds of any clock that only goes forward; nothing here asks one.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <algorithm>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Where a training is: steps that are done in this epoch, which is counted from 0.
struct StepsDone {
  /// This one, and how many there are.
  Index epoch, epochs;
  /// That are done in it, and how many it has.
  Index step, steps;
};

/// How long a training still takes.
class RemainingTime {
 public:
  /// The training begins, or goes on, at `now`. A validation is first taken to be as long as
  /// `validation_batches` batches of which no gradient is asked: a third of a step each.
  RemainingTime(double validation_batches, double now)
      : validation_batches_(validation_batches), last_(now) {}

  /// A step has ended. The first one makes room for all that follow, and counts only until there is
  /// another; the last hundred weigh most.
  void step(const StepsDone& done, double now) {
    constexpr Index memory = 100;
    if (measured_ == 0) step_ = now - last_;
    ++measured_;
    if (measured_ > 1)
      step_ += (now - last_ - step_) / static_cast<double>(std::min(memory, measured_ - 1));
    seconds_ += measured_ > 1 ? now - last_ : 0;
    done_ = done;
    last_ = now;
  }

  /// The validation after an epoch has ended, and its files are written.
  void epoch(double now) {
    validated_ = measured_ > 0;
    validation_ = now - last_;
    last_ = now;
  }

  /// Seconds of a step.
  double step_seconds() const { return step_; }
  /// How many steps were timed, but for the first, and how long they took.
  Index measured() const { return std::max<Index>(0, measured_ - 1); }
  double measured_seconds() const { return seconds_; }

  /// Seconds from the last step on.
  double left() const {
    const double validation = validated_ ? validation_ : validation_batches_ * step_ / 3;
    const Index epochs_left = done_.epochs - done_.epoch;
    const Index steps_left = epochs_left * done_.steps - done_.step;
    return static_cast<double>(steps_left) * step_ + static_cast<double>(epochs_left) * validation;
  }

 private:
  double validation_batches_;
  double last_;
  double step_ = 0, seconds_ = 0, validation_ = 0;
  Index measured_ = 0;
  bool validated_ = false;
  StepsDone done_{0, 0, 0, 0};
};

}  // namespace adafuse::train::inline ADAFUSE_SIMD
