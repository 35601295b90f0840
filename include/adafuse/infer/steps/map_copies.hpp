// Fusion, concatenation and shift of whole clips: no arithmetic, only copies of maps, and only of
// those that exist.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/byte_bits.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/fusion/demand.hpp>
#include <adafuse/infer/fold/live_lists.hpp>
#include <adafuse/kernels/base/activation.hpp>
#include <adafuse/video/temporal_shift.hpp>
#include <algorithm>

namespace adafuse::infer::inline ADAFUSE_SIMD {

/// Maps of clips: [clips * frames, channels, pixels].
struct ClipMaps {
  Index clips, frames, channels, pixels;

  Index at(Index frame, Index channel) const { return (frame * channels + channel) * pixels; }
  /// Channels whose maps a task moves through all frames of a clip.
  Index grain() const { return std::max<Index>(1, 32768 / std::max<Index>(frames * pixels, 1)); }

  /// Calls body(first frame of a clip, channel) for all clips and channels, in parallel.
  template <class Body>
  void for_channels(const Body& body) const {
    parallel_for(clips * channels, grain(), Work::elements(frames * pixels),
                 [&](Index begin, Index end) {
                   for (Index i = begin; i < end; ++i) body(i / channels * frames, i % channels);
                 });
  }
};

/// Actions [clips * frames, stride] of one block, seen from its channel `first` on.
struct ActionColumns {
  const std::uint8_t* actions;
  Index stride, first;

  const std::uint8_t* at(Index frame, Index channel) const {
    return actions + frame * stride + first + channel;
  }
  Action operator()(Index frame, Index channel) const { return Action{*at(frame, channel)}; }
};

// What follows copies maps, and so do streams: a fused map is one raw map, or nothing.
static_assert(std::none_of(adafuse_actions.begin(), adafuse_actions.end(),
                           [](const ActionRow& row) { return row.reads_now && row.reads_before; }),
              "an action that adds up two maps needs arithmetic where sessions fuse");

/// y_t = y_{t-1} for the channels that frame t reuses. The last frame goes first: when a frame is
/// overwritten, the one after it has what it needs of it.
template <class T>
void fuse_in_place(const ClipMaps& m, const ActionColumns& action, T* y) {
  constexpr Index most = 64;  // Channels of a task.
  const Index size = std::min(most, m.grain()), pieces = (m.channels + size - 1) / size;
  const Work work = Work::elements(m.frames * m.channels * m.pixels) / pieces;
  parallel_for(m.clips * pieces, 1, work, [&](Index task, Index) {
    const Index clip = task / pieces * m.frames, first = task % pieces * size,
                count = std::min(size, m.channels - first);
    for (Index f = clip + m.frames - 1; f > clip; --f) {
      std::int32_t reused[most];
      Index listed = 0;
      for (Index c = 0; c < count; c += bits_at_once)
        listed += list_bits(bits_of(&ActionRow::reads_before, action.at(f, first + c), count - c),
                            first + c, reused + listed);
      for (Index i = 0; i < listed; ++i) {
        const Index c = reused[i];
        std::copy_n(y + m.at(f - 1, c), m.pixels, y + m.at(f, c));
      }
    }
  });
}

/// The same from maps x to channels [first, first + channels) of wider maps y of `width` channels:
/// what is kept, and what is reused.
template <class T>
void fuse_into(const ClipMaps& m, const ActionColumns& action, const T* x, Index width, T* y) {
  m.for_channels([&](Index clip, Index c) {
    for (Index f = clip; f < clip + m.frames; ++f) {
      const Action now = action(f, c);
      if (is_live(now, f == clip))
        std::copy_n(x + m.at(row_of(now).reads_now ? f : f - 1, c), m.pixels,
                    y + (f * width + action.first + c) * m.pixels);
    }
  });
}

/// Channels [first, first + channels) of wider maps y of `width` channels.
template <class T>
void copy_into(const ClipMaps& m, const T* x, Index first, Index width, T* y) {
  parallel_for(m.clips * m.frames, 1, Work::elements(m.channels * m.pixels), [&](Index f, Index) {
    std::copy_n(x + m.at(f, 0), m.channels * m.pixels, y + (f * width + first) * m.pixels);
  });
}

/// The temporal shift of the channels that exist; beyond the ends of a clip lie zeros.
template <class T>
void shift_live(const ClipMaps& m, Index fold, const T* x, ChannelLists live, T* y) {
  parallel_for(m.clips * m.frames, 1, Work::elements(m.channels * m.pixels), [&](Index f, Index) {
    for (Index c = 0; c < m.channels; ++c) {
      const Index from = f + shift_offset(c, fold), t = f % m.frames + shift_offset(c, fold);
      if (t < 0 || t >= m.frames)
        std::fill_n(y + m.at(f, c), m.pixels, T{0});
      else if (channels_in(live, from, c, c + 1).count > 0)
        std::copy_n(x + m.at(from, c), m.pixels, y + m.at(f, c));
    }
  });
}

/// y = activation(a + b); a channel that does not exist counts as zero.
template <class T>
void add_live(const ClipMaps& m, const T* a, ChannelLists live_a, const T* b, ChannelLists live_b,
              kernels::Activation activation, T* y) {
  parallel_for(m.clips * m.frames, 1, Work::elements(m.channels * m.pixels), [&](Index f, Index) {
    for (Index c = 0; c < m.channels; ++c) {
      const Index at = m.at(f, c);
      const bool has_a = channels_in(live_a, f, c, c + 1).count > 0;
      const bool has_b = channels_in(live_b, f, c, c + 1).count > 0;
      for (Index i = at; i < at + m.pixels; ++i) {
        const T sum = (has_a ? a[i] : T{0}) + (has_b ? b[i] : T{0});
        y[i] = kernels::activated(activation, sum);
      }
    }
  });
}

}  // namespace adafuse::infer::inline ADAFUSE_SIMD
