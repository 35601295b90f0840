// bits_as: std::bit_cast, also for standard libraries that lack it, such as emscripten 3.1's.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <type_traits>

namespace adafuse::inline ADAFUSE_SIMD {

/// The bytes of `from`, as a value of another type of the same size. Constant where `from` is.
template <class To, class From>
constexpr To bits_as(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From));
  static_assert(std::is_trivially_copyable_v<To> && std::is_trivially_copyable_v<From>);
  return __builtin_bit_cast(To, from);
}

}  // namespace adafuse::inline ADAFUSE_SIMD
