// --pixels: what published networks read of a picture.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/transform.hpp>

#include "command.hpp"

namespace adafuse::cli {

inline void add_pixels(CLI::App& command, data::Pixels& pixels) {
  add_value(command, "--pixels", pixels, "NAME",
            "rgb with ImageNet's mean and deviation, or bgr255: blue, green, red from 0 to 255\n"
            "minus their mean, as BN-Inception's published weights expect");
}

}  // namespace adafuse::cli
