// Bits of many bytes at once: which of them equal a value, and the list of those that do.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <algorithm>
#include <bit>

namespace adafuse::inline ADAFUSE_SIMD {

/// How many bytes make the bits of one call: as many as the smallest vectors of integers have.
inline constexpr Index bits_at_once = 16;

/// Bit i: p[i] == value, for the first `count` bytes, or bits_at_once if there are more.
inline std::uint32_t equal_bits(const std::uint8_t* p, Index count, std::uint8_t value) {
#if defined(__SSE2__)
  if (count >= bits_at_once) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(static_cast<char>(value)));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(equal));
  }
#elif defined(ADAFUSE_NEON)
  if (count >= bits_at_once) {  // Each byte keeps a bit of its own; the bits of eight are one sum.
    const uint8x8_t bit = {1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t equal = vceqq_u8(vld1q_u8(p), vdupq_n_u8(value));
    const std::uint32_t low = vaddv_u8(vand_u8(vget_low_u8(equal), bit)),
                        high = vaddv_u8(vand_u8(vget_high_u8(equal), bit));
    return low | high << 8;
  }
#endif
  std::uint32_t bits = 0;
  for (Index i = 0; i < std::min(count, bits_at_once); ++i) bits |= (p[i] == value ? 1u : 0u) << i;
  return bits;
}

/// Writes first + i for each bit i < bits_at_once that is set, in order, and returns how many.
inline Index list_bits(std::uint32_t bits, Index first, std::int32_t* numbers) {
  const int count = std::popcount(bits);
#if defined(ADAFUSE_AVX512)  // Without a branch on the bits, that nobody could predict.
  const __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i all = _mm512_add_epi32(places, _mm512_set1_epi32(static_cast<int>(first)));
  _mm512_mask_storeu_epi32(numbers, static_cast<__mmask16>((1u << count) - 1),
                           _mm512_maskz_compress_epi32(static_cast<__mmask16>(bits), all));
#else
  for (; bits != 0; bits &= bits - 1)
    *numbers++ = static_cast<std::int32_t>(first + std::countr_zero(bits));
#endif
  return count;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
