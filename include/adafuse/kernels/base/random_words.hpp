// Philox's words for many positions side by side: of each word one to 64 bits of a vector, where a
// product of 32 by 32 bits has room. What lies above the word is never read.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/rng.hpp>
#include <adafuse/core/simd.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD::detail {

/// A vector of words: their product with a number, exclusive or, and the 32 bits above.
#if defined(ADAFUSE_AVX512)
struct Words {
  static constexpr Index width = 8;
  __m512i v;

  static Words of(std::uint64_t x) { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
  static Words counted() { return {_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0)}; }
  // Masked, or g++ 12 warns about its own header.
  friend Words operator*(Words a, Words b) { return {_mm512_maskz_mul_epu32(0xff, a.v, b.v)}; }
  friend Words operator+(Words a, Words b) { return {_mm512_add_epi64(a.v, b.v)}; }
  friend Words operator^(Words a, Words b) { return {_mm512_xor_si512(a.v, b.v)}; }
  Words above() const { return {_mm512_maskz_srli_epi64(0xff, v, 32)}; }
  /// The word in the lower half, that of `upper` in the upper half.
  void store_pair(Words upper, std::uint64_t* to) const {
    _mm512_storeu_si512(to, _mm512_mask_shuffle_epi32(v, 0xaaaa, upper.v, _MM_PERM_CCAA));
  }
};
#elif defined(ADAFUSE_AVX2)
struct Words {
  static constexpr Index width = 4;
  __m256i v;

  static Words of(std::uint64_t x) { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
  static Words counted() { return {_mm256_set_epi64x(3, 2, 1, 0)}; }
  friend Words operator*(Words a, Words b) { return {_mm256_mul_epu32(a.v, b.v)}; }
  friend Words operator+(Words a, Words b) { return {_mm256_add_epi64(a.v, b.v)}; }
  friend Words operator^(Words a, Words b) { return {_mm256_xor_si256(a.v, b.v)}; }
  Words above() const { return {_mm256_srli_epi64(v, 32)}; }
  /// The word in the lower half, that of `upper` in the upper half.
  void store_pair(Words upper, std::uint64_t* to) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm256_blend_epi32(v, _mm256_slli_epi64(upper.v, 32), 0xaa));
  }
};
#elif defined(__SSE2__)
struct Words {
  static constexpr Index width = 2;
  __m128i v;

  static Words of(std::uint64_t x) { return {_mm_set1_epi64x(static_cast<long long>(x))}; }
  static Words counted() { return {_mm_set_epi64x(1, 0)}; }
  friend Words operator*(Words a, Words b) { return {_mm_mul_epu32(a.v, b.v)}; }
  friend Words operator+(Words a, Words b) { return {_mm_add_epi64(a.v, b.v)}; }
  friend Words operator^(Words a, Words b) { return {_mm_xor_si128(a.v, b.v)}; }
  Words above() const { return {_mm_srli_epi64(v, 32)}; }
  /// The word in the lower half, that of `upper` in the upper half.
  void store_pair(Words upper, std::uint64_t* to) const {
    const __m128i low = _mm_and_si128(v, _mm_set1_epi64x(0xffffffff));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                     _mm_or_si128(low, _mm_slli_epi64(upper.v, 32)));
  }
};
#else
struct Words {
  static constexpr Index width = 1;
  std::uint64_t v;

  static Words of(std::uint64_t x) { return {x}; }
  static Words counted() { return {0}; }
  friend Words operator*(Words a, Words b) {
    return {std::uint64_t{static_cast<std::uint32_t>(a.v)} * static_cast<std::uint32_t>(b.v)};
  }
  friend Words operator+(Words a, Words b) { return {a.v + b.v}; }
  friend Words operator^(Words a, Words b) { return {a.v ^ b.v}; }
  Words above() const { return {v >> 32}; }
  /// The word in the lower half, that of `upper` in the upper half.
  void store_pair(Words upper, std::uint64_t* to) const {
    *to = (upper.v << 32) | static_cast<std::uint32_t>(v);
  }
};
#endif

/// bits[k] = key.bits(first + k), for k in [0, lanes). A multiple of 32 lanes.
template <Index lanes>
void random_bits(Key key, std::uint64_t first, std::uint64_t* bits) {
  constexpr int chains = 4;  // vectors that do not wait for each other
  static_assert(lanes % (chains * Words::width) == 0);
  const Words a_factor = Words::of(0xD2511F53u), b_factor = Words::of(0xCD9E8D57u);
  for (Index k = 0; k < lanes; k += chains * Words::width) {
    Words w0[chains], w1[chains], w2[chains], w3[chains];
#pragma GCC unroll 4
    for (int c = 0; c < chains; ++c) {
      const auto start = first + static_cast<std::uint64_t>(k + c * Words::width);
      w0[c] = Words::of(start) + Words::counted();
      w1[c] = w0[c].above();
      w2[c] = w3[c] = Words::of(0);
    }
    auto k0 = static_cast<std::uint32_t>(key.philox_key());
    auto k1 = static_cast<std::uint32_t>(key.philox_key() >> 32);
    for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
      const Words key0 = Words::of(k0), key1 = Words::of(k1);
#pragma GCC unroll 4
      for (int c = 0; c < chains; ++c) {
        const Words a = a_factor * w0[c], b = b_factor * w2[c];
        w0[c] = b.above() ^ w1[c] ^ key0;
        w1[c] = b;
        w2[c] = a.above() ^ w3[c] ^ key1;
        w3[c] = a;
      }
    }
#pragma GCC unroll 4
    for (int c = 0; c < chains; ++c) w0[c].store_pair(w1[c], bits + k + c * Words::width);
  }
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD::detail
