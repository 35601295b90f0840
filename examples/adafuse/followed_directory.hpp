// A directory that grows: each picture is taken once, in natural order, when it is whole.
//
// It is asked again and again, which every file system can do. The picture after 00041.jpg is most
// likely 00042.jpg, so that name is looked for first; the directory is listed only when nothing is
// there. So memory, and the time that a frame takes, do not grow with the number of pictures.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/frame_names.hpp>
#include <adafuse/io/image.hpp>
#include <chrono>
#include <deque>
#include <thread>

#include "stop_signals.hpp"
#include "stream_frame.hpp"

namespace adafuse::cli {

struct FollowOptions {
  bool allow_holes = false;
  double idle_seconds = 0;  ///< without a new frame, after which it is over; 0: never
  io::ImageOptions pictures{};
};

class FollowedDirectory {
 public:
  FollowedDirectory(std::filesystem::path dir, const FollowOptions& options)
      : dir_(std::move(dir)), options_(options) {}

  /// Waits for the next picture. One that cannot be decoded, and has not changed for a second, is
  /// broken. Throws IoError for a hole, names of several kinds, and a directory that has gone.
  std::optional<StreamFrame> next() {
    constexpr std::chrono::milliseconds between_looks(10);
    const auto start = Clock::now();
    while (stop_signal() == 0) {
      const auto name = candidate();
      if (name)
        if (auto frame = whole(*name)) return frame;
      const std::chrono::duration<double> waited = Clock::now() - start;
      if (options_.idle_seconds > 0 && waited.count() >= options_.idle_seconds) {
        if (!name || fault_.empty()) return {};
        return broken(*name);
      }
      std::this_thread::sleep_for(between_looks);
    }
    return {};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds rest{1000};  // after which nobody is writing any more
  static constexpr std::chrono::milliseconds between_lists{200};

  /// The name that follows another one; nothing where it has no number.
  static std::optional<std::string> after(const std::string& name) {
    const auto parts = data::detail::numbered(name);
    if (!parts) return {};
    const data::FrameNames names{parts->prefix, parts->padded ? parts->width : 1, parts->suffix};
    return names(parts->number + 1);
  }

  /// The picture that comes next, if it is there.
  std::optional<std::string> candidate() {
    std::error_code error;
    const auto expected = last_.empty() ? std::nullopt : after(last_);
    if (expected && std::filesystem::exists(dir_ / *expected, error)) return expected;
    while (!later_.empty() && !last_.empty() && !data::natural_less(last_, later_.front()))
      later_.pop_front();
    if (later_.empty() && Clock::now() - listed_ >= pause_) list();
    if (later_.empty()) return {};
    const auto& name = later_.front();
    if (options_.allow_holes || last_.empty()) return name;
    require_one_kind(name);
    if (!expected) return name;
    // Names may appear out of order for a moment.
    if (hole_ != *expected) hole_ = *expected, hole_since_ = Clock::now();
    require<IoError>(Clock::now() - hole_since_ < rest, (dir_ / *expected).string(),
                     ": is missing; ", io::in_quotes(name), " is there (--allow-holes goes on)");
    later_.clear();
    return {};
  }

  void require_one_kind(const std::string& name) const {
    const auto a = data::detail::numbered(last_), b = data::detail::numbered(name);
    require<IoError>(a.has_value() == b.has_value() &&
                         (!a || (a->prefix == b->prefix && a->suffix == b->suffix)),
                     dir_.string(), ": holds frames of several names, ", io::in_quotes(last_),
                     " and ", io::in_quotes(name), " (--allow-holes takes them as they are named)");
  }

  /// Finds the pictures after the last one. Of a directory with a million of them no more is kept,
  /// and it is not listed again before ten times as long has passed as that took.
  void list() {
    const auto start = Clock::now();
    std::error_code error;
    const std::filesystem::directory_iterator entries(dir_, error);
    require<IoError>(!error, dir_.string(), ": expected a folder of frames: ", error.message());
    for (const auto& entry : entries) {
      auto name = entry.path().filename().string();
      if (data::detail::is_picture_name(name) && (last_.empty() || data::natural_less(last_, name)))
        later_.push_back(std::move(name));
    }
    std::sort(later_.begin(), later_.end(), data::natural_less);
    listed_ = Clock::now();
    pause_ = std::max<Clock::duration>(between_lists, 10 * (listed_ - start));
  }

  /// The picture, once it decodes and its size has stayed while it was read.
  std::optional<StreamFrame> whole(const std::string& name) {
    const auto path = dir_ / name;
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (name != watched_ || size != size_) {
      watched_ = name, size_ = size, unchanged_since_ = Clock::now();
      fault_.clear();
    } else if (!fault_.empty()) {  // Nothing has changed, and it did not decode.
      return Clock::now() - unchanged_since_ < rest ? std::nullopt : std::optional(broken(name));
    }
    try {
      auto picture = io::read_image(path, options_.pictures);
      if (std::filesystem::file_size(path, error) != size) return {};
      return taken({path.string(), std::move(picture)});
    } catch (const IoError& mistake) {
      fault_ = mistake.what();
    } catch (const FormatError& mistake) {
      fault_ = mistake.what();
    }
    return {};
  }

  StreamFrame broken(const std::string& name) {
    return taken({(dir_ / name).string(), {}, std::exchange(fault_, {})});
  }
  StreamFrame taken(StreamFrame frame) {
    last_ = watched_;
    return frame;
  }

  std::filesystem::path dir_;
  FollowOptions options_;
  std::string last_;               // that was taken
  std::deque<std::string> later_;  // found by listing, not yet taken
  Clock::time_point listed_{};
  Clock::duration pause_ = between_lists;  // before it is listed again
  std::string hole_;                       // the name that is missing
  Clock::time_point hole_since_{};
  std::string watched_, fault_;  // the picture that is looked at, and why it did not decode
  std::uintmax_t size_ = 0;
  Clock::time_point unchanged_since_{};
};

}  // namespace adafuse::cli
