// Vectors of doubles, for functions such as e^x and ln x, and how numbers of either type get into
// them.
//
// A sum, a product, a quotient and a root are IEEE's and round once, so what is made of them has
// the same bits on every path and by every compiler. For that, no product may melt into a sum: a
// machine with a fused multiply-add would round once where another one rounds twice.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/simd.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

/// `width` doubles in one register: half as many as Floats has.
struct Doubles {
  static constexpr int width = simd_width / 2;
  using Register = double __attribute__((vector_size(simd_width * 4)));
  using Words = decltype(Register{} < Register{});  // whole numbers of 64 bits
  using Unsigned = std::uint64_t __attribute__((vector_size(simd_width * 4)));
  Register v;

  [[gnu::always_inline]] static Doubles of(double x);
  [[gnu::always_inline]] static Doubles of_bits(Words bits) {
    return {reinterpret_cast<Register>(bits)};
  }
  [[gnu::always_inline]] Words bits() const { return reinterpret_cast<Words>(v); }

  [[gnu::always_inline]] static Doubles load(const double* p);
  [[gnu::always_inline]] static Doubles load(const float* p);
  void store(double* p) const;
  /// Rounded to the next float; what is too large becomes infinite.
  void store(float* p) const;

  /// All bits of a lane are set, or none.
  struct Mask {
    Words v;
    [[gnu::always_inline]] friend Mask operator&(Mask a, Mask b) { return {a.v & b.v}; }
    [[gnu::always_inline]] friend Mask operator|(Mask a, Mask b) { return {a.v | b.v}; }
    [[gnu::always_inline]] friend Mask operator!(Mask a) { return {~a.v}; }
  };

  [[gnu::always_inline]] friend Doubles operator+(Doubles a, Doubles b) { return {a.v + b.v}; }
  [[gnu::always_inline]] friend Doubles operator-(Doubles a, Doubles b) { return {a.v - b.v}; }
  [[gnu::always_inline]] friend Doubles operator/(Doubles a, Doubles b) { return {a.v / b.v}; }
  [[gnu::always_inline]] friend Doubles operator*(Doubles a, Doubles b) {
    Doubles product{a.v * b.v};
    // Nothing, but the compiler cannot look through it, and leaves the product a product.
#if defined(ADAFUSE_AVX512)
    asm("" : "+v"(product.v));
#elif defined(__FMA__)
    asm("" : "+x"(product.v));
#elif defined(__aarch64__)
    asm("" : "+w"(product.v));
#endif
    return product;
  }
  [[gnu::always_inline]] friend Doubles operator-(Doubles a) { return of_bits(a.bits() ^ sign()); }
  [[gnu::always_inline]] friend Doubles operator+(Doubles a, double b) { return a + of(b); }
  [[gnu::always_inline]] friend Doubles operator-(Doubles a, double b) { return a - of(b); }
  [[gnu::always_inline]] friend Doubles operator*(Doubles a, double b) { return a * of(b); }
  [[gnu::always_inline]] friend Doubles operator+(double a, Doubles b) { return of(a) + b; }
  [[gnu::always_inline]] friend Doubles operator-(double a, Doubles b) { return of(a) - b; }
  [[gnu::always_inline]] friend Doubles operator*(double a, Doubles b) { return of(a) * b; }
  [[gnu::always_inline]] friend Doubles operator/(double a, Doubles b) { return of(a) / b; }

  [[gnu::always_inline]] friend Mask operator<(Doubles a, Doubles b) { return {a.v < b.v}; }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-equal"  // core/equals.hpp is for numbers, not for vectors
  [[gnu::always_inline]] friend Mask operator==(Doubles a, Doubles b) { return {a.v == b.v}; }
  [[gnu::always_inline]] friend Mask operator!=(Doubles a, Doubles b) { return {a.v != b.v}; }
#pragma GCC diagnostic pop
  [[gnu::always_inline]] friend Mask operator<(Doubles a, double b) { return a < of(b); }
  [[gnu::always_inline]] friend Mask operator>(Doubles a, double b) { return of(b) < a; }
  [[gnu::always_inline]] friend Mask operator==(Doubles a, double b) { return a == of(b); }
  [[gnu::always_inline]] friend Mask operator!=(Doubles a, double b) { return a != of(b); }

  /// Zeros come in from the left.
  [[gnu::always_inline]] static Words shifted_right(Words bits, int count) {
    return reinterpret_cast<Words>(reinterpret_cast<Unsigned>(bits) >> count);
  }
  /// a + b modulo 2^64: of bits that are no number it may go beyond the sign.
  [[gnu::always_inline]] static Words wrapped_sum(Words a, Words b) {
    return reinterpret_cast<Words>(reinterpret_cast<Unsigned>(a) + reinterpret_cast<Unsigned>(b));
  }
  [[gnu::always_inline]] static Words sign() {
    return Words{} + std::numeric_limits<std::int64_t>::min();
  }
};

