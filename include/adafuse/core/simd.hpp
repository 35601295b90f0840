// Vectors of floats: one small vocabulary for AVX-512, AVX2 + FMA and plain C++, chosen by the
// flags that a file is compiled with. Kernels are written once, in this vocabulary.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <cstdint>
#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>  // The rest would take as long to read as half of this library.
#endif

namespace adafuse::inline ADAFUSE_SIMD {

#if defined(__AVX512F__)
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

/// `width` floats in one register.
struct Floats {
  static constexpr int width = simd_width;
  using Register = __m512;
  Register v;

  static Floats zero() { return {_mm512_setzero_ps()}; }
  static Floats broadcast(float x) { return {_mm512_set1_ps(x)}; }
  static Floats load(const float* p) { return {_mm512_loadu_ps(p)}; }
  /// Lanes outside of the mask become 0; their memory is not touched and need not exist.
  static Floats load(const float* p, Mask m) { return {_mm512_maskz_loadu_ps(m.lanes(), p)}; }
  /// This vector, with the lanes of the mask replaced from memory.
  Floats load_over(const float* p, Mask m) const { return {_mm512_mask_loadu_ps(v, m.lanes(), p)}; }
  /// The lower half of the lanes; the upper is to be replaced.
  static Floats load_lower(const float* p) { return {_mm512_castps256_ps512(_mm256_loadu_ps(p))}; }
  /// This vector, with the upper half of its lanes replaced from memory.
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
  /// The larger one; b where they cannot be compared: where either is NaN, and of 0 and -0.
  friend Floats max(Floats a, Floats b) {
    return {_mm512_maskz_max_ps(0xffff, a.v, b.v)};  // Unmasked, g++ 12 warns about its own header.
  }
  /// a where it is NaN, elsewhere b.
  friend Floats nan_or(Floats a, Floats b) {
    return {_mm512_mask_mov_ps(b.v, _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q), a.v)};
  }
  friend Floats sqrt(Floats a) { return {_mm512_maskz_sqrt_ps(0xffff, a.v)}; }
  /// a b + c
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

/// a0 b0 a1 b1 ...: the first half of the lanes in `a`, the second in `b`.
inline void zip(Floats& a, Floats& b) {
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  const __m512 first = _mm512_permutex2var_ps(a.v, low, b.v);
  b.v = _mm512_permutex2var_ps(a.v, high, b.v);
  a.v = first;
}
/// The inverse of zip: from a0 b0 a1 b1 ... the lanes at even places to `a`, at odd places to `b`.
inline void unzip(Floats& a, Floats& b) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  const __m512 first = _mm512_permutex2var_ps(a.v, even, b.v);
  b.v = _mm512_permutex2var_ps(a.v, odd, b.v);
  a.v = first;
}
/// Lane i = lane i - 1 of `a`. Lanes outside of the mask become 0; the first is to be one.
inline Floats move_up(Floats a, Mask m) {
  const __m512i lanes = _mm512_castps_si512(a.v);
  return {_mm512_castsi512_ps(_mm512_maskz_alignr_epi32(m.lanes(), lanes, lanes, 15))};
}
/// Lane i = lane i + 1 of `a`. Lanes outside of the mask become 0; the last is to be one.
inline Floats move_down(Floats a, Mask m) {
  const __m512i lanes = _mm512_castps_si512(a.v);
  return {_mm512_castsi512_ps(_mm512_maskz_alignr_epi32(m.lanes(), lanes, lanes, 1))};
}

#elif defined(__AVX2__) && defined(__FMA__)
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

#else
inline constexpr const char* simd_path = "plain";

class Mask {
 public:
  Mask() = default;
  explicit Mask(std::uint32_t bits) : lanes_(bits & 15u) {}
  bool all() const { return lanes_ == 15u; }
  bool operator[](int lane) const { return (lanes_ >> lane & 1u) != 0; }

 private:
  std::uint32_t lanes_ = 0;
};

/// Four floats, in the notation for vectors that g++ and clang share: SSE2, NEON or scalars.
struct Floats {
  static constexpr int width = simd_width;
  using Register = float __attribute__((vector_size(16)));
  Register v;

