// The networks that adaptive inference is timed on: ImageNet's at 224, CIFAR's at 32, as many
// classes as Something-Something has.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold.hpp>

namespace bench {

struct NetworkCase {
  std::string model = "resnet18";
  adafuse::Index size = 224;
  std::string fusion = "adafuse";  ///< "none" is the dense network
  adafuse::Index frames = 1;       ///< that run together
  bool agents = false;             ///< without, decisions come from outside
  bool winograd = true;            ///< else only direct convolution
};

/// One with random weights.
inline adafuse::models::VideoModel<float> model_of(const NetworkCase& c) {
  adafuse::models::ModelConfig config;
  config.model = c.model;
  config.fusion = adafuse::models::parse_fusion(c.fusion);
  config.classes = 174;
  config.frames = c.frames;
  config.agents = c.agents;
  return adafuse::models::VideoModel<float>(config, adafuse::Key(3));
}

/// The same, folded.
inline std::shared_ptr<const adafuse::infer::FoldedNetwork<float>> network_of(
    const NetworkCase& c) {
  using adafuse::kernels::ConvAlgorithm;
  return adafuse::infer::fold(
      model_of(c), c.size, c.size,
      {.algorithm = c.winograd ? ConvAlgorithm::automatic : ConvAlgorithm::direct,
       .frames = c.frames});
}

}  // namespace bench
