// The vocabulary of vectors, in C++ that g++ and clang share: what each name means, and the path of
// machines that have no other.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/intrinsics.hpp>
#include <cstdint>

#if !defined(ADAFUSE_AVX512) && !defined(ADAFUSE_AVX2) && !defined(ADAFUSE_NEON)
namespace adafuse::inline ADAFUSE_SIMD {

inline constexpr const char* simd_path = "plain";

/// Some of the lanes of a vector: bit i of what it is made of says whether lane i is one.
class Mask {
 public:
  Mask() = default;
  explicit Mask(std::uint32_t bits) : lanes_(bits & 15u) {}
  bool all() const { return lanes_ == 15u; }
  bool operator[](int lane) const { return (lanes_ >> lane & 1u) != 0; }

 private:
  std::uint32_t lanes_ = 0;
};

/// `width` floats in one register: here four, which a compiler makes of SSE2, SIMD128 or scalars.
struct Floats {
  static constexpr int width = simd_width;
  using Register = float __attribute__((vector_size(16)));
  Register v;

  static Floats zero() { return {Register{}}; }
  static Floats broadcast(float x) { return {Register{x, x, x, x}}; }
  static Floats load(const float* p) { return {Register{p[0], p[1], p[2], p[3]}}; }
  /// Lanes outside of the mask become 0; their memory is not touched and need not exist.
  static Floats load(const float* p, Mask m) { return zero().load_over(p, m); }
  /// This vector, with the lanes of the mask replaced from memory.
  Floats load_over(const float* p, Mask m) const {
    if (m.all()) return load(p);
    Floats result = *this;
    for (int i = 0; i < width; ++i)
      if (m[i]) result.v[i] = p[i];
    return result;
  }
  /// The lower half of the lanes; the upper is to be replaced.
  static Floats load_lower(const float* p) { return {Register{p[0], p[1], 0, 0}}; }
  /// This vector, with the upper half of its lanes replaced from memory.
  Floats load_upper(const float* p) const { return {Register{v[0], v[1], p[0], p[1]}}; }
  void store(float* p) const {
    for (int i = 0; i < width; ++i) p[i] = v[i];
  }
  void store(float* p, Mask m) const {
    for (int i = 0; i < width; ++i)
      if (m[i]) p[i] = v[i];
  }

  friend Floats operator+(Floats a, Floats b) { return {a.v + b.v}; }
  friend Floats operator-(Floats a, Floats b) { return {a.v - b.v}; }
  friend Floats operator*(Floats a, Floats b) { return {a.v * b.v}; }
  friend Floats operator/(Floats a, Floats b) { return {a.v / b.v}; }
  /// The larger one; b where they cannot be compared: where either is NaN, and of 0 and -0.
  friend Floats max(Floats a, Floats b) { return {a.v > b.v ? a.v : b.v}; }
  /// a where it is NaN, elsewhere b.
  friend Floats nan_or(Floats a, Floats b) { return {a.v <= a.v ? b.v : a.v}; }
  friend Floats sqrt(Floats a) {
#if defined(__SSE2__)
    return {_mm_sqrt_ps(a.v)};
#else
    for (int i = 0; i < width; ++i) a.v[i] = __builtin_sqrtf(a.v[i]);
    return a;
#endif
  }
  /// a b + c: rounded once where the machine can, else twice.
  friend Floats fma(Floats a, Floats b, Floats c) { return {a.v * b.v + c.v}; }
  /// Of all lanes. In which order they are added is a matter of the path.
  friend float sum(Floats a) { return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]); }
};

/// a0 b0 a1 b1 ...: the first half of the lanes in `a`, the second in `b`.
inline void zip(Floats& a, Floats& b) {
  const Floats first = {{a.v[0], b.v[0], a.v[1], b.v[1]}};
  b.v = Floats::Register{a.v[2], b.v[2], a.v[3], b.v[3]};
  a = first;
}
/// The inverse of zip: from a0 b0 a1 b1 ... the lanes at even places to `a`, at odd places to `b`.
inline void unzip(Floats& a, Floats& b) {
  const Floats first = {{a.v[0], a.v[2], b.v[0], b.v[2]}};
  b.v = Floats::Register{a.v[1], a.v[3], b.v[1], b.v[3]};
  a = first;
}
/// Lane i = lane i - 1 of `a`. Lanes outside of the mask become 0; the first is to be one.
inline Floats move_up(Floats a, Mask m) {
  Floats moved = Floats::zero();
  for (int lane = 1; lane < Floats::width; ++lane)
    if (m[lane]) moved.v[lane] = a.v[lane - 1];
  return moved;
}
/// Lane i = lane i + 1 of `a`. Lanes outside of the mask become 0; the last is to be one.
inline Floats move_down(Floats a, Mask m) {
  Floats moved = Floats::zero();
  for (int lane = 0; lane + 1 < Floats::width; ++lane)
    if (m[lane]) moved.v[lane] = a.v[lane + 1];
  return moved;
}

}  // namespace adafuse::inline ADAFUSE_SIMD
#endif
