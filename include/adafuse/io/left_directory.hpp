// What a writer of a directory has left (io/directory_writer.hpp), looked at from outside: nothing
// is changed and no lock is taken.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/directory_writer.hpp>
#include <filesystem>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What a writer of a directory has left.
struct LeftDirectory {
  std::filesystem::path path;  ///< `dir`, or what grows beside it
  bool complete = false;       ///< Its last file is there.
  bool settled = false;  ///< complete in its place, and no step of its writer is left to be done
};

/// Where the newest directory of this kind is that was to be `dir`. Throws IoError when somebody
/// writes it, and when there is none.
inline LeftDirectory find_left(const std::filesystem::path& dir, const DirectoryKind& kind) {
  namespace fs = std::filesystem;
  try {
    const auto place = detail::settled(dir);
    auto beside = place;
    beside += ".new";
    for (const auto& path : {place, beside})
      if (const auto holder = WriterLock::holder(path))
        throw IoError(concat(path.string(), ": is being written by ", *holder));
    if (WriterLock::left_in(beside)) return {beside, fs::exists(beside / kind.last), false};
    const bool complete = fs::exists(place / kind.last);
    require<IoError>(complete || WriterLock::left_in(place), place.string(), ": holds no ",
                     kind.what.substr(kind.what.find(' ') + 1), " that was begun");
    return {place, complete,
            complete && !WriterLock::left_in(place) && !fs::exists(place / detail::replaced_name)};
  } catch (const fs::filesystem_error& error) {
    throw IoError(concat(dir.string(), ": ", error.code().message()));
  }
}

}  // namespace adafuse::io::inline ADAFUSE_SIMD
