// All diagrams of docs/pictures/.
// SPDX-License-Identifier: MIT
#pragma once

#include "estimates.hpp"
#include "rooms_above.hpp"

namespace adafuse::diagrams {

/// Every picture, drawn.
inline std::vector<Picture> all_pictures() {
  return {straight_through(), adaptive_block(), computed_live(), stream_late(), room_core(),
          room_kernels(),     room_autograd(),  room_ops(),      room_nn(),     room_optim(),
          room_data(),        room_io(),        room_video(),    room_fusion(), room_models(),
          room_infer(),       room_train(),     room_report(),   room_interop()};
}

}  // namespace adafuse::diagrams
