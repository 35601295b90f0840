// The times of a stream's frames, in memory that does not grow with their number.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace adafuse::cli {

class FrameTimes {
 public:
  void add(double milliseconds) {
    const double place = std::log2(std::max(milliseconds, shortest) / shortest) * bins_an_octave;
    ++bins_[std::min(static_cast<std::size_t>(place), bins_.size() - 1)];
    ++count_;
  }

  std::uint64_t count() const { return count_; }

  /// Milliseconds, within 1 %; 0 when there were none.
  double median() const {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bins_.size(); ++i)
      if (below += bins_[i]; 2 * below > count_)
        return shortest * std::exp2((static_cast<double>(i) + 0.5) / bins_an_octave);
    return 0;
  }

 private:
  static constexpr double shortest = 1e-4, bins_an_octave = 40;  // 0.1 us to 30 hours
  std::array<std::uint64_t, 40 * 40> bins_{};
  std::uint64_t count_ = 0;
};

}  // namespace adafuse::cli
