// Sums over the channels of x [batch, channels, inner]: how the work is cut, and in which order
// numbers are added, from the sizes alone.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/shape.hpp>
#ifndef ADAFUSE_COMPILED
#include <adafuse/core/parallel.hpp>
#include <adafuse/kernels/base/range.hpp>
#include <algorithm>
#include <array>
#include <vector>
#endif

namespace adafuse::kernels {

/// x [batch, channels, inner]: [N, C], [N, C, L] and [N, C, H, W] seen alike.
struct ChannelLayout {
  Index batch = 0, channels = 0, inner = 1;

  ADAFUSE_INLINE Index count() const { return batch * inner; }  // the elements of one channel
  ADAFUSE_INLINE Index frame() const { return channels * inner; }
  ADAFUSE_INLINE Index size() const { return batch * frame(); }
  /// Where the elements of channel c of frame n begin.
  ADAFUSE_INLINE Index begin(Index n, Index c) const { return (n * channels + c) * inner; }
};

#ifndef ADAFUSE_COMPILED
inline namespace ADAFUSE_SIMD {
namespace detail {

/// The sums over a channel of a and of a b, for two numbers at each element. Sixteen sums side by
/// side are what the compiler keeps in vectors; they also make the order, and so the bits, the same
/// everywhere.
class ChannelSums {
 public:
  /// Adds a = first(i) and a second(i) for i in [0, count).
  template <class First, class Second>
  void add(Index count, const First& first, const Second& second) {
    Index i = 0;
    if (count >= lanes) {
      double sums[lanes], products[lanes];  // Copies: they stay in registers.
      std::copy_n(sums_, lanes, sums), std::copy_n(products_, lanes, products);
      for (; i + lanes <= count; i += lanes)
#pragma GCC unroll 1  // Unrolled first, it would be cut into vectors of four widths.
        for (Index k = 0; k < lanes; ++k) {
          const double a = first(i + k);
          sums[k] += a, products[k] += a * second(i + k);
        }
      std::copy_n(sums, lanes, sums_), std::copy_n(products, lanes, products_);
    }
    for (; i < count; ++i) {
      const double a = first(i);
      rest_[0] += a, rest_[1] += a * second(i);
    }
  }

  std::array<double, 2> total() const {
    auto total = rest_;
    for (Index k = 0; k < lanes; ++k) total[0] += sums_[k], total[1] += products_[k];
    return total;
  }

 private:
  static constexpr Index lanes = 16;
  double sums_[lanes] = {}, products_[lanes] = {};
  std::array<double, 2> rest_{};  // of elements that fill no sixteen
};

/// How the work is cut, from the sizes alone: the frames into parts, the channels into blocks. Each
/// part has sums of its own, which are added in order.
class ChannelTasks {
 public:
  explicit ChannelTasks(const ChannelLayout& layout)
      : layout_(layout),
        blocks_(pieces(layout.channels,
                       std::clamp<Index>(4096 / std::max<Index>(1, layout.inner), 1, 64))),
        parts_(std::clamp<Index>(layout.size() / blocks_ / 65536, 1,
                                 std::max<Index>(1, layout.batch))) {}

  /// Calls body(c, i) for the planes of all channels c, each from its element i on.
  template <class Body>
  void for_each_plane(const Body& body) const {
    for_each_task([&](Index, Index c, Index i) { body(c, i); });
  }

  /// The sums of each channel, where add(sums, c, i) adds those of one plane.
  template <class Add>
  std::vector<std::array<double, 2>> sums(const Add& add) const {
    const auto channels = static_cast<std::size_t>(layout_.channels);
    std::vector<ChannelSums> sums(static_cast<std::size_t>(parts_) * channels);
    for_each_task(
        [&, to = sums.data()](Index first, Index c, Index i) { add(to[first + c], c, i); });
    std::vector<std::array<double, 2>> totals(channels);
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const auto some = sums[k].total();
      auto& total = totals[k % channels];
      total[0] += some[0], total[1] += some[1];
    }
    return totals;
  }

 private:
  /// Calls body(k, c, i), where the sums of the part begin at number k.
  template <class Body>
  void for_each_task(const Body& body) const {
    const Index tasks = parts_ * blocks_;
    const Work work = Work::elements(6 * layout_.size()) / tasks;  // They are added in double.
    parallel_for(tasks, 1, work, [&](Index task, Index) {
      const Index p = task / blocks_, k = p * layout_.channels;
      const Range frames = part(layout_.batch, parts_, p),
                  channels = part(layout_.channels, blocks_, task % blocks_);
      for (Index n = frames.begin; n < frames.end; ++n)
        for (Index c = channels.begin; c < channels.end; ++c) body(k, c, layout_.begin(n, c));
    });
  }

  static Index pieces(Index count, Index most) {
    return std::max<Index>(1, (count + most - 1) / most);
  }

  ChannelLayout layout_;
  Index blocks_, parts_;
};

}  // namespace detail
}  // namespace ADAFUSE_SIMD
#endif

}  // namespace adafuse::kernels
