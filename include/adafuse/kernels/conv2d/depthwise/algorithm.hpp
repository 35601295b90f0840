// How depthwise convolution stands in the table of algorithms: where it fits, nothing else pays.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/depthwise/depthwise.hpp>
#include <adafuse/kernels/conv2d/shared/algorithm_entry.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace depthwise {

inline constexpr AlgorithmEntry algorithm{.name = "depthwise",
                                          .expects = "groups = channels and a stride up to 2",
                                          .fits = fits,
                                          .correlate = correlate};

}  // namespace depthwise
}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
