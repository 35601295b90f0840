// A network of nothing but a block that fuses two values, to try decisions on.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/folded_network.hpp>

namespace adafuse::infer {

/// Five channels are decided on: those of value 0, two, and those of value 1, three.
inline FoldedNetwork<float> decided_network() {
  FoldedNetwork<float> network;
  network.lists = {5, 2, 3};
  network.values = {{{2, 1, 1}, {}, 1}, {{3, 1, 1}, {}, 2}, {{5, 1, 1}, 0, {}}};
  network.blocks = {{"block", 5, 0, {{0, 0, 1}, {1, 2, 2}}}};
  return network;
}

inline bool is_listed(ChannelLists lists, Index frame, Index channel) {
  return channels_in(lists, frame, channel, channel + 1).count > 0;
}

}  // namespace adafuse::infer
