// Randomness without state: the number at a position is a function of a key and that position.
//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) turns a
// 64-bit key and a 128-bit counter into 128 random bits. Nobody advances a generator, so the same
// run comes out for any number of threads, in any order, and can be resumed at any point.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace adafuse {

/// What Philox turns into four random words: where in the stream.
using PhiloxCounter = std::array<std::uint32_t, 4>;

inline namespace ADAFUSE_SIMD {

/// A product, rounded before it is added to anything. A compiler may join both into one
/// multiply-add, which rounds once, where the machine has one: other numbers would be drawn there.
[[gnu::always_inline]] inline double rounded(double product) {
#if defined(__SSE2__)
  asm("" : "+x"(product));
#elif defined(__aarch64__)
  asm("" : "+w"(product));
#else
  asm("" : "+m"(product));
#endif
  return product;
}

/// Philox4x32 with ten rounds.
inline PhiloxCounter philox(PhiloxCounter counter, std::uint64_t key) {
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ k0, static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ k1,
               static_cast<std::uint32_t>(a)};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return counter;
}

/// a b / 2^64, rounded down: the upper 64 of 128 bits, by hand, as not every machine has those.
inline std::uint64_t upper_half(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a1 = a >> 32, a0 = a & 0xffffffffu, b1 = b >> 32, b0 = b & 0xffffffffu;
  const std::uint64_t middle = a1 * b0 + (a0 * b0 >> 32);  // below 2^64, and so is what follows
  return a1 * b1 + (middle >> 32) + ((a0 * b1 + (middle & 0xffffffffu)) >> 32);
}

}  // namespace ADAFUSE_SIMD

/// Names an endless stream of random numbers; `key.of("layer1").of(3)` names another, unrelated
/// one.
class Key {
 public:
  /// There is no default: what draws is told what to draw.
  ADAFUSE_INLINE explicit Key(std::uint64_t seed) : bits_(seed) {}

  /// The stream of sample, step, layer ... number `index` below this one.
  ADAFUSE_INLINE Key of(std::uint64_t index) const {
    const auto r = philox({static_cast<std::uint32_t>(index),
                           static_cast<std::uint32_t>(index >> 32), 0x6b657973u, 1u},
                          bits_);
    return Key((std::uint64_t{r[1]} << 32) | r[0]);
  }

  /// The stream of something that has a name.
  ADAFUSE_INLINE Key of(std::string_view name) const {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
    for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return of(hash);
  }

  /// Philox's key for this stream, for who draws many numbers side by side.
  ADAFUSE_INLINE std::uint64_t philox_key() const { return bits_; }

  /// Four random words at a position of this stream.
  ADAFUSE_INLINE PhiloxCounter words(std::uint64_t position) const {
    return philox(
        {static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32), 0u, 0u},
        bits_);
  }

  /// 64 random bits.
  std::uint64_t bits(std::uint64_t position) const {
    const auto r = words(position);
    return (std::uint64_t{r[1]} << 32) | r[0];
  }

  /// Uniform in (0, 1): never 0 and never 1, so that log(u) and log(1 - u) are finite.
  ADAFUSE_INLINE double uniform(std::uint64_t position) const { return uniform_of(bits(position)); }
  /// The same of bits that are drawn already.
  ADAFUSE_INLINE static double uniform_of(std::uint64_t bits) {
    return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
  }

  /// Uniform in [0, n), by multiplication (the bias is below n / 2^64).
  ADAFUSE_INLINE std::int64_t integer(std::uint64_t position, std::int64_t n) const {
    return integer_of(bits(position), n);
  }
  /// The same of bits that are drawn already.
  ADAFUSE_INLINE static std::int64_t integer_of(std::uint64_t bits, std::int64_t n) {
    return static_cast<std::int64_t>(upper_half(bits, static_cast<std::uint64_t>(n)));
  }

  /// Standard normal, by Box and Muller.
  ADAFUSE_INLINE double normal(std::uint64_t position) const {
    const auto r = words(position);
    const double u = (static_cast<double>(r[0]) + 0.5) * 0x1p-32;
    const double v = (static_cast<double>(r[1]) + 0.5) * 0x1p-32;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }

  /// Standard Gumbel: -log(-log u).
  ADAFUSE_INLINE double gumbel(std::uint64_t position) const {
    return -std::log(-std::log(uniform(position)));
  }

  friend bool operator==(const Key&, const Key&) = default;

 private:
  std::uint64_t bits_;
};

/// The numbers of a key one after the other, for code that draws an unknown count of them.
class Draws {
 public:
  /// Begins at position 0 of `key`.
  ADAFUSE_INLINE explicit Draws(Key key) : key_(key) {}
  /// Uniform in (0, 1), as `Key::uniform`.
  ADAFUSE_INLINE double uniform() { return key_.uniform(position_++); }
  /// low + (high - low) u for u uniform in (0, 1).
  ADAFUSE_INLINE double uniform(double low, double high) {
    return low + rounded((high - low) * uniform());
  }
  /// Normal with mean 0 and deviation 1.
  ADAFUSE_INLINE double normal() { return key_.normal(position_++); }
  /// Uniform in 0, 1, ..., n - 1.
  ADAFUSE_INLINE std::int64_t integer(std::int64_t n) { return key_.integer(position_++, n); }
  /// True with probability p.
  ADAFUSE_INLINE bool chance(double p) { return uniform() < p; }

 private:
  Key key_;
  std::uint64_t position_ = 0;
};

}  // namespace adafuse
