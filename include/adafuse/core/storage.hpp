// Storage: the aligned bytes behind a tensor, shared by its copies, recycled through a pool.
//
// It knows when they were last written (core/writes.hpp), for derivatives that still need them.
//
// A fresh large buffer costs a page fault for every 4 KiB, more than many kernels cost; a training
// step asks for the same sizes again and again. So large blocks are cut from chunks of memory that
// the pool keeps. Released neighbours grow together again: what a step leaves serves the next one,
// whatever its sizes. Under the address sanitizer the pool is off: a recycled block would hide a
// use after free.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/machine.hpp>
#include <adafuse/core/system.hpp>
#include <adafuse/core/writes.hpp>
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <type_traits>
#include <utility>

namespace adafuse {

/// Every buffer starts at a multiple of this many bytes: one cache line, one AVX-512 register.
inline constexpr std::size_t storage_alignment = 64;

/// Not enough memory, and how much was asked for.
class OutOfMemory : public std::bad_alloc {
 public:
  /// Of so many bytes.
  ADAFUSE_INLINE explicit OutOfMemory(double bytes) noexcept {
    std::snprintf(text_, sizeof text_, "%.3g GB asked for", 1e-9 * bytes);
  }
  /// How many gigabytes were asked for.
  const char* what() const noexcept override { return text_; }

 private:
  char text_[64];
};

/// Cuts blocks of at least `smallest` bytes from chunks; smaller ones are left to the system.
class StoragePool {
 public:
  static constexpr std::size_t smallest = std::size_t{1} << 14;  ///< bytes: 16 KiB
  /// bytes: 4 KiB, what blocks are multiples of
  static constexpr std::size_t page = std::size_t{1} << 12;
  /// bytes: 2 MiB, what chunks are aligned to
  static constexpr std::size_t huge_page = std::size_t{1} << 21;
  /// What is taken from the system at a time. Pages count as used only once they are written.
  static constexpr std::size_t chunk = std::size_t{1} << 26;

#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool recycles = false;
#elif defined(__has_feature)
  static constexpr bool recycles = !__has_feature(address_sanitizer);
#else
  /// Whether released blocks are handed out again: not under the address sanitizer.
  static constexpr bool recycles = true;
#endif

  /// The pool of the process. It is never destroyed, so tensors in static objects may outlive main.
  /// A fork waits until no thread is inside of it: the child has no such thread.
  ADAFUSE_INLINE static StoragePool& instance() {
    StoragePool* const pool = pool_.load(std::memory_order_acquire);
    return pool ? *pool : make();
  }

  /// Memory for so many bytes, aligned for vectors. Throws OutOfMemory.
  ADAFUSE_INLINE void* allocate(std::size_t bytes) {
    if (bytes < smallest) return from_system(storage_alignment, std::max<std::size_t>(bytes, 1));
    const std::size_t block = round_up(bytes, page);
    const std::lock_guard lock(mutex_);
    void* const memory = recycles ? from_gap(block) : from_system(storage_alignment, bytes);
    used_ += block;
    peak_ = std::max(peak_, used_);
    return memory;
  }

  /// Gives back what `allocate(bytes)` returned.
  ADAFUSE_INLINE void release(void* memory, std::size_t bytes) noexcept {
    if (bytes < smallest) return os::free_aligned(memory);
    const std::lock_guard lock(mutex_);
    used_ -= round_up(bytes, page);
    if (!recycles) return os::free_aligned(memory);
    try {
      auto* begin = static_cast<std::byte*>(memory);
      std::byte* end = begin + round_up(bytes, page);
      // Gaps on either side become one with it, unless they lie in another chunk.
      if (const auto next = by_place_.find(end); next != by_place_.end() && !chunks_.count(end)) {
        end += next->second;
        remove_gap(next->first, next->second);
      }
      if (auto before = by_place_.lower_bound(begin);
          before != by_place_.begin() && !chunks_.count(begin)) {
        --before;
        if (const auto [place, size] = *before; place + size == begin) {
          begin = place;
          remove_gap(place, size);
        }
      }
      add_gap(begin, static_cast<std::size_t>(end - begin));
    } catch (const std::bad_alloc&) {  // No memory to note the gap: it is not used again.
    }
  }

