// Numbers are those of IEEE 754: flags that say otherwise are refused.
//
// Under -ffast-math and its parts a compiler may take it that no number is NaN or infinite, and add
// in another order: checks for NaN vanish, and sums that keep their digits lose them. What cannot
// be seen from here, and must not be used either: clang's -fassociative-math alone, -ffast-math
// given to the linker (it makes the processor flush denormals), and pragmas that say the same.
// SPDX-License-Identifier: MIT
#pragma once

// g++ tells of -fassociative-math by a macro of its own.
#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__ + 0 > 0 || defined(__ASSOCIATIVE_MATH__)
#error adafuse: not with -ffast-math, -Ofast, -ffinite-math-only or -fassociative-math: NaN must mean NaN
#endif
