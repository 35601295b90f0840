// What a training is where nobody says: a network and a number of steps that fit the clips. Every
// rule is in this file, and depends on what data::describe() found alone:
//
//   size    one size of at most 128x128 pixels: frames as they are; else scaled and cropped to the
//           shorter side of the commonest size, at most 112
//   stem    stride 1 below 24 pixels, then the least of 2, 4, 8 that leaves at most 56
//   network resnet8; resnet20 from 10,000 training clips on
//   fusion  adafuse, with agents that fit the network (models/agents.hpp)
//   batch   32; an eighth of fewer than 256 clips, but 8, where there are 8
//   epochs  12; as many as make 500 steps where 12 make fewer, but at most 100
//
// A small network on small pictures: it aims at minutes for a few hundred films.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/description.hpp>
#include <adafuse/models/model_config.hpp>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// The fusion that is chosen whatever the clips are.
inline constexpr const char* chosen_fusion = "adafuse";

/// What was said of it all the same; 0: nothing.
struct Given {
  Index size = 0;   ///< pixels
  Index batch = 0;  ///< clips
};

/// A network and a number of steps.
struct Choice {
  Index size = 0;         ///< frames are scaled and cropped to size x size; 0: as they are
  Index pixels = 0;       ///< the shorter side that the network sees
  Index stem_stride = 1;  ///< of the CIFAR-style networks' first convolution
  std::string model;      ///< the backbone's name
  /// Clips of a step, and passes over all.
  Index batch = 0, epochs = 0;
};

/// The side that frames are brought to; 0: as they are.
inline Index chosen_size(const data::Description& found) {
  constexpr Index most_pixels = 128 * 128, longest_side = 112;
  const auto& usual = found.sizes.front();
  if (found.sizes.size() == 1 && usual.height * usual.width <= most_pixels) return 0;
  return std::min({usual.height, usual.width, longest_side});
}

/// The stride of the first convolution for pictures of this shorter side.
inline Index chosen_stem_stride(Index pixels) {
  constexpr Index least_halved = 24, most_left = 56, widest = 8;
  if (pixels < least_halved) return 1;
  Index stride = 2;
  while (stride < widest && pixels > most_left * stride) stride *= 2;
  return stride;
}

/// An eighth of the clips, from 8 to 32, and never more than there are.
inline Index chosen_batch(Index clips) {
  constexpr Index usual = 32, least = 8;
  return std::min(clips, std::clamp(clips / 8, least, usual));
}

/// Of steps that are full batches.
inline Index chosen_epochs(Index clips, Index batch) {
  constexpr Index usual = 12, most = 100, steps = 500;
  const Index steps_an_epoch = std::max<Index>(1, clips / batch);
  return std::clamp((steps + steps_an_epoch - 1) / steps_an_epoch, usual, most);
}

/// The training that fits the clips; `given` stays as it is. Throws ValueError when there are no
/// clips to train on.
inline Choice choose(const data::Description& found, const Given& given = {}) {
  require<ValueError>(found.train > 0, "train: there are no clips to train on");
  constexpr Index many_clips = 10000;
  Choice choice;
  choice.size = given.size > 0 ? given.size : chosen_size(found);
  choice.pixels = choice.size > 0 ? choice.size
                                  : std::min(found.sizes.front().height, found.sizes.front().width);
  choice.stem_stride = chosen_stem_stride(choice.pixels);
  choice.model = found.train < many_clips ? "resnet8" : "resnet20";
  choice.batch = given.batch > 0 ? given.batch : chosen_batch(found.train);
  choice.epochs = chosen_epochs(found.train, choice.batch);
  return choice;
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
