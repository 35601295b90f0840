// The whole room: values. Shapes, memory, tensors, windows, randomness, threads.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/bits_as.hpp>
#include <adafuse/core/byte_bits.hpp>
#include <adafuse/core/caches.hpp>
#include <adafuse/core/checked.hpp>
#include <adafuse/core/chunk_shares.hpp>
#include <adafuse/core/equals.hpp>
#include <adafuse/core/error.hpp>
#include <adafuse/core/intrinsics.hpp>
#include <adafuse/core/machine.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/parse_number.hpp>
#include <adafuse/core/peers.hpp>
#include <adafuse/core/print.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/core/round_trips.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/core/simd.hpp>
#include <adafuse/core/simd_avx2.hpp>
#include <adafuse/core/simd_avx512.hpp>
#include <adafuse/core/simd_neon.hpp>
#include <adafuse/core/simd_plain.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/core/system.hpp>
#include <adafuse/core/system_files.hpp>
#include <adafuse/core/tensor.hpp>
#include <adafuse/core/thread_count.hpp>
#include <adafuse/core/thread_team.hpp>
#include <adafuse/core/view.hpp>
#include <adafuse/core/writes.hpp>
#ifndef ADAFUSE_COMPILED  // It takes as long to read as all others; who needs it includes it.
#include <adafuse/core/eigen.hpp>
#endif
