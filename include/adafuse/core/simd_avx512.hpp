// Vectors of floats with AVX-512: 16 lanes, 32 registers. What the names mean: core/simd_plain.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/intrinsics.hpp>
#include <cstdint>

#if defined(ADAFUSE_AVX512)
namespace adafuse::inline ADAFUSE_SIMD {

inline constexpr const char* simd_path = "avx512";

/// One bit for each lane.
class Mask {
 public:
  Mask() = default;
  explicit Mask(std::uint32_t bits) : lanes_(static_cast<__mmask16>(bits)) {}
  __mmask16 lanes() const { return lanes_; }

 private:
  __mmask16 lanes_ = 0;
};

struct Floats {
  static constexpr int width = simd_width;
  using Register = __m512;
  Register v;

  static Floats zero() { return {_mm512_setzero_ps()}; }
  static Floats broadcast(float x) { return {_mm512_set1_ps(x)}; }
  static Floats load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Floats load(const float* p, Mask m) { return {_mm512_maskz_loadu_ps(m.lanes(), p)}; }
  Floats load_over(const float* p, Mask m) const { return {_mm512_mask_loadu_ps(v, m.lanes(), p)}; }
  static Floats load_lower(const float* p) { return {_mm512_castps256_ps512(_mm256_loadu_ps(p))}; }
  Floats load_upper(const float* p) const {
    const __m512d upper = _mm512_maskz_insertf64x4(0xff, _mm512_castps_pd(v),
                                                   _mm256_castps_pd(_mm256_loadu_ps(p)), 1);
    return {_mm512_castpd_ps(upper)};
  }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  void store(float* p, Mask m) const { _mm512_mask_storeu_ps(p, m.lanes(), v); }

  friend Floats operator+(Floats a, Floats b) { return {_mm512_add_ps(a.v, b.v)}; }
  friend Floats operator-(Floats a, Floats b) { return {_mm512_sub_ps(a.v, b.v)}; }
  friend Floats operator*(Floats a, Floats b) { return {_mm512_mul_ps(a.v, b.v)}; }
  friend Floats operator/(Floats a, Floats b) { return {_mm512_div_ps(a.v, b.v)}; }
  friend Floats max(Floats a, Floats b) {
    return {_mm512_maskz_max_ps(0xffff, a.v, b.v)};  // Unmasked, g++ 12 warns about its own header.
  }
  friend Floats nan_or(Floats a, Floats b) {
    return {_mm512_mask_mov_ps(b.v, _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q), a.v)};
  }
  friend Floats sqrt(Floats a) { return {_mm512_maskz_sqrt_ps(0xffff, a.v)}; }
  friend Floats fma(Floats a, Floats b, Floats c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  friend float sum(Floats a) {  // Fold halves, quarters, pairs, neighbours onto each other.
    const __mmask16 all = 0xffff;
    a.v = _mm512_add_ps(a.v, _mm512_maskz_shuffle_f32x4(all, a.v, a.v, 0x4e));
    a.v = _mm512_add_ps(a.v, _mm512_maskz_shuffle_f32x4(all, a.v, a.v, 0xb1));
    a.v = _mm512_add_ps(a.v, _mm512_maskz_permute_ps(all, a.v, 0x4e));
    a.v = _mm512_add_ps(a.v, _mm512_maskz_permute_ps(all, a.v, 0xb1));
    return a.v[0];
  }
};

inline void zip(Floats& a, Floats& b) {
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  const __m512 first = _mm512_permutex2var_ps(a.v, low, b.v);
  b.v = _mm512_permutex2var_ps(a.v, high, b.v);
  a.v = first;
}
inline void unzip(Floats& a, Floats& b) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  const __m512 first = _mm512_permutex2var_ps(a.v, even, b.v);
  b.v = _mm512_permutex2var_ps(a.v, odd, b.v);
  a.v = first;
}
inline Floats move_up(Floats a, Mask m) {
  const __m512i lanes = _mm512_castps_si512(a.v);
  return {_mm512_castsi512_ps(_mm512_maskz_alignr_epi32(m.lanes(), lanes, lanes, 15))};
}
inline Floats move_down(Floats a, Mask m) {
  const __m512i lanes = _mm512_castps_si512(a.v);
  return {_mm512_castsi512_ps(_mm512_maskz_alignr_epi32(m.lanes(), lanes, lanes, 1))};
}

}  // namespace adafuse::inline ADAFUSE_SIMD
#endif
