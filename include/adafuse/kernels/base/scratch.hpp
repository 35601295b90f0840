// Scratch: working memory that grows to the largest request and stays, so that a kernel called
// again and again allocates nothing. One for each use and thread: `thread_local Scratch<T> panel;`
// Under the address sanitizer each request is a block of its own: what is written behind it would
// hide in a larger one.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <adafuse/core/storage.hpp>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

template <class T>
class Scratch {
 public:
  /// At least `count` elements that hold anything; valid until the next call.
  T* operator()(Index count) {
    if (count > capacity_ || !StoragePool::recycles) {
      storage_ = {};  // First let go of the old block: the pool may serve the new one from it.
      storage_ = Storage<T>(static_cast<std::size_t>(count));
      capacity_ = count;
    }
    return storage_.data();
  }

 private:
  Storage<T> storage_;
  Index capacity_ = 0;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
