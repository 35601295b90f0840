// Decoded frames kept in memory, so that the second epoch decodes nothing.
//
// The frames that come first stay until the room is used up, and nothing is thrown out: every epoch
// asks for every clip once, so evicting the oldest would evict just what is needed next.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset.hpp>
#include <filesystem>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// The same clips as `source`, which must outlive this, with at most `bytes` bytes of frames kept.
class FrameCache : public Dataset {
 public:
  /// Keeps frames of `source`, which must outlive it, up to so many bytes.
  FrameCache(const Dataset& source, std::size_t bytes) : source_(source), room_(bytes) {}
  FrameCache(const FrameCache&) = delete;
  FrameCache& operator=(const FrameCache&) = delete;

  Index size() const override { return source_.size(); }
  std::string name(Index clip) const override { return source_.name(clip); }
  Index frame_count(Index clip) const override { return source_.frame_count(clip); }
  std::int64_t label(Index clip) const override { return source_.label(clip); }
  std::vector<std::int64_t> labels(Index clip) const override { return source_.labels(clip); }

  std::string frame_name(Index clip, Index t) const override { return source_.frame_name(clip, t); }
  std::filesystem::path place(Index clip) const override { return source_.place(clip); }
  /// Asked for once of each clip: a second training reads nothing.
  Shape frame_size(Index clip) const override {
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = sizes_.find(clip); found != sizes_.end()) return found->second;
    }
    const Shape size = source_.frame_size(clip);  // unlocked: others decode meanwhile
    const std::unique_lock lock(mutex_);
    sizes_.emplace(clip, size);
    return size;
  }

  Tensor<std::uint8_t> frame(Index clip, Index t) const override {
    const Place place{clip, t};
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = frames_.find(place); found != frames_.end()) return found->second;
    }
    Tensor<std::uint8_t> image = source_.frame(clip, t);  // unlocked: others decode meanwhile
    const std::unique_lock lock(mutex_);
    keep(place, image);
    return image;
  }
  /// What is not kept is asked for at once, each frame once.
  std::vector<Tensor<std::uint8_t>> frames(Index clip,
                                           std::span<const Index> positions) const override {
    std::map<Index, Tensor<std::uint8_t>> found;
    std::vector<Index> missing;
    {
      const std::shared_lock lock(mutex_);
      for (const Index t : positions) {
        if (found.count(t) > 0) continue;
        const auto kept = frames_.find({clip, t});
        found[t] = kept != frames_.end() ? kept->second : Tensor<std::uint8_t>();
        if (kept == frames_.end()) missing.push_back(t);
      }
    }
    if (!missing.empty()) {
      const auto read = source_.frames(clip, missing);  // unlocked: others decode meanwhile
      const std::unique_lock lock(mutex_);
      for (std::size_t i = 0; i < missing.size(); ++i) {
        keep({clip, missing[i]}, read[i]);
        found[missing[i]] = read[i];
      }
    }
    std::vector<Tensor<std::uint8_t>> result;
    for (const Index t : positions) result.push_back(found[t]);
    return result;
  }

  /// The number of frames kept.
  Index kept() const {
    const std::shared_lock lock(mutex_);
    return std::ssize(frames_);
  }

 private:
  /// What a kept frame costs beside its pixels, about.
  static constexpr std::size_t bookkeeping = 256;

  struct Place {
    Index clip, t;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      const auto clip = static_cast<std::size_t>(place.clip), t = static_cast<std::size_t>(place.t);
      return (clip * 0x9E3779B97F4A7C15u) ^ (t * 0xC2B2AE3D27D4EB4Fu);
    }
  };

  /// While the lock is held.
  void keep(const Place& place, const Tensor<std::uint8_t>& image) const {
    const std::size_t bytes = static_cast<std::size_t>(image.size()) + bookkeeping;
    if (bytes <= room_ && frames_.emplace(place, image).second) room_ -= bytes;
  }

  const Dataset& source_;
  mutable std::shared_mutex mutex_;
  mutable std::size_t room_;
  mutable std::unordered_map<Place, Tensor<std::uint8_t>, PlaceHash> frames_;
  mutable std::unordered_map<Index, Shape> sizes_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
