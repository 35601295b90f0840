// A data set from lists: each line is looked up among the frames on disk before anything is read of
// them, so a list that means something else than it seems to is an error and no training.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/class_file.hpp>
#include <adafuse/data/dataset_options.hpp>
#include <adafuse/data/frame_clip.hpp>
#include <adafuse/data/listed_clips.hpp>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// Where the parts of a data set lie.
struct ListFiles {
  /// The two lists.
  std::filesystem::path train, val;
  std::filesystem::path classes;                    ///< empty: the names that the lists use
  std::vector<std::filesystem::path> frames_roots;  ///< the first one that has the first clip
};

/// The clips of both lists, with their frames, and the classes.
struct ListedDataset {
  /// One for each line that is there.
  std::vector<FrameClip> train, val;
  std::vector<std::string> classes;     ///< names, by label
  std::vector<std::string> left_out{};  ///< why each clip that is not there is not
};

namespace detail {

/// The folder of a clip below `root`; Kinetics' may lie in folders of their classes.
inline std::filesystem::path folder_of(const ListedClip& clip, const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::string joined = clip.labels.front();
  for (char& c : joined)
    if (c == ' ') c = '_';
  const fs::path below[] = {clip.path, fs::path(clip.labels.front()) / clip.path,
                            fs::path(joined) / clip.path};
  for (const auto& path : below)
    if (fs::is_directory(root / path, error)) return root / path;
  return root / clip.path;
}

inline std::filesystem::path root_of(const ListedClip& clip,
                                     const std::vector<std::filesystem::path>& roots) {
  std::string tried;
  for (const auto& root : roots) {
    if (std::filesystem::is_directory(folder_of(clip, root))) return root;
    tried += (tried.empty() ? "" : ", ") + root.string();
  }
  throw IoError(concat(clip.where, ": there is no folder of frames ", io::in_quotes(clip.path),
                       " in ", tried, " (--frames-root says where the frames lie)"));
}

/// The root of the first clip that has a folder; without broken clips left out, of the first one.
inline std::filesystem::path root_of(const ClipTable& table,
                                     const std::vector<std::filesystem::path>& roots,
                                     const DatasetOptions& options) {
  std::vector<std::string> left_out;
  for (const auto& clip : table.clips) {
    std::filesystem::path root;
    find_or_leave_out(options, left_out, [&] { root = root_of(clip, roots); });
    if (!root.empty()) return root;
  }
  throw IoError(left_out.front());
}

/// Looks clips up on disk. A folder that holds several clips is read once, if they follow each
/// other.
class FrameFinder {
 public:
  explicit FrameFinder(const DatasetOptions& options) : options_(options) {}

  FrameRun run_of_clip(const std::filesystem::path& dir, const ListedClip& clip, bool guessed) {
    if (dir != dir_) {
      found_ = options_.names ? frames_of_names(dir, *options_.names) : frames_of_one_kind(dir);
      dir_ = dir;
    }
    const Index there = std::ssize(found_.numbers);
    // path start count label reads as path count label label: only the frames can tell.
    require<FormatError>(!guessed || clip.labels.size() < 2 || clip.count == there, clip.where,
                         ": ", io::in_quotes(clip.path), " has ", there, " frames on disk, not ",
                         clip.count.value_or(0), other_columns);
    std::optional<Index> first = clip.start ? clip.start : options_.first_frame;
    if (clip.offset)
      first = first.value_or(std::min<Index>(found_.numbers.front(), 1)) + *clip.offset;
    return run_of(dir, found_, first, clip.count);
  }

 private:
  const DatasetOptions& options_;
  std::filesystem::path dir_;
  FoundFrames found_;
};

inline std::vector<FrameClip> clips_on_disk(const ClipTable& table,
                                            const std::vector<std::string>& classes,
                                            const std::filesystem::path& root,
                                            const DatasetOptions& options,
                                            std::vector<std::string>& left_out) {
  std::map<std::string, std::int64_t> numbers;
  for (const auto& name : classes) numbers.emplace(name, std::ssize(numbers));
  std::vector<FrameClip> clips;
  FrameFinder finder(options);
  for (const auto& listed : table.clips) {
    auto labels = labels_of(listed, numbers);
    auto dir = folder_of(listed, root);
    find_or_leave_out(options, left_out, [&] {
      const auto run = finder.run_of_clip(dir, listed, table.guessed);
      clips.push_back({listed.path, std::move(dir), run, std::move(labels)});
    });
  }
  return clips;
}

/// The classes that a list calls by name, in the order of the alphabet.
inline std::vector<std::string> named_classes(const std::filesystem::path& list,
                                              const DatasetOptions& options) {
  constexpr Index any = std::numeric_limits<Index>::max();
  std::set<std::string> names;
  for (const auto& clip : read_clip_table(list, options.columns, any).clips)
    for (const auto& label : clip.labels) {
      require<ValueError>(
          !whole_number(label), list.string(),
          ": its labels are numbers; a file says which classes they are (--classes)");
      names.insert(label);
    }
  return {names.begin(), names.end()};
}

}  // namespace detail

/// The clips of one list, looked up below the first of `roots` that has the first of them. Throws
/// IoError, FormatError, naming file and line.
inline std::vector<FrameClip> read_list(const std::filesystem::path& file,
                                        const std::vector<std::filesystem::path>& roots,
                                        const std::vector<std::string>& classes,
                                        const DatasetOptions& options = {}) {
  const auto table = read_clip_table(file, options.columns, std::ssize(classes));
  std::vector<std::string> left_out;
  return detail::clips_on_disk(table, classes, detail::root_of(table, roots, options), options,
                               left_out);
}

/// Reads the lists and looks every clip up. Throws IoError, FormatError, ValueError, naming file
/// and line.
inline ListedDataset read_lists(const ListFiles& files, const DatasetOptions& options) {
  ListedDataset dataset;
  if (!files.classes.empty())
    dataset.classes = read_class_file(files.classes);
  else
    dataset.classes = detail::named_classes(files.train, options);
  const auto count = std::ssize(dataset.classes);
  // Both are read before anything is looked up: a mistake in the second is told at once.
  const auto train = read_clip_table(files.train, options.columns, count);
  const auto val = read_clip_table(files.val, options.columns, count);
  const auto root = detail::root_of(train, files.frames_roots, options);
  auto& out = dataset.left_out;
  dataset.train = detail::clips_on_disk(train, dataset.classes, root, options, out);
  dataset.val = detail::clips_on_disk(val, dataset.classes, root, options, out);
  return dataset;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
