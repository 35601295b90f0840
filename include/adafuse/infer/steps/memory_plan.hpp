// Where each value of a network lives in one block of memory: values that do not live at the same
// time may share a place. Worked out once; running then allocates nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#include <algorithm>
#include <numeric>
#include <vector>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// A value that is written at step `first` and read for the last time at step `last`.
struct Lifetime {
  Index size = 0;  ///< in numbers; 0: it needs no place
  std::size_t first = 0, last = 0;

  bool overlaps(const Lifetime& other) const { return first <= other.last && other.first <= last; }
};

struct MemoryPlan {
  std::vector<Index> offsets;  ///< of each value
  Index total = 0;             ///< numbers in all
};

/// Places the values, the largest first, each as low as it fits between those that live with it.
/// Places begin at multiples of `alignment` numbers.
inline MemoryPlan plan_memory(const std::vector<Lifetime>& values, Index alignment = 16) {
  MemoryPlan plan{std::vector<Index>(values.size()), 0};
  std::vector<std::size_t> order(values.size()), placed;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return values[a].size > values[b].size; });
  const auto end_of = [&](std::size_t v) {
    return (plan.offsets[v] + values[v].size + alignment - 1) / alignment * alignment;
  };
  for (const std::size_t v : order) {
    if (values[v].size == 0) continue;
    Index at = 0;  // `placed` is in the order of its offsets.
    for (const std::size_t other : placed)
      if (values[v].overlaps(values[other]) && plan.offsets[other] < at + values[v].size)
        at = std::max(at, end_of(other));
    plan.offsets[v] = at;
    plan.total = std::max(plan.total, end_of(v));
    const auto behind = [&](Index offset, std::size_t other) {
      return offset < plan.offsets[other];
    };
    placed.insert(std::upper_bound(placed.begin(), placed.end(), at, behind), v);
  }
  return plan;
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
