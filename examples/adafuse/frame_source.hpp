// Where the frames of a stream come from: a directory, one that grows, a film, or a pipe.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/image_options.hpp>

#include "command.hpp"
#include "stream_frame.hpp"

namespace adafuse::cli {

struct SourceOptions {
  std::string source;           ///< a directory, a film, or - for standard input
  std::string raw;              ///< "320x240": raw rgb24 from standard input
  Index width = 0, height = 0;  ///< the same in two numbers
  bool follow = false;
  double idle_seconds = 0;

  void add_to(CLI::App& command);
};

/// `side` is the shorter side that the model scales films to; 0: it takes them as they are. Throws
/// ValueError for options that have no effect on this source, IoError, FormatError.
FrameSource open_frames(const SourceOptions& options, bool allow_holes, bool skip_broken,
                        const io::ImageOptions& pictures, Index side, const CLI::App& command);

}  // namespace adafuse::cli
