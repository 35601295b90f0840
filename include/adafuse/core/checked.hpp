// Checked: whole-number arithmetic that knows when a result went beyond what an Index holds.
//
// Sizes and options come from callers and files, up to the ends of the type. A check that adds or
// multiplies them as they are would overflow before it refuses anything.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <cassert>
#include <cstdint>

namespace adafuse::inline ADAFUSE_SIMD {

/// A whole number and whether all that it was made of fitted.
class Checked {
 public:
  /// A number that fits.
  constexpr Checked(std::int64_t value) : value_(value) {}

  /// Whether the value and all that it was made of are within the type.
  constexpr bool fits() const { return fits_; }
  /// The value; it must fit.
  constexpr std::int64_t value() const {
    assert(fits_);
    return value_;
  }

  /// a + b; `fits()` is false after an overflow.
  friend constexpr Checked operator+(Checked a, Checked b) {
    Checked c = 0;
    c.fits_ = !__builtin_add_overflow(a.value_, b.value_, &c.value_) && a.fits_ && b.fits_;
    return c;
  }
  /// a - b; `fits()` is false after an overflow.
  friend constexpr Checked operator-(Checked a, Checked b) {
    Checked c = 0;
    c.fits_ = !__builtin_sub_overflow(a.value_, b.value_, &c.value_) && a.fits_ && b.fits_;
    return c;
  }
  /// a b; `fits()` is false after an overflow.
  friend constexpr Checked operator*(Checked a, Checked b) {
    Checked c = 0;
    c.fits_ = !__builtin_mul_overflow(a.value_, b.value_, &c.value_) && a.fits_ && b.fits_;
    return c;
  }

 private:
  std::int64_t value_;
  bool fits_ = true;
};

/// floor(a n / d) for 0 <= a <= d and n >= 0, where a n itself may be beyond the type.
/// d is at most 2^31.
constexpr std::int64_t scaled(std::int64_t n, std::int64_t a, std::int64_t d) {
  // n = q d + r  =>  a n / d = a q + a r / d
  return a * (n / d) + a * (n % d) / d;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
