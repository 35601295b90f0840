// What the next strip of a masked direct convolution will read, fetched into L2 meanwhile: only
// computing hides what it takes to wait for memory, and only if it comes a few lines at a time.
//
// The first blocks of output channels fetch a share each, one channel after every few that they
// multiply. With a tap alone and few blocks, all at once would be more than memory can bring.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/kernels/conv2d/direct/polyphase_copies.hpp>
#include <adafuse/kernels/conv2d/shared/options.hpp>
#include <algorithm>
#include <vector>

namespace adafuse::kernels::inline ADAFUSE_SIMD {

class PrefetchStrip {
 public:
  /// What is fetched beside one block: an offset after every `every` channels, first at once.
  struct Share {
    const Index* offsets = nullptr;  // from a tile's pixels to those that will be read; or none
    Index every = 0;
  };

  /// There is none, or it need not be fetched.
  void clear() { offsets_.clear(); }
  /// It reads these channels, of `most`, `ahead` of where this strip does.
  void set_channels(const Images& images, Index ahead, const ChannelList& channels, Index most) {
    offsets_.clear();
    // At once: with channels that live by turns, it would grow now and then.
    offsets_.reserve(static_cast<std::size_t>(most * (images.phases + 1)));
    for (Index i = 0; i < channels.count; ++i)
      for (Index phase = 0; phase < images.phases; ++phase)
        offsets_.push_back(ahead + (channels[i] - channels.first) * images.channel +
                           phase * images.phase_size);
  }
  /// There will be so many blocks, in each of which so many channels are multiplied. With several
  /// taps, fetching with every channel leaves time enough; else with one of eight, which is a turn
  /// that a processor still foresees.
  void spread(Index blocks, Index channels, Index taps) {
    fetched_ = std::ssize(offsets_);
    if (fetched_ == 0) return;
    const Index most = std::max<Index>(8 / taps, 1);
    every_ = std::max<Index>(1, std::min(blocks, most) * channels / fetched_);
    each_ = (channels + every_ - 1) / every_;
    offsets_.resize(static_cast<std::size_t>(fetched_ + each_));  // The last share is full, too.
  }
  Share share(Index block) const {
    if (block * each_ >= fetched_) return {};
    return {offsets_.data() + block * each_, every_};
  }

 private:
  std::vector<Index> offsets_;
  Index fetched_ = 0, every_ = 0, each_ = 0;
};

}  // namespace adafuse::kernels::inline ADAFUSE_SIMD