  static Floats zero() { return {Register{}}; }
  static Floats broadcast(float x) { return {Register{x, x, x, x}}; }
  static Floats load(const float* p) { return {Register{p[0], p[1], p[2], p[3]}}; }
  static Floats load(const float* p, Mask m) { return zero().load_over(p, m); }
  Floats load_over(const float* p, Mask m) const {
    if (m.all()) return load(p);
    Floats result = *this;
    for (int i = 0; i < width; ++i)
      if (m[i]) result.v[i] = p[i];
    return result;
  }
  static Floats load_lower(const float* p) { return {Register{p[0], p[1], 0, 0}}; }
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
  friend Floats max(Floats a, Floats b) { return {a.v > b.v ? a.v : b.v}; }
  friend Floats nan_or(Floats a, Floats b) { return {a.v <= a.v ? b.v : a.v}; }
  friend Floats sqrt(Floats a) {
#if defined(__SSE2__)
    return {_mm_sqrt_ps(a.v)};
#else
    for (int i = 0; i < width; ++i) a.v[i] = __builtin_sqrtf(a.v[i]);
    return a;
#endif
  }
  friend Floats fma(Floats a, Floats b, Floats c) { return {a.v * b.v + c.v}; }
  friend float sum(Floats a) { return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]); }
};

inline void zip(Floats& a, Floats& b) {
  const Floats first = {{a.v[0], b.v[0], a.v[1], b.v[1]}};
  b.v = Floats::Register{a.v[2], b.v[2], a.v[3], b.v[3]};
  a = first;
}
inline void unzip(Floats& a, Floats& b) {
  const Floats first = {{a.v[0], a.v[2], b.v[0], b.v[2]}};
  b.v = Floats::Register{a.v[1], a.v[3], b.v[1], b.v[3]};
  a = first;
}
inline Floats move_up(Floats a, Mask m) {
  Floats moved = Floats::zero();
  for (int lane = 1; lane < Floats::width; ++lane)
    if (m[lane]) moved.v[lane] = a.v[lane - 1];
  return moved;
}
inline Floats move_down(Floats a, Mask m) {
  Floats moved = Floats::zero();
  for (int lane = 0; lane + 1 < Floats::width; ++lane)
    if (m[lane]) moved.v[lane] = a.v[lane + 1];
  return moved;
}
#endif

/// ReLU: 0 where x is below it, elsewhere x. A NaN is below nothing, and stays.
inline Floats rectified(Floats x) { return max(Floats::zero(), x); }
/// The larger one, or NaN where either is NaN.
inline Floats max_or_nan(Floats a, Floats b) { return nan_or(b, max(b, a)); }

/// The first `count` lanes (all of them when there are more).
inline Mask first_lanes(Index count) {
  return Mask(count >= Floats::width ? ~0u : (1u << count) - 1u);
}

/// One bit for each of the lanes [begin, end), as far as they exist.
inline std::uint32_t lane_bits(Index begin, Index end) {
  const auto below = [](Index n) {
    return n <= 0 ? 0u : ~0u >> (32 - (n < Floats::width ? n : Floats::width));
  };
  return below(end) & ~below(begin);
}
inline Mask lane_range(Index begin, Index end) { return Mask(lane_bits(begin, end)); }

/// Keeps a loaded vector in a register. GCC would fold the load into each multiply-add that uses
/// it, and read the same memory again and again.
inline void keep_in_register([[maybe_unused]] Floats& x) {
#if defined(__AVX512F__) && !defined(__clang__)
  asm("" : "+v"(x.v));
#elif defined(__SSE2__) && !defined(__clang__)
  asm("" : "+x"(x.v));
#endif
}

