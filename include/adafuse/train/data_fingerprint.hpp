// DataFingerprint: by what a run that goes on knows its data again: the classes, and of each clip
// its name, its number of frames and its label. The pictures are not read.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset.hpp>
#include <adafuse/io/crc32.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

struct DataFingerprint {
  Index classes = 0, train = 0, val = 0;  ///< how many
  std::uint32_t class_names = 0;          ///< sums of the texts (io/crc32.hpp)
  /// Sums over what is known of each clip.
  std::uint32_t train_clips = 0, val_clips = 0;
};

template <class Fields>
void list_fields(Fields& f, DataFingerprint& d) {
  f("classes", d.classes), f("train", d.train), f("val", d.val);
  f("class_names", d.class_names), f("train_clips", d.train_clips), f("val_clips", d.val_clips);
}

namespace detail {

inline std::uint32_t clips_sum(const data::Dataset& clips, bool several_labels) {
  std::string text;
  for (Index i = 0; i < clips.size(); ++i) {
    text += concat(clips.name(i), "\n", clips.frame_count(i), " ", clips.label(i));
    const auto labels = clips.labels(i);
    for (std::size_t k = 1; several_labels && k < labels.size(); ++k)
      text += concat(" ", labels[k]);
    text += "\n";
  }
  return io::crc32(text);
}

}  // namespace detail

/// `several_labels`: all labels of a clip count; otherwise the first.
inline DataFingerprint fingerprint(const std::vector<std::string>& classes,
                                   const data::Dataset& train, const data::Dataset& val,
                                   bool several_labels = false) {
  std::string names;
  for (const auto& name : classes) names += name + "\n";
  return {std::ssize(classes),
          train.size(),
          val.size(),
          io::crc32(names),
          detail::clips_sum(train, several_labels),
          detail::clips_sum(val, several_labels)};
}

/// Throws ValueError, saying what differs, for data that are not those that a run began with.
inline void check_same_data(const DataFingerprint& began, const DataFingerprint& now) {
  const auto same = [](const char* what, Index count, Index got, std::uint32_t sum,
                       std::uint32_t got_sum, const char* of) {
    require<ValueError>(count == got, "resume: the data have changed: the run began with ", count,
                        " ", what, ", got ", got);
    require<ValueError>(sum == got_sum, "resume: the data have changed: the ", got, " ", what,
                        " differ in ", of, " from those that the run began with");
  };
  same("classes", began.classes, now.classes, began.class_names, now.class_names, "name or order");
  const char* of_clips = "name, number of frames, label or order";
  same("training clips", began.train, now.train, began.train_clips, now.train_clips, of_clips);
  same("validation clips", began.val, now.val, began.val_clips, now.val_clips, of_clips);
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
