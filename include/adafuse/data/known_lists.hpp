// The lists that the field's data sets come with, and where their frames usually lie.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/dataset_options.hpp>
#include <adafuse/data/list_dataset.hpp>
#include <array>
#include <filesystem>
#include <optional>
#include <string>

namespace adafuse::data::inline ADAFUSE_SIMD {

/// The names of one data set's files.
struct KnownLists {
  const char *train, *val, *classes;  ///< `classes` may be missing where labels are names
};

/// In the order in which they are looked for.
inline constexpr std::array<KnownLists, 11> known_lists{{
    {"train.txt", "val.txt", "classes.txt"},
    {"train_videofolder.txt", "val_videofolder.txt", "category.txt"},
    {"train_videofolder.txt", "val_videofolder.txt", "classInd.txt"},
    {"mini_train_videofolder.txt", "mini_val_videofolder.txt", "minik_classInd.txt"},
    {"something-something-v1-train.csv", "something-something-v1-validation.csv",
     "something-something-v1-labels.csv"},
    {"something-something-v2-train.json", "something-something-v2-validation.json",
     "something-something-v2-labels.json"},
    {"train.json", "validation.json", "labels.json"},
    {"jester-v1-train.csv", "jester-v1-validation.csv", "jester-v1-labels.csv"},
    {"kinetics_train.csv", "kinetics_val.csv", nullptr},
    {"train.csv", "val.csv", "classes.txt"},
    {"train.csv", "validate.csv", "classes.txt"},
}};

/// Where frames lie below the directory of the lists.
inline std::vector<std::filesystem::path> usual_frames_roots(const std::filesystem::path& dir) {
  std::vector<std::filesystem::path> roots;
  for (const char* name :
       {"frames", "rawframes", "images", "jpegs", "20bn-something-something-v1",
        "20bn-something-something-v2", "20bn-something-something-v2-frames", "20bn-jester-v1"})
    if (std::filesystem::is_directory(dir / name)) roots.push_back(dir / name);
  roots.push_back(dir);
  return roots;
}

/// The lists in a directory; nothing when it has none of the names above. Throws IoError when one
/// of a pair is missing.
inline std::optional<ListFiles> find_known_lists(const std::filesystem::path& dir,
                                                 const DatasetOptions& options) {
  const auto there = [&](const char* name) {
    return name != nullptr && std::filesystem::is_regular_file(dir / name);
  };
  // Of several the first that has both lists and its classes, or as much of that as any.
  const auto has = [&](const KnownLists& known) {
    return 2 * (there(known.train) && there(known.val)) + there(known.classes);
  };
  std::optional<KnownLists> found;
  for (const auto& known : known_lists) {
    if (!there(known.train) && !there(known.val)) continue;
    if (!found || has(known) > has(*found)) found = known;
  }
  // Classes without lists: what an interrupted `adafuse gestures` leaves.
  if (!found && there(known_lists[0].classes)) found = known_lists[0];
  if (!found) return std::nullopt;
  for (const char* name : {found->train, found->val})
    require<IoError>(there(name), (dir / name).string(), ": this list is missing");
  ListFiles files{dir / found->train, dir / found->val, {}, usual_frames_roots(dir)};
  // CSV may call classes by their names; the others need them.
  const bool by_name = files.train.extension() == ".csv";
  if (!options.classes.empty())
    files.classes = options.classes;
  else if (there(found->classes) || !by_name)
    files.classes = dir / found->classes;
  if (!options.frames_root.empty()) files.frames_roots = {options.frames_root};
  return files;
}

}  // namespace adafuse::data::inline ADAFUSE_SIMD
