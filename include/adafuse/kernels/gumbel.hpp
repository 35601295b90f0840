// Gumbel noise in bulk: the numbers of Key::gumbel, to the last digits of a double, many side by
// side. A step of training draws one for each action of each channel of each frame, and two calls
// of std::log for each would cost more than the agents' own arithmetic.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/bits_as.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <algorithm>
#include <numbers>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

#ifdef ADAFUSE_COMPILED
template <class T>
void gumbel(Key key, std::uint64_t first, Index count, T* out) {
  compiled::kernels_of<T>().gumbel(key, first, count, out);
}
#else

namespace detail {

/// ln x of a normal x above 0, without a branch.
///   x = 2^e m, 1/2 <= m^2 < 2,   ln x = e ln 2 + ln m
///   s = (m - 1) / (m + 1)  =>  ln m = 2 artanh s = 2 (s + s^3/3 + s^5/5 + ...),   s^2 < 0.0295
inline double log_of_normal(double x) {
  const auto bits = bits_as<std::uint64_t>(x);
  constexpr auto root_half = bits_as<std::uint64_t>(1 / std::numbers::sqrt2);
  const std::uint64_t above = bits - root_half;
  const auto exponent = static_cast<std::int32_t>(static_cast<std::int64_t>(above) >> 52);
  const auto m = bits_as<double>(root_half + (above & 0xfffffffffffffu));
  const double s = (m - 1) / (m + 1), z = s * s;
  double series = 1.0 / 21;
  for (const double odd : {19., 17., 15., 13., 11., 9., 7., 5., 3.}) series = series * z + 1 / odd;
  return exponent * std::numbers::ln2 + 2 * (s + s * z * series);
}

}  // namespace detail

/// out[i] = key.gumbel(first + i), but for the last digits of a double, for i in [0, count).
template <class T>
void gumbel(Key key, std::uint64_t first, Index count, T* out) {
  constexpr Index lanes = 64;
  double u[lanes];
  for (Index i = 0; i < count; i += lanes) {
    const Index n = std::min(lanes, count - i);
    for (Index k = 0; k < n; ++k) u[k] = key.uniform(first + static_cast<std::uint64_t>(i + k));
    for (Index k = n; k < lanes; ++k) u[k] = 0.5;
    for (Index k = 0; k < lanes; ++k) u[k] = -detail::log_of_normal(-detail::log_of_normal(u[k]));
    for (Index k = 0; k < n; ++k) out[i + k] = static_cast<T>(u[k]);
  }
}

#endif

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
