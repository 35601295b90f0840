// e^x of many numbers at a time, right to the last denormal: e^-inf is 0, and a NaN stays one.
//
// x = n ln 2 + r with |r| <= ln 2 / 2, so e^x = 2^n e^r. e^r is a polynomial; 2^n is multiplied in
// as two powers of two, of which each is a normal number, so that the second product rounds once,
// also where it is denormal. Every element is worked out in the same way wherever it lies.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace adafuse::kernels::inline ADAFUSE_SIMD {
namespace detail {

template <class T>
struct ExpConstants;

/// The polynomial of Cephes (Moshier), in powers of r from 7 down to 2.
template <>
struct ExpConstants<float> {
  using Bits = std::uint32_t;
  static constexpr float least = -104, most = 89;  // beyond them e^x rounds to 0 and to infinity
  static constexpr float to_whole = 0x1.8p23f;     // added to a small number, rounds it
  static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr std::array<float, 6> polynomial = {1.9875691500e-4f, 1.3981999507e-3f,
                                                      8.3334519073e-3f, 4.1665795894e-2f,
                                                      1.6666665459e-1f, 5.0000001201e-1f};
};

/// 1 / k! for k from 13 down to 2: at |r| = ln 2 / 2 the next term is 2^-58 of the sum.
template <>
struct ExpConstants<double> {
  using Bits = std::uint64_t;
  static constexpr double least = -746, most = 710;
  static constexpr double to_whole = 0x1.8p52;
  static constexpr double ln2_high = 6.93145751953125e-1, ln2_low = 1.42860682030941723212e-6;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr std::array<double, 12> polynomial = {
      1 / 6227020800., 1 / 479001600., 1 / 39916800., 1 / 3628800., 1 / 362880., 1 / 40320.,
      1 / 5040.,       1 / 720.,       1 / 120.,      1 / 24.,      1 / 6.,      1 / 2.};
};

/// y[i] = e^y[i] for i in [0, count), a number that the compiler knows: so it makes vectors of it
/// whatever it is told about speed.
template <Index count, class T>
[[gnu::always_inline]] inline void exp_of(T* y) {
  using C = ExpConstants<T>;
  using Bits = typename C::Bits;
  constexpr T log2_e = static_cast<T>(1.44269504088896340736);
  constexpr Bits whole_bits = std::bit_cast<Bits>(C::to_whole);
  // A loop of its own, or the compiler would branch for each element to what it is beyond the ends.
  T bounded[count];
  for (Index i = 0; i < count; ++i) {
    const T x = y[i] < C::least ? C::least : y[i];
    bounded[i] = x > C::most ? C::most : x;
  }
  for (Index i = 0; i < count; ++i) {
    const T x = bounded[i];
    // The last bits of a number so large are the whole number that was rounded to.
    const T shifted = x * log2_e + C::to_whole, n = shifted - C::to_whole;
    const T half = n * T{0.5} + C::to_whole;
    const T r = (x - n * C::ln2_high) - n * C::ln2_low;
    T p = C::polynomial[0];
#pragma GCC unroll 12
    for (std::size_t k = 1; k < C::polynomial.size(); ++k) p = p * r + C::polynomial[k];
    const T e_r = p * (r * r) + r + 1;
    const Bits first = std::bit_cast<Bits>(half) - whole_bits,
               second = std::bit_cast<Bits>(shifted) - whole_bits - first;
    const auto power_of_two = [](Bits e) { return std::bit_cast<T>((e + C::bias) << C::mantissa); };
    y[i] = e_r * power_of_two(first) * power_of_two(second);
  }
}

}  // namespace detail

/// y[i] = e^y[i] for i in [0, count).
template <class T>
void exp_in_place(T* y, Index count) {
  constexpr Index lanes = 16;
  Index i = 0;
  for (; i + lanes <= count; i += lanes) detail::exp_of<lanes>(y + i);
  if (i == count) return;
  T rest[lanes] = {};
  std::copy(y + i, y + count, rest);
  detail::exp_of<lanes>(rest);
  std::copy_n(rest, count - i, y + i);
}

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
