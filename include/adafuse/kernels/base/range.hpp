// Range: positions from one to before another, and a range cut into parts.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Positions [begin, end); empty when end is not above begin.
struct Range {
  Index begin = 0, end = 0;
  Index size() const { return end > begin ? end - begin : 0; }
  bool operator==(const Range&) const = default;
};

/// Part `index` of [0, count) cut into `parts` whose sizes differ by at most one.
inline Range part(Index count, Index parts, Index index) {
  if (parts == 1) return {0, count};  // Divisions take long.
  return {count * index / parts, count * (index + 1) / parts};
}
/// The same with cuts only at multiples of `step`.
inline Range part_in_steps(Index count, Index step, Index parts, Index index) {
  const auto [begin, end] = part((count + step - 1) / step, parts, index);
  return {begin * step, end * step < count ? end * step : count};
}

/// [0, count) cut into as few parts of at most `most` positions as can be; sizes differ by at most
/// one, and the larger parts come first. It divides as little as can be: small maps ask often.
class EvenParts {
 public:
  [[gnu::always_inline]] EvenParts(Index count, Index most)
      : parts_((count + most - 1) / most),
        least_(parts_ * most == count ? most
               : parts_ == 1          ? count
                                      : count / parts_),
        larger_(count - parts_ * least_) {}

  Index count() const { return parts_; }
  Range operator[](Index part) const { return {begin(part), begin(part + 1)}; }
  /// Positions of the smallest part, and how many parts have one more.
  Index least() const { return least_; }
  Index larger() const { return larger_; }

 private:
  Index begin(Index part) const { return part * least_ + (part < larger_ ? part : larger_); }

  Index parts_, least_, larger_;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
