// All diagrams of docs/pictures/.
// SPDX-License-Identifier: MIT
#pragma once

#include "decisions.hpp"

namespace adafuse::diagrams {

/// Every picture, drawn.
inline std::vector<Picture> all_pictures() {
  std::vector<Picture> pictures{adaptive_block(), computed_live(), stream_late()};
  return pictures;
}

}  // namespace adafuse::diagrams
