// Vectors of floats with NEON, on Arm of 64 bits: 4 lanes, 32 registers. What the names mean:
// core/simd_plain.hpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/intrinsics.hpp>
#include <cstdint>

#if defined(ADAFUSE_NEON)
namespace adafuse::inline ADAFUSE_SIMD {

inline constexpr const char* simd_path = "neon";

/// One bit for each lane. NEON has no masked loads and stores: each lane of a partial vector is
/// moved alone, and for that a bit is tested. What computes makes a vector of it.
class Mask {
 public:
  Mask() = default;
  explicit Mask(std::uint32_t bits) : bits_(bits & 15u) {}
  bool all() const { return bits_ == 15u; }
  bool has(int lane) const { return (bits_ >> lane & 1u) != 0; }
  /// All bits of a lane set, or none.
  uint32x4_t lanes() const {
    const uint32x4_t lane = {1, 2, 4, 8};
    return vtstq_u32(vdupq_n_u32(bits_), lane);
  }

 private:
  std::uint32_t bits_ = 0;
};

struct Floats {
  static constexpr int width = simd_width;
  using Register = float32x4_t;
  Register v;

  static Floats zero() { return {vdupq_n_f32(0)}; }
  static Floats broadcast(float x) { return {vdupq_n_f32(x)}; }
  static Floats load(const float* p) { return {vld1q_f32(p)}; }
  static Floats load(const float* p, Mask m) { return zero().load_over(p, m); }
  Floats load_over(const float* p, Mask m) const {
    if (m.all()) return load(p);
    Register result = v;
    if (m.has(0)) result = vld1q_lane_f32(p, result, 0);
    if (m.has(1)) result = vld1q_lane_f32(p + 1, result, 1);
    if (m.has(2)) result = vld1q_lane_f32(p + 2, result, 2);
    if (m.has(3)) result = vld1q_lane_f32(p + 3, result, 3);
    return {result};
  }
  static Floats load_lower(const float* p) { return {vcombine_f32(vld1_f32(p), vdup_n_f32(0))}; }
  Floats load_upper(const float* p) const { return {vcombine_f32(vget_low_f32(v), vld1_f32(p))}; }
  void store(float* p) const { vst1q_f32(p, v); }
  void store(float* p, Mask m) const {
    if (m.all()) return store(p);
    if (m.has(0)) vst1q_lane_f32(p, v, 0);
    if (m.has(1)) vst1q_lane_f32(p + 1, v, 1);
    if (m.has(2)) vst1q_lane_f32(p + 2, v, 2);
    if (m.has(3)) vst1q_lane_f32(p + 3, v, 3);
  }

  friend Floats operator+(Floats a, Floats b) { return {vaddq_f32(a.v, b.v)}; }
  friend Floats operator-(Floats a, Floats b) { return {vsubq_f32(a.v, b.v)}; }
  friend Floats operator*(Floats a, Floats b) { return {vmulq_f32(a.v, b.v)}; }
  friend Floats operator/(Floats a, Floats b) { return {vdivq_f32(a.v, b.v)}; }
  // Neither fmax, which gives a NaN of either, nor fmaxnm, which gives none.
  friend Floats max(Floats a, Floats b) { return {vbslq_f32(vcgtq_f32(a.v, b.v), a.v, b.v)}; }
  friend Floats nan_or(Floats a, Floats b) { return {vbslq_f32(vceqq_f32(a.v, a.v), b.v, a.v)}; }
  friend Floats sqrt(Floats a) { return {vsqrtq_f32(a.v)}; }
  friend Floats fma(Floats a, Floats b, Floats c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
  friend float sum(Floats a) {  // Not addv, which adds neighbours first: as the plain path.
    const float32x2_t pairs = vadd_f32(vget_low_f32(a.v), vget_high_f32(a.v));
    return vget_lane_f32(pairs, 0) + vget_lane_f32(pairs, 1);
  }
};

inline void zip(Floats& a, Floats& b) {
  const float32x4_t first = vzip1q_f32(a.v, b.v);
  b.v = vzip2q_f32(a.v, b.v);
  a.v = first;
}
inline void unzip(Floats& a, Floats& b) {
  const float32x4_t first = vuzp1q_f32(a.v, b.v);
  b.v = vuzp2q_f32(a.v, b.v);
  a.v = first;
}
inline Floats move_up(Floats a, Mask m) {
  const uint32x4_t moved = vreinterpretq_u32_f32(vextq_f32(a.v, a.v, 3));
  return {vreinterpretq_f32_u32(vandq_u32(moved, m.lanes()))};
}
inline Floats move_down(Floats a, Mask m) {
  const uint32x4_t moved = vreinterpretq_u32_f32(vextq_f32(a.v, a.v, 1));
  return {vreinterpretq_f32_u32(vandq_u32(moved, m.lanes()))};
}

}  // namespace adafuse::inline ADAFUSE_SIMD
#endif
