// A directory that is whole or not there yet: what FileWriter is for a file.
//
// Where nothing was before, it grows in its place. Over an earlier one it grows beside it and takes
// its place at the end, in one step of the file system, so that at any time one of the two is
// whole:
//
//   RUN                  the earlier one, and from commit() on the new one
//   RUN.new              the new one, while it grows
//   RUN.new/.writing     the lock of its writer (io/writer_lock.hpp)
//   RUN.new/.replaced    where the earlier one goes, to be deleted in there
//
// A process may be killed between any two steps. Whoever writes next finds what is left, and goes
// on from there:
//
//   RUN.new holds .writing, and is not complete     it is begun anew, or goes on (GoOn)
//   RUN.new holds .writing, and is complete         it takes RUN's place
//   RUN holds .replaced                             the earlier one is deleted
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/writer_lock.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace adafuse::io::inline ADAFUSE_SIMD {

/// What a directory is for.
struct DirectoryKind {
  std::string what;             ///< "a run"
  std::set<std::string> names;  ///< all that may be in it
  std::string last;             ///< of these, what is written last: a directory with it is complete
};

namespace detail {

inline constexpr const char* replaced_name = ".replaced";

/// Swaps what two names stand for, in one step. False where the file system cannot.
inline bool exchange(const std::filesystem::path& a, const std::filesystem::path& b) {
  if (os::exchange_names(a, b)) return true;
  require<IoError>(errno == EINVAL || errno == ENOSYS || errno == ENOTSUP, b.string(),
                   ": cannot be replaced by ", a.string(), ": ", last_system_error());
  return false;
}

inline std::vector<std::string> names_in(const std::filesystem::path& dir) {
  std::vector<std::string> names;
  if (std::filesystem::exists(dir))
    for (const auto& entry : std::filesystem::directory_iterator(dir))
      names.push_back(entry.path().filename().string());
  return names;
}

/// The directory itself, if `dir` is a link to it, and without a slash at the end.
inline std::filesystem::path settled(const std::filesystem::path& dir) {
  auto path = dir.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const bool has_name = path.filename() != "." && path.filename() != "..";
  return has_name && !std::filesystem::is_symlink(path) ? path : std::filesystem::canonical(path);
}

}  // namespace detail

/// A name in `dir` that is not of this kind. What a writer left half done (FileWriter) is.
inline std::optional<std::string> stranger_in(const std::filesystem::path& dir,
                                              const DirectoryKind& kind) {
  for (auto& name : detail::names_in(dir))
    if (!kind.names.contains(name.substr(0, name.find(".tmp-"))) && name != WriterLock::file_name &&
        name != detail::replaced_name)
      return std::move(name);
  return {};
}

/// Somebody's own file is left alone, and one of our names might be somebody's too: throws IoError
/// when `dir` holds what is not of this kind.
inline void refuse_strangers(const std::filesystem::path& dir, const DirectoryKind& kind) {
  if (const auto name = stranger_in(dir, kind))
    throw IoError(concat(dir.string(), ": holds ", in_quotes(*name), ", which is no part of ",
                         kind.what, "; give another directory"));
}

/// Asks a DirectoryWriter to go on with what an earlier one has left.
struct GoOn {};

/// Writes a directory. Throws IoError.
class DirectoryWriter {
  using Path = std::filesystem::path;

 public:
  /// Makes room for a new directory at `dir`. An earlier one of the same kind is refused unless it
  /// is to be replaced, anything else always; nothing has changed then.
  DirectoryWriter(const Path& dir, DirectoryKind kind, bool replace) : kind_(std::move(kind)) {
    try {
      place_ = beside_ = detail::settled(dir);
      beside_ += ".new";
      refuse(replace);
      recover();
      path_ = holds_earlier() ? beside_ : place_;
      begin();
    } catch (const std::filesystem::filesystem_error& error) {
      throw IoError(concat((error.path1().empty() ? dir : error.path1()).string(),
                           ": cannot make the directory: ", error.code().message()));
    }
  }

  /// Goes on in a directory that a writer has left: beside `dir` if one grew there, in `dir`
  /// otherwise. What is whole stays; files that were half written go. One that was complete already
  /// has taken its place.
  DirectoryWriter(GoOn, const Path& dir, DirectoryKind kind) : kind_(std::move(kind)) {
    try {
      place_ = beside_ = detail::settled(dir);
      beside_ += ".new";
      refuse_held();
      refuse_strangers(place_, kind_);
      recover();
      const bool beside = WriterLock::left_in(beside_);
      path_ = beside ? beside_ : place_;
      require<IoError>(beside || holds_earlier(), place_.string(), ": holds no ",
                       kind_.what.substr(kind_.what.find(' ') + 1));
      refuse_strangers(path_, kind_);
      lock_.emplace(path_);
      for (const auto& name : detail::names_in(path_))
        if (name.find(".tmp-") != name.npos) std::filesystem::remove(path_ / name);
    } catch (const std::filesystem::filesystem_error& error) {
      throw IoError(concat((error.path1().empty() ? dir : error.path1()).string(),
                           ": cannot go on with the directory: ", error.code().message()));
    }
  }

  /// Where to write: the place itself, or beside an earlier one.
  const Path& path() const { return path_; }
  /// Where it is after commit().
  const Path& place() const { return place_; }
  /// Whether there is an earlier one, which stays until commit().
  bool replaces() const { return path_ != place_; }

  /// Takes the place of what was there. `kind.last` has been written, and all else before it.
  void commit() {
    try {
      if (replaces()) {
        const auto strange = stranger_in(place_, kind_);  // put there meanwhile
        require<IoError>(!strange, place_.string(), ": holds ", in_quotes(strange.value_or("")),
                         ", which is no part of ", kind_.what, "; the new one is complete in ",
                         beside_.string());
        take_place();
      }
      unlock(place_);
      detail::sync_directory(place_);
    } catch (const std::filesystem::filesystem_error& error) {
      throw IoError(concat(place_.string(), ": cannot be replaced by ", beside_.string(), ": ",
                           error.code().message()));
    }
    path_ = place_;
  }

 private:
  /// Whether there is more at the place than what is left of a mere beginning.
  bool holds_earlier() const {
    const auto names = detail::names_in(place_);
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& name) { return kind_.names.contains(name); });
  }

  bool was_swapped() const { return std::filesystem::exists(place_ / detail::replaced_name); }

  void refuse_held() const {
    for (const auto& dir : {place_, beside_})
      if (const auto holder = WriterLock::holder(dir))
        throw IoError(concat(dir.string(), ": is being written by ", *holder));
  }

  void refuse(bool replace) const {
    refuse_held();
    refuse_strangers(place_, kind_);
    const bool earlier = holds_earlier(), left = WriterLock::left_in(beside_);
    if (!replace) refuse_earlier();
    require<IoError>(replace || !left, beside_.string(), ": holds ", kind_.what,
                     " that was left unfinished; --overwrite takes it away");
    if (left)
      refuse_strangers(beside_, kind_);
    else
      require<IoError>(!earlier || was_swapped() || detail::names_in(beside_).empty(),
                       beside_.string(), ": is where the new one would grow; move it away");
  }

  void refuse_earlier() const {
    require<IoError>(!holds_earlier(), place_.string(), ": holds ", kind_.what,
                     " already; --overwrite replaces it once the new one is complete");
  }

  /// Does what a writer that died had left to do in commit().
  void recover() {
    const bool complete_beside =
        WriterLock::left_in(beside_) && std::filesystem::exists(beside_ / kind_.last);
    if (!was_swapped() && !complete_beside) return;
    lock_.emplace(was_swapped() ? place_ : beside_);
    take_place();
    unlock(place_);
  }

  void begin() {
    if (WriterLock::left_in(beside_)) {  // by a writer that died
      lock_.emplace(beside_);
      remove_contents(beside_);
      if (!replaces()) {
        unlock(beside_);
        std::filesystem::remove(beside_);
      }
    }
    if (!lock_) {
      std::filesystem::create_directories(path_);
      lock_.emplace(path_);
      detail::sync_directory(path_.parent_path());
      if (!replaces() && holds_earlier()) {  // Somebody was quicker than our lock.
        unlock(place_);
        refuse_earlier();
      }
    }
    remove_contents(path_);
  }

  /// From any state in which commit() may have been interrupted.
  void take_place() {
    namespace fs = std::filesystem;
    if (!was_swapped()) {
      fs::create_directory(beside_ / detail::replaced_name);
      const bool earlier = fs::exists(place_);
      if (!earlier || !detail::exchange(beside_, place_)) {
        if (earlier) {
          fs::remove(beside_ / detail::replaced_name);  // Windows renames over no directory.
          fs::rename(place_, beside_ / detail::replaced_name);
        }
        try {
          lock_->rename_directory(beside_, place_);
        } catch (...) {  // The earlier one is back before anybody is told.
          if (earlier) fs::rename(beside_ / detail::replaced_name, place_);
          throw;
        }
      }
    }
    const auto replaced = place_ / detail::replaced_name;
    if (fs::exists(beside_)) fs::rename(beside_, replaced);  // after an exchange
    detail::sync_directory(place_.parent_path());
    remove_contents(replaced);
    fs::remove(replaced / WriterLock::file_name);  // of one that was never finished
    fs::remove(replaced);
  }

  /// Removes by name, so that nothing else goes with it; and not the lock.
  void remove_contents(const Path& dir) const {
    refuse_strangers(dir, kind_);
    for (const auto& name : detail::names_in(dir))
      if (name != WriterLock::file_name) std::filesystem::remove_all(dir / name);
  }

  void unlock(const Path& dir) {
    lock_->remove_from(dir);
    lock_.reset();
  }

  DirectoryKind kind_;
  Path place_, beside_, path_;
  std::optional<WriterLock> lock_;
};

}  // namespace adafuse::io::inline ADAFUSE_SIMD
