// A data set: labelled clips that can be asked for frame by frame.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Everything here is const and may be called from many threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// The number of clips.
  virtual Index size() const = 0;
  /// What errors and reports call a clip.
  virtual std::string name(Index clip) const = 0;
  /// How many frames a clip has.
  virtual Index frame_count(Index clip) const = 0;
  /// The class of a clip, from 0 on.
  virtual std::int64_t label(Index clip) const = 0;
  /// All classes of a clip, at least one; label() is the first.
  virtual std::vector<std::int64_t> labels(Index clip) const { return {label(clip)}; }
  /// Frame `t`, counted from 0: RGB [H, W, 3]. It may be shared: it is not to be written to.
  virtual Tensor<std::uint8_t> frame(Index clip, Index t) const = 0;
  /// Several frames of a clip, one for each position, in any order and some perhaps twice: films
  /// are quicker to read so.
  virtual std::vector<Tensor<std::uint8_t>> frames(Index clip,
                                                   std::span<const Index> positions) const {
    std::vector<Tensor<std::uint8_t>> result;
    for (const Index t : positions) result.push_back(frame(clip, t));
    return result;
  }
  /// Calls `use(t, frame)` for every frame of a clip, in order.
  virtual void each_frame(
      Index clip, const std::function<void(Index t, const Tensor<std::uint8_t>&)>& use) const {
    for (Index t = 0; t < frame_count(clip); ++t) use(t, frame(clip, t));
  }

  /// What errors call frame `t`: its file, where it has one.
  virtual std::string frame_name(Index clip, Index t) const {
    return concat(name(clip), ": frame ", t);
  }
  /// Height and width of the clip's first frame. Where a header tells, nothing is decoded.
  virtual Shape frame_size(Index clip) const {
    const auto first = frame(clip, 0);
    return {first.size(0), first.size(1)};
  }
  /// The folder or the film that a clip is in; empty: neither.
  virtual std::filesystem::path place(Index) const { return {}; }

 protected:
  Dataset() = default;
  Dataset(const Dataset&) = default;
  Dataset& operator=(const Dataset&) = default;
};

/// The most labels that a clip has; 0 where there are no clips.
inline Index most_labels(const Dataset& clips) {
  Index most = 0;
  for (Index i = 0; i < clips.size(); ++i)
    most = std::max<Index>(most, std::ssize(clips.labels(i)));
  return most;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
