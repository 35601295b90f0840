// What a data set consists of, for the lines that a command begins with: clips, classes, frames and
// the sizes of pictures, as the first frame of each clip has them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Clips of one picture size, and the first of their files.
struct SizeCount {
  /// Pixels, and how many clips have them.
  Index height = 0, width = 0, clips = 0;
  std::string example;  ///< the first of their files
};

/// What a data set consists of.
struct Description {
  Index train = 0, val = 0;                         ///< clips
  Index fewest_frames = 0, most_frames = 0;         ///< of a clip
  Index most_labels = 0;                            ///< of a clip
  std::vector<SizeCount> sizes;                     ///< the most frequent first
  std::vector<std::string> classes;                 ///< names, by label
  std::vector<Index> train_of_class, val_of_class;  ///< clips
};

/// Looks at the header of each clip's first frame. Throws what reading it throws.
inline Description describe(const Dataset& train, const Dataset& val,
                            const std::vector<std::string>& classes) {
  Description d;
  d.train = train.size(), d.val = val.size();
  d.classes = classes;
  d.train_of_class.resize(classes.size());
  d.val_of_class.resize(classes.size());
  std::map<std::pair<Index, Index>, SizeCount> sizes;
  for (const Dataset* half : {&train, &val})
    for (Index clip = 0; clip < half->size(); ++clip) {
      const Index frames = half->frame_count(clip);
      d.fewest_frames = d.most_frames == 0 ? frames : std::min(d.fewest_frames, frames);
      d.most_frames = std::max(d.most_frames, frames);
      auto& of_class = half == &train ? d.train_of_class : d.val_of_class;
      const auto labels = half->labels(clip);
      d.most_labels = std::max<Index>(d.most_labels, std::ssize(labels));
      for (const auto label : labels) ++of_class[static_cast<std::size_t>(label)];
      const Shape size = half->frame_size(clip);
      auto& count = sizes[{size[0], size[1]}];
      if (count.clips++ == 0) count = {size[0], size[1], 1, half->frame_name(clip, 0)};
    }
  for (const auto& [size, count] : sizes) d.sizes.push_back(count);
  std::stable_sort(d.sizes.begin(), d.sizes.end(),
                   [](const auto& a, const auto& b) { return a.clips > b.clips; });
  return d;
}

/// One line, "40 + 10 clips of 5 classes, 12 to 37 frames, 240x320", and one more for classes that
/// lack clips on a side.
inline std::string to_string(const Description& d) {
  std::string text = concat(d.train, " + ", d.val, " clips of ", d.classes.size(), " classes, ");
  if (d.most_labels > 1) text += concat("up to ", d.most_labels, " a clip, ");
  text += d.fewest_frames == d.most_frames
              ? concat(d.most_frames, " frames")
              : concat(d.fewest_frames, " to ", d.most_frames, " frames");
  constexpr std::size_t shown = 3;
  for (std::size_t i = 0; i < std::min(shown, d.sizes.size()); ++i) {
    text += concat(i == 0 ? ", " : " and ", d.sizes[i].height, "x", d.sizes[i].width);
    if (d.sizes.size() > 1)
      text += concat(" (", d.sizes[i].clips, d.sizes[i].clips == 1 ? " clip)" : " clips)");
  }
  if (d.sizes.size() > shown) text += concat(" and ", d.sizes.size() - shown, " more sizes");
  for (const auto* half : {&d.train_of_class, &d.val_of_class}) {
    const auto lacking = std::count(half->begin(), half->end(), 0);
    if (lacking == 0) continue;
    const auto first =
        static_cast<std::size_t>(std::find(half->begin(), half->end(), 0) - half->begin());
    text += concat("\n", lacking, lacking == 1 ? " class has" : " classes have", " no clips to ",
                   half == &d.train_of_class ? "train" : "validate",
                   " on: ", io::in_quotes(d.classes[first]), lacking == 1 ? "" : ", ...");
  }
  return text;
}

/// Throws ShapeError, naming a file, unless all pictures have one size. `remedy` says what helps.
inline void require_one_size(const Description& d, const std::string& remedy) {
  if (d.sizes.size() < 2) return;
  const auto &odd = d.sizes.back(), &usual = d.sizes.front();
  throw ShapeError(concat(odd.example, ": is ", odd.height, "x", odd.width, ", but ", usual.example,
                          " is ", usual.height, "x", usual.width, "; ", remedy));
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
