// Lines of memory that will be read soon, fetched into L2 a few at a time: only computing hides
// what it takes to wait for memory, and no processor foresees where the next piece of a list lies.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

class PrefetchQueue {
 public:
  /// What is fetched in one step, by whoever computes meanwhile.
  struct Share {
    const float* const* lines = nullptr;
    Index count = 0;
  };

  /// Forgets all. There will be up to `most` lines: memory is taken for them at once.
  void clear(Index most) {
    lines_.clear(), next_ = 0;
    lines_.reserve(static_cast<std::size_t>(most));
  }
  /// The lines of `numbers` floats.
  void add(const float* first, Index numbers) {
    constexpr Index line = 16;
    for (Index i = 0; i < numbers; i += line) lines_.push_back(first + i);
  }
  /// There will be so many steps.
  void spread(Index steps) {
    steps = std::max<Index>(steps, 1);
    each_ = (std::ssize(lines_) + steps - 1) / steps;
  }
  Share next() {
    const Index begin = next_;
    next_ = std::min<Index>(begin + each_, std::ssize(lines_));
    return {lines_.data() + begin, next_ - begin};
  }

 private:
  std::vector<const float*> lines_;
  Index next_ = 0, each_ = 0;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
