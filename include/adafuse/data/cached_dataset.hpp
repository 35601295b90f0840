// A data set read by several trainings: frames that one has decoded serve the next.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/frame_cache.hpp>
#include <string>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Both halves of a data set, as of a FolderDataset, and what they have decoded.
struct CachedDataset {
  /// `source` (train, val, classes) must outlive this; at most `bytes_of_each` bytes of frames are
  /// kept of each half.
  template <class Source>
  explicit CachedDataset(const Source& source, std::size_t bytes_of_each = std::size_t{1} << 30)
      : train(source.train, bytes_of_each),
        val(source.val, bytes_of_each),
        classes(source.classes) {}

  /// Both halves, as they are decoded.
  FrameCache train, val;
  std::vector<std::string> classes;  ///< names, by label
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
