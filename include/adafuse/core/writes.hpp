// Writes: when the elements of a buffer were last changed, for whoever kept them to read them
// later.
//
// An operation keeps tensors for its derivative, and somebody may write into them before that is
// asked for. Operations and writes draw numbers from one counter, so which came first is a
// comparison. `fill`, `copy_from` and the like announce that they write. An element, an iterator or
// a pointer that is handed out for writing is perhaps only read through: it is an opening. The
// first one after an operation kept the elements takes a digest of them, which is compared when
// somebody asks. An opening of elements that no operation kept costs a comparison.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <adafuse/core/system.hpp>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>

namespace adafuse {

inline namespace ADAFUSE_SIMD {
namespace detail {
/// A number that differs, but for one chance in 2^64, for bytes that differ.
inline std::uint64_t digest(std::span<const std::byte> bytes) {
  // A step is a bijection of the word, so a single word that changes always shows. The rotation
  // carries the highest bits, such as signs, down to where the product spreads them.
  const auto step = [](std::uint64_t sum, std::uint64_t word) {
    return std::rotl((sum ^ word) * 0x9e3779b97f4a7c15u, 29);
  };
  std::array<std::uint64_t, 4> sums{1, 2, 3, 4}, words{};  // four that do not wait for each other
  for (; bytes.size() >= sizeof words; bytes = bytes.subspan(sizeof words)) {
    std::memcpy(words.data(), bytes.data(), sizeof words);
    for (std::size_t k = 0; k < 4; ++k) sums[k] = step(sums[k], words[k]);
  }
  words = {};
  if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < 4; ++k) sum = step(step(sum, sums[k]), words[k]);
  return sum;
}
}  // namespace detail
}  // namespace ADAFUSE_SIMD

/// The one counter of a process: operations and writes, in the order in which they happen.
class Events {
 public:
  /// The number of a new event: larger than all before it.
  ADAFUSE_INLINE static std::uint64_t next() {
    return count_.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  /// The number of the newest event.
  ADAFUSE_INLINE static std::uint64_t last() { return count_.load(std::memory_order_relaxed); }

 private:
  static constinit inline std::atomic<std::uint64_t> count_{0};
};

/// The writes into one buffer. Safe for threads as far as the elements are: many may read, watch
/// and ask at once.
class Writes {
 public:
  /// The memory that was written or may be.
  using Bytes = std::span<const std::byte>;

  /// The elements are about to change.
  ADAFUSE_INLINE void announce() {
    state_.store(State::unwatched, std::memory_order_relaxed);
    written_.store(Events::next(), std::memory_order_relaxed);
  }

  /// Whether an operation has kept the elements since they were last opened or written.
  ADAFUSE_INLINE bool watched() const {
    return state_.load(std::memory_order_relaxed) == State::watched;
  }

  /// From now on somebody could change the elements, of which `bytes` are the present ones.
  [[gnu::cold, gnu::noinline]] ADAFUSE_INLINE void open(Bytes bytes) {
    const std::lock_guard lock(mutex_);
    if (!watched()) return;
    digest_ = detail::digest(bytes);
    opened_ = Events::next();
    state_.store(State::open, std::memory_order_relaxed);
  }

  /// An operation keeps the elements.
  ADAFUSE_INLINE void watch(Bytes bytes) {
    if (state_.load(std::memory_order_relaxed) == State::open) settle(bytes);
    state_.store(State::watched, std::memory_order_relaxed);
  }

  /// Whether elements that were there at event `kept` have changed after it, up to event `until`.
  ADAFUSE_INLINE bool between(std::uint64_t kept, std::uint64_t until, Bytes bytes) {
    if (made_ >= kept) return false;
    if (state_.load(std::memory_order_relaxed) == State::open) settle(bytes);
    const auto written = written_.load(std::memory_order_relaxed);
    return kept < written && written <= until;
  }

 private:
  enum class State : std::uint8_t { unwatched, watched, open };

  [[gnu::cold, gnu::noinline]] ADAFUSE_INLINE void settle(Bytes bytes) {
    const std::lock_guard lock(mutex_);
    if (state_.load(std::memory_order_relaxed) != State::open) return;
    if (detail::digest(bytes) != digest_) written_.store(opened_, std::memory_order_relaxed);
    state_.store(State::watched, std::memory_order_relaxed);
  }

  static constinit inline os::StaticMutex mutex_;  // Openings are few: one serves them all.

  const std::uint64_t made_ = Events::last();
  std::atomic<std::uint64_t> written_{0};
  std::uint64_t opened_ = 0, digest_ = 0;  // of the opening that is not settled yet
  std::atomic<State> state_{State::unwatched};
};

}  // namespace adafuse
