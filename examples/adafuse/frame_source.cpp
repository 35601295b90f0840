// Where the frames of a stream come from. See frame_source.hpp.
// SPDX-License-Identifier: MIT
#include "frame_source.hpp"

#include <adafuse/io/y4m.hpp>

#include "file_kind.hpp"
#include "films.hpp"
#include "followed_directory.hpp"
#include "standard_input.hpp"

namespace adafuse::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* stream_sources = "expected a film, a directory of frames, or - (a pipe)";

/// The pictures of a directory, in the order of their numbers.
FrameSource directory_frames(const fs::path& dir, bool allow_holes,
                             const io::ImageOptions& pictures) {
  return [files = data::pictures_in_order(dir, allow_holes), pictures,
          next = std::size_t{0}]() mutable -> std::optional<StreamFrame> {
    if (next == files.size() || stop_signal() != 0) return {};
    StreamFrame frame{files[next++].string()};
    try {
      frame.picture = io::read_image(frame.name, pictures);
    } catch (const FormatError& mistake) {
      frame.fault = mistake.what();
    } catch (const IoError& mistake) {
      frame.fault = mistake.what();
    }
    return frame;
  };
}

FrameSource followed_frames(const fs::path& dir, const FollowOptions& options) {
  return
      [directory = std::make_shared<FollowedDirectory>(dir, options)] { return directory->next(); };
}

/// The frames that `next` reads from standard input. A frame that is cut off is broken, unless a
/// signal has cut it off.
FrameSource piped_frames(std::function<Tensor<std::uint8_t>()> next) {
  return [next = std::move(next), number = Index{0}]() mutable -> std::optional<StreamFrame> {
    StreamFrame frame{concat("standard input: frame ", number++)};
    try {
      frame.picture = next();
    } catch (const FormatError& mistake) {
      frame.fault = mistake.what();
    }
    if (stop_signal() != 0 || (!frame.picture.defined() && frame.fault.empty())) return {};
    return frame;
  };
}

/// Raw rgb24, frame after frame.
FrameSource raw_frames(Index height, Index width, const io::ImageOptions& pictures) {
  require<ValueError>(width > 0 && height > 0, "--raw: expects WIDTHxHEIGHT as in 320x240, got ",
                      width, "x", height);
  require<ValueError>(height <= pictures.most_pixels / width, "--raw ", width, "x", height,
                      ": more pixels than --most-pixels ", pictures.most_pixels);
  return piped_frames([height, width, number = Index{0}]() mutable -> Tensor<std::uint8_t> {
    Tensor<std::uint8_t> picture({height, width, 3});
    const auto size = static_cast<std::size_t>(picture.size());
    const auto got = read_standard_input(reinterpret_cast<char*>(picture.data()), size);
    if (got == 0) return {};
    require<FormatError>(got == size, "standard input: frame ", number, " ends after ", got, " of ",
                         size, " bytes");
    ++number;
    return picture;
  });
}

/// YUV4MPEG2, which says its size.
FrameSource y4m_frames(const io::ImageOptions& pictures) {
  const auto film = [&] {
    try {
      return std::make_shared<io::Y4mReader>(read_standard_input, "standard input", pictures);
    } catch (const FormatError& mistake) {
      throw FormatError(concat(mistake.what(), "; raw rgb24 needs --raw WIDTHxHEIGHT"));
    }
  }();
  return piped_frames([film] { return film->next(); });
}

FrameSource film_source(const std::string& path, const io::ImageOptions& pictures, Index side) {
  return [next = film_frames(path, pictures, side), path,
          number = Index{0}]() mutable -> std::optional<StreamFrame> {
    if (stop_signal() != 0) return {};
    StreamFrame frame{concat(path, ": frame ", number++), next()};
    if (!frame.picture.defined()) return {};
    return frame;
  };
}

struct RawSize {
  Index width = 0, height = 0;
};

/// "320x240"; nothing for what is no size.
std::optional<RawSize> parse_raw_size(const std::string& text) {
  RawSize size;
  const char* const end = text.data() + text.size();
  const auto [x, wrong] = std::from_chars(text.data(), end, size.width);
  if (wrong != std::errc() || x == end || *x != 'x') return {};
  const auto [stop, error] = std::from_chars(x + 1, end, size.height);
  if (error != std::errc() || stop != end || size.width < 1 || size.height < 1) return {};
  return size;
}

/// What is wrong with the value of --raw; empty: nothing.
std::string raw_size_mistake(const std::string& text) {
  if (parse_raw_size(text)) return "";
  return concat("expects WIDTHxHEIGHT as in 320x240, got ", io::in_single_quotes(text));
}

FrameSource open_pipe(const SourceOptions& o, const io::ImageOptions& pictures,
                      const CLI::App& command) {
  refuse(command, {"--allow-holes"}, "on a pipe, which has no names");
  refuse(command, {"--follow"}, "on a pipe, which is followed to its end");
  if (!o.raw.empty()) {
    refuse(command, {"--width", "--height"}, "beside --raw");
    const auto size = parse_raw_size(o.raw);
    require<ValueError>(size.has_value(), "--raw: ", raw_size_mistake(o.raw));
    return raw_frames(size->height, size->width, pictures);
  }
  if (command.count("--width") + command.count("--height") == 0) return y4m_frames(pictures);
  require<ValueError>(command.count("--width") > 0 && command.count("--height") > 0,
                      "raw RGB from standard input needs --width and --height, or --raw");
  return raw_frames(o.height, o.width, pictures);
}

}  // namespace

void SourceOptions::add_to(CLI::App& command) {
  command.add_option("SOURCE", source, "film, directory of pictures, or - for frames on stdin")
      ->required();
  add_value(command, "--raw", raw, "WxH",
            "stdin is raw rgb24 of this size (ffmpeg -f rawvideo -pix_fmt rgb24 -);\n"
            "without it, YUV4MPEG2 (ffmpeg -f yuv4mpegpipe -)")
      ->check(raw_size_mistake);
  add_value(command, "--width", width, "W", "of raw rgb24, pixels: --raw in two options");
  add_value(command, "--height", height, "H", "of raw rgb24, pixels");
  command.add_flag("--follow", follow, "wait for more pictures in the directory, until Ctrl-C");
  add_value(command, "--idle", idle_seconds, "SECONDS",
            "with --follow: end after so long without a new picture")
      ->check(CLI::PositiveNumber);
}

FrameSource open_frames(const SourceOptions& o, bool allow_holes, bool skip_broken,
                        const io::ImageOptions& pictures, Index side, const CLI::App& command) {
  if (!o.follow) refuse(command, {"--idle"}, "without --follow");
  if (o.source == "-") return open_pipe(o, pictures, command);
  refuse(command, {"--width", "--height", "--raw"}, "on pictures, which have a size");
  const fs::path path = o.source;
  if (fs::is_directory(path))
    return o.follow ? followed_frames(path, {allow_holes, o.idle_seconds, pictures})
                    : directory_frames(path, allow_holes, pictures);
  require<IoError>(fs::exists(path), o.source, ": there is no such file or directory; ",
                   stream_sources);
  const bool film = data::is_film_name(path);
  if (!film) {
    const auto [kind, name] = kind_of_file(path);
    require<IoError>(kind == FileKind::film || kind == FileKind::gif, o.source, ": is ", name, "; ",
                     stream_sources);
  }
  refuse(command, {"--follow", "--allow-holes"}, "on a film");
  require<ValueError>(!skip_broken, "--skip-broken has no effect on a film");
  return film_source(o.source, pictures, side);
}

}  // namespace adafuse::cli