  /// Gives chunks of which nothing is in use back to the system.
  ADAFUSE_INLINE void trim() {
    const std::lock_guard lock(mutex_);
    for (auto it = chunks_.begin(); it != chunks_.end();) {
      const auto [memory, size] = *it;
      const auto gap = by_place_.find(memory);
      if (gap == by_place_.end() || gap->second != size) {
        ++it;
        continue;
      }
      remove_gap(memory, size);
      os::free_aligned(memory);
      it = chunks_.erase(it);
    }
  }

  /// Bytes that the pool holds and nobody uses.
  ADAFUSE_INLINE std::size_t kept_bytes() const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto& [place, size] : by_place_) sum += size;
    return sum;
  }

  /// Bytes of the tensors that there are, of those of 16 KiB and more, and the most that there were
  /// at a time since `reset_peak()`.
  ADAFUSE_INLINE std::size_t used_bytes() const {
    const std::lock_guard lock(mutex_);
    return used_;
  }
  /// The most that `used_bytes()` was since `reset_peak()`.
  ADAFUSE_INLINE std::size_t peak_bytes() const {
    const std::lock_guard lock(mutex_);
    return peak_;
  }
  /// Counts the peak anew, from what is used now.
  ADAFUSE_INLINE void reset_peak() {
    const std::lock_guard lock(mutex_);
    peak_ = used_;
  }

 private:
  using Gap = std::pair<std::size_t, std::byte*>;  // size, place

  [[gnu::cold, gnu::noinline]] ADAFUSE_INLINE static StoragePool& make() {
    const std::lock_guard lock(making_);
    if (!pool_.load()) {
      pool_.store(new StoragePool);
      os::at_fork([] { pool_.load()->mutex_.lock(); }, [] { pool_.load()->mutex_.unlock(); },
                  [] { pool_.load()->mutex_.unlock(); });
    }
    return *pool_.load();
  }

  ADAFUSE_INLINE static std::size_t round_up(std::size_t n, std::size_t unit) {
    return (n + unit - 1) / unit * unit;
  }
  ADAFUSE_INLINE static void* from_system(std::size_t alignment, std::size_t bytes) {
    void* memory = os::aligned_memory(alignment, round_up(bytes, alignment));
    if (!memory) throw OutOfMemory(static_cast<double>(bytes));
    return memory;
  }

  /// A block of the pool, under the lock.
  ADAFUSE_INLINE void* from_gap(std::size_t block) {
    auto best = by_size_.lower_bound({block, nullptr});  // The smallest gap that is large enough.
    if (best == by_size_.end()) {
      const std::size_t size = std::max(round_up(block, huge_page), chunk);
      auto* memory = static_cast<std::byte*>(from_system(huge_page, size));
      os::advise_huge_pages(memory, size);
      chunks_[memory] = size;
      best = add_gap(memory, size);
    }
    const auto [size, memory] = *best;
    remove_gap(memory, size);
    if (size > block) add_gap(memory + block, size - block);
    return memory;
  }

  ADAFUSE_INLINE std::set<Gap>::iterator add_gap(std::byte* place, std::size_t size) {
    by_place_.emplace(place, size);
    return by_size_.emplace(size, place).first;
  }
  ADAFUSE_INLINE void remove_gap(std::byte* place, std::size_t size) {
    by_place_.erase(place);
    by_size_.erase({size, place});
  }

  static constinit inline std::atomic<StoragePool*> pool_{nullptr};
  static constinit inline os::StaticMutex making_;

  mutable std::mutex mutex_;
  std::size_t used_ = 0, peak_ = 0;
  std::map<std::byte*, std::size_t> chunks_;    // place, size
  std::map<std::byte*, std::size_t> by_place_;  // the gaps, twice
  std::set<Gap> by_size_;
};

inline namespace ADAFUSE_SIMD {
namespace detail {
/// A `Base` that this file has made: what the standard library compiles for it is named after this
/// file's machine as well, and whoever lets go of it last calls that.
template <class Base>
struct OfThisMachine : Base {
  using Base::Base;
};
}  // namespace detail
}  // namespace ADAFUSE_SIMD

