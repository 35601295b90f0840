// A frame on its way into a stream.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/tensor.hpp>
#include <functional>
#include <optional>
#include <string>

namespace adafuse::cli {

struct StreamFrame {
  std::string name;                ///< what errors call it
  Tensor<std::uint8_t> picture{};  ///< [H, W, 3]; undefined when the frame is broken
  std::string fault{};             ///< of a broken one: an error that names it
};

/// The next frame; nothing at the end, and once a signal has asked for one. Throws Error for what
/// no later frame can follow.
using FrameSource = std::function<std::optional<StreamFrame>()>;

}  // namespace adafuse::cli
