// Storage: the aligned bytes behind a tensor, shared by its copies, recycled through a pool.
//
// A fresh large buffer costs a page fault for every 4 KiB, more than many kernels cost; a training
// step asks for the same sizes again and again. So large blocks go back to a pool and not to the
// system. Under the address sanitizer the pool is off: a recycled block would hide a use after
// free.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <vector>

namespace adafuse {

/// Every buffer starts at a multiple of this many bytes: one cache line, one AVX-512 register.
inline constexpr std::size_t storage_alignment = 64;

/// Keeps released blocks of at least `smallest` bytes for the next request of their size class.
class StoragePool {
 public:
  static constexpr std::size_t smallest = std::size_t{1} << 14;
  static constexpr std::size_t huge_page = std::size_t{1} << 21;

#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool recycles = false;
#elif defined(__has_feature)
  static constexpr bool recycles = !__has_feature(address_sanitizer);
#else
  static constexpr bool recycles = true;
#endif

  /// The pool of the process. It is never destroyed, so tensors in static objects may outlive main.
  static StoragePool& instance() {
    static StoragePool& pool = *new StoragePool;
    return pool;
  }

  void* allocate(std::size_t bytes) {
    const std::size_t block = size_class(bytes);
    if (recycles && block >= smallest) {
      const std::lock_guard lock(mutex_);
      if (auto found = free_.find(block); found != free_.end() && !found->second.empty()) {
        void* memory = found->second.back();
        found->second.pop_back();
        kept_bytes_ -= block;
        return memory;
      }
    }
    const std::size_t alignment = block >= huge_page ? huge_page : storage_alignment;
    void* memory = std::aligned_alloc(alignment, round_up(block, alignment));
    if (!memory) throw std::bad_alloc();
    if (block >= huge_page) ::madvise(memory, block, MADV_HUGEPAGE);  // Advice: it may be ignored.
    return memory;
  }

  void release(void* memory, std::size_t bytes) noexcept {
    const std::size_t block = size_class(bytes);
    if (recycles && block >= smallest) {
      try {
        const std::lock_guard lock(mutex_);
        free_[block].push_back(memory);
        kept_bytes_ += block;
        return;
      } catch (...) {  // No memory for the list: give the block back to the system instead.
      }
    }
    std::free(memory);
  }

  /// Gives all recycled blocks back to the system.
  void trim() {
    const std::lock_guard lock(mutex_);
    for (auto& [block, list] : free_)
      for (void* memory : list) std::free(memory);
    free_.clear();
    kept_bytes_ = 0;
  }

  /// Bytes that wait in the pool.
  std::size_t kept_bytes() const {
    const std::lock_guard lock(mutex_);
    return kept_bytes_;
  }

 private:
  static std::size_t round_up(std::size_t n, std::size_t unit) {
    return (n + unit - 1) / unit * unit;
  }

  /// Eight classes an octave: at most an eighth of a block is unused.
  static std::size_t size_class(std::size_t bytes) {
    const std::size_t unit = std::max(storage_alignment, std::bit_floor(bytes) / 8);
    return round_up(std::max<std::size_t>(bytes, 1), unit);
  }

  mutable std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> free_;
  std::size_t kept_bytes_ = 0;
};

/// A shared, aligned buffer of `T`. Copies share the bytes; the last one releases them. The
/// elements are not initialised.
template <class T>
class Storage {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Storage() = default;
  explicit Storage(std::size_t count)
      : data_(static_cast<T*>(StoragePool::instance().allocate(bytes_of(count))),
              [bytes = bytes_of(count)](T* p) { StoragePool::instance().release(p, bytes); }) {}

  /// A buffer that somebody else owns and keeps alive.
  static Storage borrow(T* data) {
    Storage storage;
    storage.data_ = std::shared_ptr<T>(data, [](T*) {});
    return storage;
  }

  T* data() const { return data_.get(); }
  bool shares_with(const Storage& other) const { return data_ == other.data_; }

 private:
  /// Throws std::bad_array_new_length where no memory could ever hold that many.
  static std::size_t bytes_of(std::size_t count) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / 2;
    if (count > most / sizeof(T)) throw std::bad_array_new_length();
    return count * sizeof(T);
  }

  std::shared_ptr<T> data_;
};

}  // namespace adafuse
