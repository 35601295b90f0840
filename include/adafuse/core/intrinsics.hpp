// The door to the processor's own instructions, as its maker names them in C.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>  // The rest would take as long to read as half of this library.
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif
