// StridedLanes: a vector of every pixel, every second, ... of an image row, where some lanes lie
// outside.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Lanes of a vector whose lane l reads `first[l * stride]`. Lanes without a bit are not touched.
class StridedLanes {
 public:
  StridedLanes() = default;
  StridedLanes(std::uint32_t bits, Index stride) : bits_(bits), stride_(stride) {
    if (stride == 2) {  // Lane l reads place 2 l of two registers.
      std::uint32_t places = bits;
      places = (places | places << 8) & 0x00ff00ffu;
      places = (places | places << 4) & 0x0f0f0f0fu;
      places = (places | places << 2) & 0x33333333u;
      places = (places | places << 1) & 0x55555555u;
      low_ = Mask(places & lane_bits(0, Floats::width));
      high_ = Mask(places >> Floats::width);
    } else {
      low_ = Mask(bits);
    }
  }

  /// These lanes from memory, the others from `before`, which is 0 in these lanes. `Stride` is the
  /// stride of the constructor, or 0 for one that is neither 1 nor 2.
  template <int Stride>
  Floats load(const float* first, Floats before = Floats::zero()) const {
    if constexpr (Stride == 1) {
      return before.load_over(first, low_);
    } else if constexpr (Stride == 2) {
      Floats even = Floats::load(first, low_), odd = Floats::load(first + Floats::width, high_);
      unzip(even, odd);
      return before + even;
    } else {
      float lanes[Floats::width];
      before.store(lanes);
      for (int l = 0; l < Floats::width; ++l)
        if (bits_ >> l & 1u) lanes[l] = first[l * stride_];
      return Floats::load(lanes);
    }
  }

 private:
  Mask low_, high_;
  std::uint32_t bits_ = 0;
  Index stride_ = 1;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
