// The gestures as a data set on disk, laid out as data/frame_folder.hpp reads it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/parallel.hpp>
#include <adafuse/core/rng.hpp>
#include <adafuse/data/frame_folder.hpp>
#include <adafuse/data/gestures.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/image.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// What is drawn, and where it is written.
struct GesturesConfig {
  std::filesystem::path dir;       ///< the directory of the data set
  Index train = 2000, val = 1000;  ///< clips
  Index size = 32;                 ///< pixels a side
  Index frames = 8;                ///< a clip
  std::uint64_t seed = 0;          ///< of all clips
};

namespace detail {

inline std::string gesture_class_file() {
  std::string text;
  for (const auto name : gesture_names) text.append(name).append("\n");
  return text;
}

inline std::string gesture_clip_name(const std::string& split, Index i) {
  const std::string number = std::to_string(i);
  return split + "_" + std::string(number.size() < 6 ? 6 - number.size() : 0, '0') + number;
}

/// The classes take turns.
inline Index gesture_label(Index clip) { return clip % std::ssize(gesture_names); }

inline std::string gesture_list(const std::string& split, Index count, Index frames) {
  std::string list;
  for (Index i = 0; i < count; ++i)
    list += concat(gesture_clip_name(split, i), " ", frames, " ", gesture_label(i), "\n");
  return list;
}

/// Whether `path` is a file with just this text.
inline bool holds(const std::filesystem::path& path, const std::string& text) {
  return std::filesystem::is_regular_file(path) && io::read_file(path) == text;
}

/// Makes `dir` ready to take the frames. What is there is only taken away when it is gestures that
/// were written here before: our class names, and no file that is not ours.
inline void make_room_for_gestures(const GesturesConfig& config) {
  namespace fs = std::filesystem;
  const fs::path& dir = config.dir;
  fs::create_directories(dir);
  if (!fs::is_empty(dir)) {
    const std::set<std::string> ours{"frames", "train.txt", "val.txt", "classes.txt"};
    for (const auto& entry : fs::directory_iterator(dir)) {
      const std::string name = entry.path().filename().string();
      require<IoError>(ours.count(name) > 0, dir.string(), ": holds \"", name,
                       "\", which is no part of generated gestures; give an empty directory");
    }
    require<IoError>(holds(dir / "classes.txt", gesture_class_file()), dir.string(),
                     ": holds another data set; give an empty directory");
    // The same clips are written over: ext4 makes files very slowly once it has deleted thousands.
    const bool same_clips =
        holds(dir / "train.txt", gesture_list("train", config.train, config.frames)) &&
        holds(dir / "val.txt", gesture_list("val", config.val, config.frames));
    // The lists go first and come back last: what an interrupted run leaves cannot be trained on.
    fs::remove(dir / "train.txt");
    fs::remove(dir / "val.txt");
    if (!same_clips) fs::remove_all(dir / "frames");
  }
  // Before any frame, so that what an interrupted run leaves is known as ours.
  io::write_file(dir / "classes.txt", gesture_class_file());
  fs::create_directory(dir / "frames");
}

inline void write_gesture_frames(const GesturesConfig& config, const std::string& split,
                                 Index count) {
  const Key key = Key(config.seed).of(split);
  parallel_for(count, 8, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const auto clip = draw_gesture(static_cast<Gesture>(gesture_label(i)), config.frames,
                                     config.size, key.of(static_cast<std::uint64_t>(i)));
      const auto dir = config.dir / "frames" / gesture_clip_name(split, i);
      std::filesystem::create_directory(dir);
      for (Index t = 0; t < config.frames; ++t) io::write_jpeg(dir / frame_file_name(t), clip[t]);
    }
  });
}

}  // namespace detail

/// Writes the data set: frames, classes.txt, train.txt, val.txt. The same configuration gives the
/// same files for any number of threads. A directory that holds gestures already is written anew;
/// one that holds anything else is refused. Throws ValueError, IoError.
inline void write_gestures(const GesturesConfig& config) {
  require<ValueError>(config.train >= 1 && config.val >= 1,
                      "write_gestures: expected at least 1 training and 1 validation clip, got ",
                      config.train, " and ", config.val);
  require<ValueError>(config.frames >= 2, "write_gestures: expected at least 2 frames, got ",
                      config.frames);
  require<ValueError>(config.size >= 8, "write_gestures: expected at least 8x8 pixels, got ",
                      config.size);
  try {
    detail::make_room_for_gestures(config);
    detail::write_gesture_frames(config, "train", config.train);
    detail::write_gesture_frames(config, "val", config.val);
    io::write_file(config.dir / "train.txt",
                   detail::gesture_list("train", config.train, config.frames));
    io::write_file(config.dir / "val.txt", detail::gesture_list("val", config.val, config.frames));
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError(error.what());
  }
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
