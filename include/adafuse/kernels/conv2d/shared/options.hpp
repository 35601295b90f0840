// What may vary between two calls of one convolution: algorithm, fused epilogue, live channels.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/base/epilogue.hpp>
#include <adafuse/kernels/conv2d/shared/algorithm.hpp>
#include <adafuse/kernels/conv2d/shared/geometry.hpp>
#include <adafuse/kernels/conv2d/shared/prepared_weights.hpp>
#include <algorithm>
#include <cstdint>
#include <span>

namespace adafuse::kernels {

/// y = activation(scale[channel] * conv + shift[channel] + residual); each part may be absent. A
/// NaN stays.
template <class T>
struct Conv2dEpilogue {
  const T* scale = nullptr;     // [out_channels], absent: 1
  const T* shift = nullptr;     // [out_channels], absent: 0; a bias is a shift
  const T* residual = nullptr;  // [batch, out_channels, out_height, out_width], absent: 0
  Activation activation = Activation::identity;

  EpilogueParts parts() const { return {scale || shift, residual != nullptr, activation}; }
};

/// A second convolution, whose sums are added to those of the first: of a block that changes the
/// size of its maps, the projection beside it. All of its input channels are live.
template <class T>
struct Conv2dShortcut {
  Conv2dGeometry geometry;     // with the batch and the outputs of the first
  const T* x = nullptr;        // [batch, its in_channels, its in_height, its in_width]
  const T* weights = nullptr;  // [out_channels, its in_channels / groups, kh, kw]
  const PreparedWeights* prepared = nullptr;  // as in Conv2dOptions
};

/// The channels of one frame that exist: all of them, or those of a strictly increasing list.
class LiveChannels {
 public:
  ADAFUSE_INLINE LiveChannels() = default;
  ADAFUSE_INLINE explicit LiveChannels(std::span<const std::int32_t> list)
      : list_(list), all_(false) {}
  /// A list that increases by the way it was made: calls look at its ends alone.
  ADAFUSE_INLINE static LiveChannels increasing(std::span<const std::int32_t> list) {
    LiveChannels live(list);
    live.increases_ = true;
    return live;
  }

  bool all() const { return all_; }
  bool increases() const { return increases_; }
  std::span<const std::int32_t> list() const { return list_; }
  /// How many there are, of `total`.
  ADAFUSE_INLINE Index count(Index total) const { return all_ ? total : std::ssize(list_); }
  /// The number of the i-th live channel.
  ADAFUSE_INLINE Index channel(Index i) const {
    return all_ ? i : list_[static_cast<std::size_t>(i)];
  }
  /// Whether this one is live.
  ADAFUSE_INLINE bool holds(Index channel) const {
    return all_ || std::binary_search(list_.begin(), list_.end(), channel);
  }

 private:
  std::span<const std::int32_t> list_;
  bool all_ = true, increases_ = false;
};

/// The live channels of one group: `first`, `first + 1`, ... or those of a piece of a list.
struct ChannelList {
  const std::int32_t* list;
  Index first, count;

  /// The number of the i-th of them, counted over all groups.
  ADAFUSE_INLINE Index operator[](Index i) const { return list ? list[i] : first + i; }

  /// The channels [begin, end) of them.
  ADAFUSE_INLINE ChannelList part(Index begin, Index end) const {
    return {list ? list + begin : nullptr, list ? first : first + begin, end - begin};
  }

  /// The channels of `live` in [first, first + size).
  ADAFUSE_INLINE static ChannelList of_group(const LiveChannels& live, Index first, Index size) {
    if (live.all()) return {nullptr, first, size};
    const auto list = live.list();
    if (list.empty() || (list.front() >= first && list.back() < first + size))
      return {list.data(), first, std::ssize(list)};  // The whole list: the only group's.
    const auto begin = std::lower_bound(list.begin(), list.end(), first);
    const auto end = std::lower_bound(begin, list.end(), first + size);
    return {list.data() + (begin - list.begin()), first, end - begin};
  }
};

/// One call. A dead output channel is not written, nor its residual read; a dead input channel is
/// not read and counts as zero.
template <class T>
struct Conv2dOptions {
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;
  Conv2dEpilogue<T> epilogue{};
  std::span<const LiveChannels> live_out{};  // one for each frame, or empty: all
  std::span<const LiveChannels> live_in{};   // one for each frame, or empty: all

  /// The weights in the forms that algorithms read, from prepare_weights(); absent, or without the
  /// form of the algorithm: made in each call that needs it.
  const PreparedWeights* prepared = nullptr;

  /// y = epilogue(conv + shortcut), if there is one; the epilogue then has no scale and no
  /// residual.
  const Conv2dShortcut<T>* shortcut = nullptr;

  ADAFUSE_INLINE LiveChannels out_of(Index frame) const { return at(live_out, frame); }
  ADAFUSE_INLINE LiveChannels in_of(Index frame) const { return at(live_in, frame); }

 private:
  ADAFUSE_INLINE static LiveChannels at(std::span<const LiveChannels> frames, Index frame) {
    return frames.empty() ? LiveChannels() : frames[static_cast<std::size_t>(frame)];
  }
};

inline namespace ADAFUSE_SIMD {

/// y[i] = epilogue(sums[i]) for `count` outputs of a channel, which begin at `position`, as y does.
/// One function: compilers make a loop for each answer to the questions of an epilogue.
template <class T>
[[gnu::noinline]] void finish_run(const Conv2dEpilogue<T>& epilogue, const T* sums, Index count,
                                  Index channel, Index position, T* y) {
  const T scale = epilogue.scale ? epilogue.scale[channel] : 1;
  const T shift = epilogue.shift ? epilogue.shift[channel] : -T{0};  // of which -0 stays -0
  const T* const residual = epilogue.residual ? epilogue.residual + position : nullptr;
  for (Index i = 0; i < count; ++i) {
    const T affine = scale * sums[i] + shift;
    y[i] = activated(epilogue.activation, residual ? affine + residual[i] : affine);
  }
}

/// A call with a shortcut as two without, which read and write y one after the other: the sum of
/// the products and the shift, then that as a residual of the shortcut.
template <class T>
struct InTwoCalls {
  Conv2dOptions<T> first, second;

  InTwoCalls(const Conv2dOptions<T>& options, T* y) : first(options) {
    first.shortcut = nullptr;
    first.epilogue.activation = Activation::identity;
    second.algorithm = options.algorithm;
    second.epilogue = {.residual = y, .activation = options.epilogue.activation};
    second.live_out = options.live_out;
    second.prepared = options.shortcut->prepared;
  }
};

/// Whether every channel of every frame is live: frames then need not be told apart.
inline bool all_live(std::span<const LiveChannels> frames) {
  return std::all_of(frames.begin(), frames.end(), [](const auto& live) { return live.all(); });
}
template <class T>
bool all_live(const Conv2dOptions<T>& options) {
  return all_live(options.live_in) && all_live(options.live_out);
}

}  // namespace ADAFUSE_SIMD
}  // namespace adafuse::kernels