/// a where the mask is set, b elsewhere.
[[gnu::always_inline]] inline Doubles select(Doubles::Mask m, Doubles a, Doubles b) {
  return {m.v ? a.v : b.v};
}
[[gnu::always_inline]] inline Doubles select(Doubles::Mask m, double a, Doubles b) {
  return select(m, Doubles::of(a), b);
}
[[gnu::always_inline]] inline Doubles select(Doubles::Mask m, Doubles a, double b) {
  return select(m, a, Doubles::of(b));
}
[[gnu::always_inline]] inline Doubles select(Doubles::Mask m, double a, double b) {
  return select(m, Doubles::of(a), Doubles::of(b));
}

[[gnu::always_inline]] inline Doubles abs(Doubles x) {
  return Doubles::of_bits(x.bits() & ~Doubles::sign());
}
/// |x| with the sign of `of`, also that of 0.
[[gnu::always_inline]] inline Doubles with_sign(Doubles x, Doubles of) {
  return Doubles::of_bits((x.bits() & ~Doubles::sign()) | (of.bits() & Doubles::sign()));
}
#if defined(ADAFUSE_AVX512)
// Masked, or g++ 12 warns about its own header.
[[gnu::always_inline]] inline Doubles Doubles::of(double x) { return {_mm512_set1_pd(x)}; }
[[gnu::always_inline]] inline Doubles Doubles::load(const double* p) {
  return {_mm512_loadu_pd(p)};
}
[[gnu::always_inline]] inline Doubles Doubles::load(const float* p) {
  return {_mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(p))};
}
[[gnu::always_inline]] inline void Doubles::store(double* p) const { _mm512_storeu_pd(p, v); }
[[gnu::always_inline]] inline void Doubles::store(float* p) const {
  _mm256_storeu_ps(p, _mm512_maskz_cvtpd_ps(0xff, v));
}
[[gnu::always_inline]] inline Doubles sqrt(Doubles x) { return {_mm512_maskz_sqrt_pd(0xff, x.v)}; }
/// a b - c, rounded once.
[[gnu::always_inline]] inline Doubles fused_minus(Doubles a, Doubles b, Doubles c) {
  return {_mm512_fmsub_pd(a.v, b.v, c.v)};
}
/// x, but at least `low` and at most `high`. A NaN stays.
[[gnu::always_inline]] inline Doubles bounded(Doubles x, double low, double high) {
  const __m512d above = _mm512_maskz_max_pd(0xff, _mm512_set1_pd(low), x.v);
  return {_mm512_maskz_min_pd(0xff, _mm512_set1_pd(high), above)};
}
/// Whether a lane is set.
[[gnu::always_inline]] inline bool any(Doubles::Mask m) {
  const auto lanes = reinterpret_cast<__m512i>(m.v);
  return _mm512_test_epi64_mask(lanes, lanes) != 0;
}
#elif defined(ADAFUSE_AVX2)
[[gnu::always_inline]] inline Doubles Doubles::of(double x) { return {_mm256_set1_pd(x)}; }
[[gnu::always_inline]] inline Doubles Doubles::load(const double* p) {
  return {_mm256_loadu_pd(p)};
}
[[gnu::always_inline]] inline Doubles Doubles::load(const float* p) {
  return {_mm256_cvtps_pd(_mm_loadu_ps(p))};
}
[[gnu::always_inline]] inline void Doubles::store(double* p) const { _mm256_storeu_pd(p, v); }
[[gnu::always_inline]] inline void Doubles::store(float* p) const {
  _mm_storeu_ps(p, _mm256_cvtpd_ps(v));
}
[[gnu::always_inline]] inline Doubles sqrt(Doubles x) { return {_mm256_sqrt_pd(x.v)}; }
[[gnu::always_inline]] inline Doubles fused_minus(Doubles a, Doubles b, Doubles c) {
  return {_mm256_fmsub_pd(a.v, b.v, c.v)};
}
[[gnu::always_inline]] inline Doubles bounded(Doubles x, double low, double high) {
  return {_mm256_min_pd(_mm256_set1_pd(high), _mm256_max_pd(_mm256_set1_pd(low), x.v))};
}
[[gnu::always_inline]] inline bool any(Doubles::Mask m) {
  return _mm256_movemask_pd(reinterpret_cast<__m256d>(m.v)) != 0;
}
#elif defined(ADAFUSE_NEON)
[[gnu::always_inline]] inline Doubles Doubles::of(double x) { return {vdupq_n_f64(x)}; }
[[gnu::always_inline]] inline Doubles Doubles::load(const double* p) { return {vld1q_f64(p)}; }
[[gnu::always_inline]] inline Doubles Doubles::load(const float* p) {
  return {vcvt_f64_f32(vld1_f32(p))};
}
[[gnu::always_inline]] inline void Doubles::store(double* p) const { vst1q_f64(p, v); }
[[gnu::always_inline]] inline void Doubles::store(float* p) const { vst1_f32(p, vcvt_f32_f64(v)); }
[[gnu::always_inline]] inline Doubles sqrt(Doubles x) { return {vsqrtq_f64(x.v)}; }
[[gnu::always_inline]] inline Doubles fused_minus(Doubles a, Doubles b, Doubles c) {
  return {vfmaq_f64(vnegq_f64(c.v), a.v, b.v)};
}
[[gnu::always_inline]] inline Doubles bounded(Doubles x, double low, double high) {
  x = select(x < low, low, x);
  return select(x > high, high, x);
}
[[gnu::always_inline]] inline bool any(Doubles::Mask m) { return (m.v[0] | m.v[1]) != 0; }
#else
[[gnu::always_inline]] inline Doubles Doubles::of(double x) { return {Register{x, x}}; }
[[gnu::always_inline]] inline Doubles Doubles::load(const double* p) {
  return {Register{p[0], p[1]}};
}
[[gnu::always_inline]] inline Doubles Doubles::load(const float* p) {
  return {Register{static_cast<double>(p[0]), static_cast<double>(p[1])}};
}
[[gnu::always_inline]] inline void Doubles::store(double* p) const { p[0] = v[0], p[1] = v[1]; }
[[gnu::always_inline]] inline void Doubles::store(float* p) const {
  p[0] = static_cast<float>(v[0]), p[1] = static_cast<float>(v[1]);
}
[[gnu::always_inline]] inline Doubles sqrt(Doubles x) {
#if defined(__SSE2__)
  return {_mm_sqrt_pd(x.v)};
#else
  return {Doubles::Register{__builtin_sqrt(x.v[0]), __builtin_sqrt(x.v[1])}};
#endif
}
[[gnu::always_inline]] inline Doubles bounded(Doubles x, double low, double high) {
  x = select(x < low, low, x);
  return select(x > high, high, x);
}
[[gnu::always_inline]] inline bool any(Doubles::Mask m) { return (m.v[0] | m.v[1]) != 0; }
#endif

