// The epilogue: what happens to sums in registers before they are stored.
//
//   y = activation(scale * sum + shift + residual)
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/activation.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// Which parts there are.
struct EpilogueParts {
  bool affine = false, add_residual = false;
  Activation activation = Activation::identity;
};

/// Part by part, so that each question is asked once for all sums. `for_each(body)` calls
/// body(sum, where...) for each sum of a tile; `scale`, `shift` and `residual` give a vector for
/// where a sum is.
template <class ForEach, class Scale, class Shift, class Residual>
[[gnu::always_inline]] inline void apply_epilogue(const EpilogueParts& parts,
                                                  const ForEach& for_each, const Scale& scale,
                                                  const Shift& shift, const Residual& residual) {
  if (parts.affine)
    for_each([&](Floats & sum, const auto&... where) __attribute__((always_inline)) {
      sum = fma(sum, scale(where...), shift(where...));
    });
  if (parts.add_residual)
    for_each([&](Floats & sum, const auto&... where)
                 __attribute__((always_inline)) { sum = sum + residual(where...); });
  activate(parts.activation, for_each);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
