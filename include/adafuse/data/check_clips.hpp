// Reads a data set whole, before a night is spent on it: what is missing, truncated or of another
// size, clips that are both trained and validated on, classes without clips.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/data/dataset.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What was read, and what is wrong with it.
struct CheckedClips {
  Index clips = 0, classes = 0, frames = 0;  ///< that were read
  std::vector<std::string> problems;         ///< each one line that names a clip, file or class
};

/// Takes clips one after the other. A clip that cannot be read is a problem, and the next one is
/// read.
class ClipChecker {
 public:
  /// Nothing is read yet.
  explicit ClipChecker(std::vector<std::string> classes)
      : classes_(std::move(classes)), trained_(classes_.size()), validated_(classes_.size()) {}

  /// One clip that a data set of its own holds, which `open` makes or throws.
  void add(bool train, const std::string& name, std::int64_t label,
           const std::function<std::unique_ptr<const Dataset>()>& open) {
    begin(train, {label});
    attempt([&] {
      const auto clip = open();
      read(train, *clip, 0, name);
    });
  }
  /// All clips of a half.
  void add(bool train, const Dataset& half) {
    for (Index clip = 0; clip < half.size(); ++clip) {
      begin(train, half.labels(clip));
      attempt([&] { read(train, half, clip, half.name(clip)); });
    }
  }

  /// What was found, in all.
  CheckedClips finish() {
    result_.classes = std::ssize(classes_);
    check_sizes();
    for (std::size_t c = 0; c < classes_.size(); ++c) {
      const auto lacks = [&](const char* what) {
        result_.problems.push_back(
            concat("class ", io::in_quotes(classes_[c]), " has no clip to ", what));
      };
      if (trained_[c] == 0) lacks("train on");
      if (validated_[c] == 0) lacks("validate on");
    }
    return std::move(result_);
  }

 private:
  void begin(bool train, const std::vector<std::int64_t>& labels) {
    ++result_.clips;
    for (const auto label : labels)
      ++(train ? trained_ : validated_)[static_cast<std::size_t>(label)];
  }
  template <class Read>
  void attempt(const Read& read_clip) {
    try {
      read_clip();
    } catch (const Error& error) {
      result_.problems.emplace_back(error.what());
    }
  }

  void read(bool train, const Dataset& half, Index clip, const std::string& name) {
    std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a of all pixels
    Shape size;
    half.each_frame(clip, [&](Index t, const Tensor<std::uint8_t>& image) {
      ++result_.frames;
      const Shape now{image.size(0), image.size(1)};
      if (t == 0) size = now;
      require<FormatError>(now == size, half.frame_name(clip, t), ": is ", now[0], "x", now[1],
                           ", but the clip's first frame is ", size[0], "x", size[1]);
      for (const std::uint8_t byte : image) hash = (hash ^ byte) * 0x100000001B3u;
    });
    sizes_[{size[0], size[1]}].push_back(name);
    auto& seen = contents_[hash];
    const auto other = std::find_if(
        seen.begin(), seen.end(), [&](const auto& clip_seen) { return clip_seen.first != train; });
    if (other != seen.end())
      result_.problems.push_back(concat(name, ": is the same as ", other->second, ", which is ",
                                        other->first ? "trained" : "validated", " on"));
    seen.emplace_back(train, name);
  }

  /// Every clip that is not of the most frequent size.
  void check_sizes() {
    const auto usual = std::max_element(
        sizes_.begin(), sizes_.end(),
        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    for (auto size = sizes_.begin(); size != sizes_.end(); ++size)
      if (size != usual)
        for (const auto& name : size->second)
          result_.problems.push_back(concat(name, ": is ", size->first.first, "x",
                                            size->first.second, ", most clips are ",
                                            usual->first.first, "x", usual->first.second));
  }

  std::vector<std::string> classes_;
  std::vector<Index> trained_, validated_;  // clips of each class
  std::map<std::pair<Index, Index>, std::vector<std::string>> sizes_;
  std::map<std::uint64_t, std::vector<std::pair<bool, std::string>>> contents_;
  CheckedClips result_;
};

}  // namespace adafuse::data::inline ADAFUSE_SIMD