[[gnu::always_inline]] inline Doubles at_most(Doubles x, double high) {
  return bounded(x, -std::numeric_limits<double>::infinity(), high);
}

/// A number as the sum of two: the second is below the last digit of the first.
struct DoublesPair {
  Doubles high, low;
};

/// a + b exactly, for |a| >= |b| or a = 0.
[[gnu::always_inline]] inline DoublesPair sum_of_larger(Doubles a, Doubles b) {
  const Doubles sum = a + b;
  return {sum, b - (sum - a)};
}
/// a + b exactly (Knuth).
[[gnu::always_inline]] inline DoublesPair exact_sum(Doubles a, Doubles b) {
  const Doubles sum = a + b, from_b = sum - a;
  return {sum, (a - (sum - from_b)) + (b - from_b)};
}
/// a b exactly, for factors below 2^990 and a product whose low part is no denormal (Dekker, where
/// there is no fused multiply-add: the same two numbers).
[[gnu::always_inline]] inline DoublesPair exact_product(Doubles a, Doubles b) {
  const Doubles product = a * b;
#if defined(ADAFUSE_AVX512) || defined(ADAFUSE_AVX2) || defined(ADAFUSE_NEON)
  return {product, fused_minus(a, b, product)};
#else
  const auto upper = [](Doubles x) __attribute__((always_inline)) {
    const Doubles scaled = x * 134217729.0;  // 2^27 + 1
    return scaled - (scaled - x);
  };
  const Doubles ah = upper(a), bh = upper(b), al = a - ah, bl = b - bh;
  return {product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
#endif
}

/// c[0] x^(count - 1) + ... + c[count - 1], by Horner.
template <std::size_t count>
[[gnu::always_inline]] inline Doubles polynomial(Doubles x, const double (&c)[count]) {
  Doubles p = Doubles::of(c[0]);
#pragma GCC unroll 32
  for (std::size_t k = 1; k < count; ++k) p = p * x + c[k];
  return p;
}

/// The same as a sum of two polynomials in x^2, the even and the odd powers, which do not wait for
/// each other: for long ones.
template <std::size_t count>
[[gnu::always_inline]] inline Doubles polynomial_by_halves(Doubles x, const double (&c)[count]) {
  static_assert(count % 2 == 1);
  const Doubles square = x * x;
  Doubles even = Doubles::of(c[0]), odd = Doubles::of(c[1]);
#pragma GCC unroll 32
  for (std::size_t k = 2; k < count; k += 2) {
    even = even * square + c[k];
    if (k + 1 < count) odd = odd * square + c[k + 1];
  }
  return even + x * odd;
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
