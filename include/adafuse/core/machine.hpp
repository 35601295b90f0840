// The machine: which instructions a file may use, how many registers of what width that makes; and
// that numbers are IEEE's.
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

// A file that is not there ends the compiler's work: one line, instead of one for each that it
// cannot read as C++20.
#if __cplusplus < 202002L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 202002L)
#include "adafuse is C++20: compile with -std=c++20"
#endif
#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#include "adafuse: what is wrong is told by exceptions: not with -fno-exceptions"
#endif
// std::min and std::max would not be what they are.
#if defined(min) || defined(max)
#include "adafuse: define NOMINMAX before windows.h, whose macros are named min and max"
#endif

// Apple's, of functions; it has a switch for them.
#if defined(check) || defined(require)
#include "adafuse: define __ASSERT_MACROS_DEFINE_VERSIONS_WITHOUT_UNDERSCORES 0 before Apple's headers, whose macros are named check and require"
#endif

// Under -ffast-math and its parts a compiler may take it that no number is NaN or infinite, and add
// in another order: checks for NaN vanish, and sums that keep their digits lose them. What cannot
// be seen from here, and must not be used either: clang's -fassociative-math alone, -ffast-math
// given to the linker (it makes the processor flush denormals), and pragmas that say the same. g++
// tells of -fassociative-math by a macro of its own.
#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__ + 0 > 0 || defined(__ASSOCIATIVE_MATH__)
#error adafuse: not with -ffast-math, -Ofast, -ffinite-math-only or -fassociative-math: NaN must mean NaN
#endif

// The vectors that the flags allow: the first of these, else plain C++.
#if defined(__AVX512F__)
#define ADAFUSE_AVX512
#elif defined(__AVX2__) && defined(__FMA__)
#define ADAFUSE_AVX2
#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)
#define ADAFUSE_NEON  // of 64 bits, lanes in the order of memory
#endif

// The newest machine whose instructions the flags allow. A compiler uses the atomics of Armv8.1 and
// the vectors of SVE by itself where it may.
#if defined(ADAFUSE_AVX512) && defined(__AVX512VNNI__)
#define ADAFUSE_MACHINE avx512_vnni
#elif defined(ADAFUSE_AVX512)
#define ADAFUSE_MACHINE avx512
#elif defined(ADAFUSE_AVX2)
#define ADAFUSE_MACHINE avx2
#elif defined(__AVX__)
#define ADAFUSE_MACHINE avx
#elif defined(__SSE3__)
#define ADAFUSE_MACHINE sse4
#elif defined(ADAFUSE_NEON) && defined(__ARM_FEATURE_SVE)
#define ADAFUSE_MACHINE neon_sve
#elif defined(ADAFUSE_NEON) && defined(__ARM_FEATURE_ATOMICS)
#define ADAFUSE_MACHINE neon_atomics
#elif defined(ADAFUSE_NEON)
#define ADAFUSE_MACHINE neon
#define ADAFUSE_MACHINE_IS_OLDEST
#else
#define ADAFUSE_MACHINE baseline
#define ADAFUSE_MACHINE_IS_OLDEST
#endif

// A file that uses adafuse::compiled holds calls of its kernels where others hold the kernels: that
// is another name again. What else the library holds is named after the oldest machine, and by the
// compiler that made it (1: g++, 2: clang, which name constraints in another way): other files
// compile that themselves. A room's library.hpp lists templates as `ADAFUSE_EXTERN template`;
// functions are defined as `ADAFUSE_FUNCTION` where ADAFUSE_DECLARED_ONLY is not.
#define ADAFUSE_JOIN(a, b) a##b
#define ADAFUSE_JOINED(a, b) ADAFUSE_JOIN(a, b)
#define ADAFUSE_QUOTE(x) #x
#define ADAFUSE_QUOTED(x) ADAFUSE_QUOTE(x)
#ifdef ADAFUSE_COMPILED
#define ADAFUSE_SIMD ADAFUSE_JOINED(ADAFUSE_MACHINE, _compiled)
#if defined(ADAFUSE_MACHINE_IS_OLDEST) && (ADAFUSE_COMPILED + 0 == 2) == defined(__clang__)
#define ADAFUSE_IN_LIBRARY
#ifdef ADAFUSE_LIBRARY  // This is the library.
#define ADAFUSE_EXTERN
#define ADAFUSE_FUNCTION
#else
#define ADAFUSE_EXTERN extern
#define ADAFUSE_DECLARED_ONLY
#endif
#endif
#else
#define ADAFUSE_SIMD ADAFUSE_MACHINE
#endif
#ifndef ADAFUSE_FUNCTION
#define ADAFUSE_FUNCTION inline
#endif
#define ADAFUSE_INLINE [[gnu::abi_tag(ADAFUSE_QUOTED(ADAFUSE_SIMD))]] inline

namespace adafuse::inline ADAFUSE_SIMD {

// Registers for vectors of floats, the floats of one, and whether a product and a sum are one
// instruction.
#if defined(ADAFUSE_AVX512)
inline constexpr int simd_registers = 32, simd_width = 16;
inline constexpr bool simd_has_fma = true;
#elif defined(ADAFUSE_AVX2)
inline constexpr int simd_registers = 16, simd_width = 8;
inline constexpr bool simd_has_fma = true;
#elif defined(ADAFUSE_NEON)
inline constexpr int simd_registers = 32, simd_width = 4;
inline constexpr bool simd_has_fma = true;
#else
inline constexpr int simd_registers = 16, simd_width = 4;
inline constexpr bool simd_has_fma = false;
#endif

}  // namespace adafuse::inline ADAFUSE_SIMD
