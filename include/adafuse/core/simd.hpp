// Vectors of floats: one small vocabulary for AVX-512, AVX2 + FMA, NEON and plain C++, chosen by
// the flags that a file is compiled with. Kernels are written once, in this vocabulary.
//
// Each path has a file that defines Mask, Floats, zip, unzip, move_up and move_down; those of
// simd_plain.hpp say what they do. What follows from them is here.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/core/simd_avx2.hpp>
#include <adafuse/core/simd_avx512.hpp>
#include <adafuse/core/simd_neon.hpp>
#include <adafuse/core/simd_plain.hpp>
#include <cstdint>

namespace adafuse::inline ADAFUSE_SIMD {

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
#if defined(ADAFUSE_AVX512) && !defined(__clang__)
  asm("" : "+v"(x.v));
#elif defined(__SSE2__) && !defined(__clang__)
  asm("" : "+x"(x.v));
#elif defined(ADAFUSE_NEON) && !defined(__clang__)
  asm("" : "+w"(x.v));
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
#if defined(ADAFUSE_AVX512)
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
#if defined(__SSE2__) || defined(ADAFUSE_NEON)
  FlushDenormals() : outermost_(!inside) {
    if (!outermost_) return;
    inside = true;
    before_ = mode();
    set_mode(before_ | flushes);
  }
  ~FlushDenormals() {
    if (!outermost_) return;
    set_mode(before_);
    inside = false;
  }
#else
  FlushDenormals() = default;
  ~FlushDenormals() {}
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE2__)
  using Mode = std::uint32_t;
  static constexpr Mode flushes = 0x8040;  // FTZ and DAZ
  static Mode mode() { return _mm_getcsr(); }
  static void set_mode(Mode mode) { _mm_setcsr(mode); }
#elif defined(ADAFUSE_NEON)
  using Mode = std::uint64_t;
  static constexpr Mode flushes = 1u << 24;  // FZ: inputs and results
  static Mode mode() {
    Mode mode;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  // Nothing that is read from memory or goes there is computed in the other mode.
  static void set_mode(Mode mode) { asm volatile("msr fpcr, %0" : : "r"(mode) : "memory"); }
#else
  using Mode = std::uint32_t;
#endif
  static constinit inline thread_local bool inside = false;

  [[maybe_unused]] bool outermost_ = false;
  [[maybe_unused]] Mode before_ = 0;
};

}  // namespace adafuse::inline ADAFUSE_SIMD