/// A shared, aligned buffer of `T`. Copies share the bytes; the last one releases them. The
/// elements are not initialised.
template <class T>
class Storage {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  ADAFUSE_INLINE Storage() = default;
  // Counting handles is long where it is inlined, and every operation does it: out of line.
  [[gnu::noinline]] ADAFUSE_INLINE Storage(const Storage&) = default;
  ADAFUSE_INLINE Storage(Storage&&) noexcept = default;
  [[gnu::noinline]] ADAFUSE_INLINE Storage& operator=(const Storage&) = default;
  [[gnu::noinline]] ADAFUSE_INLINE Storage& operator=(Storage&&) noexcept = default;
  [[gnu::noinline]] ADAFUSE_INLINE ~Storage() = default;
  /// A buffer of `count` elements, which hold anything.
  [[gnu::noinline]] ADAFUSE_INLINE explicit Storage(std::size_t count)
      : buffer_(std::make_shared<detail::OfThisMachine<Buffer>>(bytes_of(count))) {}

  /// A buffer of `count` elements that somebody else owns and keeps alive.
  ADAFUSE_INLINE static Storage borrow(T* data, std::size_t count) {
    Storage storage;
    storage.buffer_ = std::make_shared<detail::OfThisMachine<Buffer>>(bytes_of(count), data);
    return storage;
  }
  /// The same, of an owner that goes with the last copy, on the thread that lets go of it.
  ADAFUSE_INLINE static Storage borrow(T* data, std::size_t count, std::shared_ptr<void> owner) {
    Storage storage;
    storage.buffer_ = std::make_shared<detail::OfThisMachine<BufferOfOwner>>(bytes_of(count), data,
                                                                             std::move(owner));
    return storage;
  }

  /// The first element; null where there is no buffer.
  ADAFUSE_INLINE T* data() const { return buffer_ ? buffer_->data : nullptr; }
  /// Whether both are one buffer.
  ADAFUSE_INLINE bool shares_with(const Storage& other) const { return data() == other.data(); }
  /// Whether no copy exists and the bytes are not borrowed: nobody else can see them change.
  ADAFUSE_INLINE bool unique() const { return buffer_.use_count() == 1 && buffer_->owned; }

  /// The elements are about to be written.
  ADAFUSE_INLINE void announce_write() const {
    if (buffer_) buffer_->writes.announce();
  }
  /// Something is handed out through which they can be written.
  ADAFUSE_INLINE void open() const {
    if (buffer_ && buffer_->writes.watched()) [[unlikely]]
      if (buffer_.use_count() > 1)  // otherwise the operation has let go of them
        buffer_->writes.open(buffer_->elements());
  }
  /// An operation keeps them for its derivative.
  ADAFUSE_INLINE void watch() const {
    if (buffer_) buffer_->writes.watch(buffer_->elements());
  }
  /// Whether elements that were there at event `kept` have changed after it, up to event `until`.
  ADAFUSE_INLINE bool written_between(std::uint64_t kept, std::uint64_t until) const {
    return buffer_ && buffer_->writes.between(kept, until, buffer_->elements());
  }
  /// Tells buffers apart.
  const void* identity() const { return buffer_.get(); }

 private:
  struct Buffer {
    ADAFUSE_INLINE explicit Buffer(std::size_t size)
        : data(static_cast<T*>(StoragePool::instance().allocate(size))), bytes(size), owned(true) {}
    ADAFUSE_INLINE Buffer(std::size_t size, T* borrowed)
        : data(borrowed), bytes(size), owned(false) {}
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ADAFUSE_INLINE ~Buffer() {
      if (owned) StoragePool::instance().release(data, bytes);
    }

    ADAFUSE_INLINE Writes::Bytes elements() const {
      return std::as_bytes(std::span(data, bytes / sizeof(T)));
    }

    T* const data;
    const std::size_t bytes;
    const bool owned;
    Writes writes;
  };
  struct BufferOfOwner : Buffer {
    ADAFUSE_INLINE BufferOfOwner(std::size_t size, T* borrowed, std::shared_ptr<void> from)
        : Buffer(size, borrowed), owner(std::move(from)) {}
    std::shared_ptr<void> owner;
  };

  /// Throws OutOfMemory where no memory could ever hold that many.
  ADAFUSE_INLINE static std::size_t bytes_of(std::size_t count) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / 2;
    if (count > most / sizeof(T)) throw OutOfMemory(static_cast<double>(count) * sizeof(T));
    return count * sizeof(T);
  }

  std::shared_ptr<Buffer> buffer_;
};

}  // namespace adafuse
