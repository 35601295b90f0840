// Vectors of floats with AVX2 and FMA: 8 lanes, 16 registers. What the names mean:
// core/simd_plain.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/intrinsics.hpp>
#include <cstdint>

#if defined(ADAFUSE_AVX2)
namespace adafuse::inline ADAFUSE_SIMD {

inline constexpr const char* simd_path = "avx2";

/// All bits of a lane set, or none.
class Mask {
 public:
  Mask() = default;
  explicit Mask(std::uint32_t bits) {
    const __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    lanes_ =
        _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(static_cast<int>(bits)), lane), lane);
  }
  __m256i lanes() const { return lanes_; }

 private:
  __m256i lanes_ = _mm256_setzero_si256();
};

struct Floats {
  static constexpr int width = simd_width;
  using Register = __m256;
  Register v;

  static Floats zero() { return {_mm256_setzero_ps()}; }
  static Floats broadcast(float x) { return {_mm256_set1_ps(x)}; }
  static Floats load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static Floats load(const float* p, Mask m) { return {_mm256_maskload_ps(p, m.lanes())}; }
  Floats load_over(const float* p, Mask m) const {
    return {_mm256_blendv_ps(v, _mm256_maskload_ps(p, m.lanes()), _mm256_castsi256_ps(m.lanes()))};
  }
  static Floats load_lower(const float* p) { return {_mm256_castps128_ps256(_mm_loadu_ps(p))}; }
  Floats load_upper(const float* p) const { return {_mm256_insertf128_ps(v, _mm_loadu_ps(p), 1)}; }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
  void store(float* p, Mask m) const { _mm256_maskstore_ps(p, m.lanes(), v); }

  friend Floats operator+(Floats a, Floats b) { return {_mm256_add_ps(a.v, b.v)}; }
  friend Floats operator-(Floats a, Floats b) { return {_mm256_sub_ps(a.v, b.v)}; }
  friend Floats operator*(Floats a, Floats b) { return {_mm256_mul_ps(a.v, b.v)}; }
  friend Floats operator/(Floats a, Floats b) { return {_mm256_div_ps(a.v, b.v)}; }
  friend Floats max(Floats a, Floats b) { return {_mm256_max_ps(a.v, b.v)}; }
  friend Floats nan_or(Floats a, Floats b) {
    return {_mm256_blendv_ps(b.v, a.v, _mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q))};
  }
  friend Floats sqrt(Floats a) { return {_mm256_sqrt_ps(a.v)}; }
  friend Floats fma(Floats a, Floats b, Floats c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  friend float sum(Floats a) {
    const __m128 half = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
    const __m128 pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
  }
};

inline void zip(Floats& a, Floats& b) {
  const __m256 low = _mm256_unpacklo_ps(a.v, b.v), high = _mm256_unpackhi_ps(a.v, b.v);
  a.v = _mm256_permute2f128_ps(low, high, 0x20);
  b.v = _mm256_permute2f128_ps(low, high, 0x31);
}
inline void unzip(Floats& a, Floats& b) {
  const __m256 low = _mm256_permute2f128_ps(a.v, b.v, 0x20),
               high = _mm256_permute2f128_ps(a.v, b.v, 0x31);
  a.v = _mm256_shuffle_ps(low, high, 0x88);
  b.v = _mm256_shuffle_ps(low, high, 0xdd);
}
inline Floats move_up(Floats a, Mask m) {
  const __m256 moved = _mm256_permutevar8x32_ps(a.v, _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6));
  return {_mm256_and_ps(moved, _mm256_castsi256_ps(m.lanes()))};
}
inline Floats move_down(Floats a, Mask m) {
  const __m256 moved = _mm256_permutevar8x32_ps(a.v, _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0));
  return {_mm256_and_ps(moved, _mm256_castsi256_ps(m.lanes()))};
}

}  // namespace adafuse::inline ADAFUSE_SIMD
#endif
