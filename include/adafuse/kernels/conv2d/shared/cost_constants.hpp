// What the parts of a convolution cost, in multiply-adds of one vector: the constants of the model
// that chooses algorithms. Each algorithm says what it counts (`features` in its room).
//
// Fitted by hand on an Intel Xeon (AVX-512), an AMD EPYC of Zen 4 and one of Zen 5.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <array>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace cost_constants {

/// Floats that stay in the L2 of one core.
inline constexpr long l2_floats = 1024 * 1024 / 4;

inline constexpr std::array<double, 8> masked_direct{1.02,  1.1424, 0.306, 1.122,
                                                     1.428, 15,     20,    150};
inline constexpr std::array<double, 10> blocked{0.92, 1.15, 1.2, 1.5, 1.12, 1.4, 8, 50, 12, 40};
inline constexpr std::array<double, 8> whole_rows{0.92, 1.3, 0.84, 130, 110, 3, 1.5, 3.5};
inline constexpr std::array<double, 5> packed{1, 12, 18, 40, 15};
inline constexpr std::array<double, 4> winograd{36, 108, 1000, 20};

}  // namespace cost_constants
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