/// Rows and columns of a square of `width` x `width` floats exchanged. Zipping row i with row
/// i + width / 2 moves each element one bit of its address round; log2(width) rounds transpose.
inline void transpose(Floats (&rows)[Floats::width]) {
  constexpr int half = Floats::width / 2;
  for (int round = 1; round < Floats::width; round *= 2) {
    Floats next[Floats::width];
#pragma GCC unroll 8
    for (int i = 0; i < half; ++i) {
      next[2 * i] = rows[i], next[2 * i + 1] = rows[i + half];
      zip(next[2 * i], next[2 * i + 1]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < Floats::width; ++i) rows[i] = next[i];
  }
}

/// columns[c] = the c-th floats of all rows. Pieces of rows are put side by side as they are
/// loaded, which leaves half of the shuffles of transpose().
inline void load_transposed(const float* const (&rows)[Floats::width],
                            Floats (&columns)[Floats::width]) {
#if defined(__AVX512F__)
#pragma GCC unroll 4
  for (int c = 0; c < 16; c += 4) {
    __m512 fours[4];  // Of rows i, i + 4, i + 8, i + 12.
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      fours[i] = _mm512_castps128_ps512(_mm_loadu_ps(rows[i] + c));
      fours[i] = _mm512_maskz_insertf32x4(0xffff, fours[i], _mm_loadu_ps(rows[i + 4] + c), 1);
      fours[i] = _mm512_maskz_insertf32x4(0xffff, fours[i], _mm_loadu_ps(rows[i + 8] + c), 2);
      fours[i] = _mm512_maskz_insertf32x4(0xffff, fours[i], _mm_loadu_ps(rows[i + 12] + c), 3);
    }
    // Masked, or g++ 12 warns about its own header.
    const auto low = [](__m512 a, __m512 b) {
      return _mm512_castps_pd(_mm512_maskz_unpacklo_ps(0xffff, a, b));
    };
    const auto high = [](__m512 a, __m512 b) {
      return _mm512_castps_pd(_mm512_maskz_unpackhi_ps(0xffff, a, b));
    };
    const auto store = [&](int k, __m512d pairs) { columns[c + k].v = _mm512_castpd_ps(pairs); };
    const __m512d low01 = low(fours[0], fours[1]), low23 = low(fours[2], fours[3]),
                  high01 = high(fours[0], fours[1]), high23 = high(fours[2], fours[3]);
    store(0, _mm512_maskz_unpacklo_pd(0xff, low01, low23));
    store(1, _mm512_maskz_unpackhi_pd(0xff, low01, low23));
    store(2, _mm512_maskz_unpacklo_pd(0xff, high01, high23));
    store(3, _mm512_maskz_unpackhi_pd(0xff, high01, high23));
  }
#else
#pragma GCC unroll 8
  for (int l = 0; l < Floats::width; ++l) columns[l] = Floats::load(rows[l]);
  transpose(columns);
#endif
}

/// In lane l: all lanes of row(l) joined into one, as by `[](Floats a, Floats b) { return a + b;
/// }`. Each round zips two vectors and joins them, so that one holds twice as many sums of half as
/// many parts. It goes down before it goes on: few vectors wait at a time, and those in registers.
template <int first = 0, int step = 1, class Row, class Join>
[[gnu::always_inline]] inline Floats join_lanes(const Row& row, const Join& join) {
  if constexpr (step == Floats::width) {
    return row(first);
  } else {
    Floats a = join_lanes<first, 2 * step>(row, join),
           b = join_lanes<first + step, 2 * step>(row, join);
    zip(a, b);
    return join(a, b);
  }
}

/// While it lives, denormal floats count as 0 on this thread: they cost a hundred times as much as
/// others and carry nothing. The mode before is restored. Inside of another scope it does nothing,
/// and does not even read the mode: small convolutions ask for each frame.
class FlushDenormals {
 public:
#if defined(__SSE2__)
  FlushDenormals() : outermost_(!inside) {
    if (!outermost_) return;
    inside = true;
    before_ = _mm_getcsr();
    _mm_setcsr(before_ | 0x8040);  // FTZ and DAZ
  }
  ~FlushDenormals() {
    if (!outermost_) return;
    _mm_setcsr(before_);
    inside = false;
  }
#else
  FlushDenormals() = default;
  ~FlushDenormals() {}
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  static constinit inline thread_local bool inside = false;

  [[maybe_unused]] bool outermost_ = false;
  [[maybe_unused]] std::uint32_t before_ = 0;
};

}  // namespace adafuse::inline ADAFUSE_SIMD
