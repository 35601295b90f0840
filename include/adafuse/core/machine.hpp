// The machine: which instructions a file may use, how many registers of what width that makes, how
// large the caches are; and that numbers are IEEE's.
//
// Files of one program may be compiled for different machines and linked in any order. Of inline
// functions with one name the linker keeps one, whoever compiled it: a machine without AVX could
// get the AVX code of another file. So nothing that holds code has one name under two sets of
// flags:
//
//   namespace adafuse::kernels::inline ADAFUSE_SIMD { ... }   functions, and types that are used
//                                                             within a file
//   ADAFUSE_INLINE Index size() const { ... }                 members of the types that files hand
//                                                             to each other: Tensor, Conv2d, ...
//
// These types themselves have one name. So has what a process has once: it is a static data member
// of such a type (`adafuse::process`), because an inline function has its `static` once for each
// machine. Decision 0028 tells more.
// SPDX-License-Identifier: MIT
#pragma once

#ifdef __unix__
#include <unistd.h>
#endif

// Under -ffast-math and its parts a compiler may take it that no number is NaN or infinite, and add
// in another order: checks for NaN vanish, and sums that keep their digits lose them. What cannot
// be seen from here, and must not be used either: clang's -fassociative-math alone, -ffast-math
// given to the linker (it makes the processor flush denormals), and pragmas that say the same. g++
// tells of -fassociative-math by a macro of its own.
#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__ + 0 > 0 || defined(__ASSOCIATIVE_MATH__)
#error adafuse: not with -ffast-math, -Ofast, -ffinite-math-only or -fassociative-math: NaN must mean NaN
#endif

// The newest machine whose instructions the flags allow.
#if defined(__AVX512F__) && defined(__AVX512VNNI__)
#define ADAFUSE_SIMD avx512_vnni
#define ADAFUSE_INLINE [[gnu::abi_tag("avx512_vnni")]] inline
#elif defined(__AVX512F__)
#define ADAFUSE_SIMD avx512
#define ADAFUSE_INLINE [[gnu::abi_tag("avx512")]] inline
#elif defined(__AVX2__) && defined(__FMA__)
#define ADAFUSE_SIMD avx2
#define ADAFUSE_INLINE [[gnu::abi_tag("avx2")]] inline
#elif defined(__AVX__)
#define ADAFUSE_SIMD avx
#define ADAFUSE_INLINE [[gnu::abi_tag("avx")]] inline
#elif defined(__SSE3__)
#define ADAFUSE_SIMD sse4
#define ADAFUSE_INLINE [[gnu::abi_tag("sse4")]] inline
#else
#define ADAFUSE_SIMD plain
#define ADAFUSE_INLINE [[gnu::abi_tag("plain")]] inline
#endif

namespace adafuse::inline ADAFUSE_SIMD {

// Registers for vectors of floats, the floats of one, and whether a product and a sum are one
// instruction.
#if defined(__AVX512F__)
inline constexpr int simd_registers = 32, simd_width = 16;
inline constexpr bool simd_has_fma = true;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr int simd_registers = 16, simd_width = 8;
inline constexpr bool simd_has_fma = true;
#else
inline constexpr int simd_registers = 16, simd_width = 4;
inline constexpr bool simd_has_fma = false;
#endif

/// Caches of one core, in floats. Blocks of work are cut by them, as far as that leaves the order
/// of sums alone: the same file gives the same bits on every machine.
struct Caches {
  long l1, l2;

  /// As the system tells; where it does not, 32 KiB and 512 KiB.
  static const Caches& here() {
    static const Caches caches = ask();
    return caches;
  }
  static Caches ask() {
    Caches caches{};
#if defined(_SC_LEVEL1_DCACHE_SIZE) && defined(_SC_LEVEL2_CACHE_SIZE)
    caches = {::sysconf(_SC_LEVEL1_DCACHE_SIZE) / 4, ::sysconf(_SC_LEVEL2_CACHE_SIZE) / 4};
#endif
    if (caches.l1 <= 0) caches.l1 = 32 * 1024 / 4;
    if (caches.l2 <= 0) caches.l2 = 512 * 1024 / 4;
    return caches;
  }
};

}  // namespace adafuse::inline ADAFUSE_SIMD
