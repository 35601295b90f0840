// The networks that adaptive inference is timed on, with random weights and as many classes as the
// data sets have that they were made for.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/infer/fold/fold.hpp>

namespace bench {

struct NetworkCase {
  std::string model = "resnet18";
  adafuse::Index size = 224;
  std::string fusion = "adafuse";  ///< "none" is the dense network
  adafuse::Index frames = 1;       ///< that run together
  bool agents = false;             ///< without, decisions come from outside
  bool winograd = true;            ///< else only direct convolution
};

/// One of them, folded.
inline std::shared_ptr<const adafuse::infer::FoldedNetwork<float>> network_of(
    const NetworkCase& c) {
  using adafuse::kernels::ConvAlgorithm;
  adafuse::models::ModelConfig config;
  config.model = c.model;
  config.fusion = adafuse::models::parse_fusion(c.fusion);
  config.classes = c.model == "resnet20" ? 10 : 1000;
  config.frames = c.frames;
  config.agents = c.agents;
  return adafuse::infer::fold(
      adafuse::models::VideoModel<float>(config, adafuse::Key(3)), c.size, c.size,
      {.algorithm = c.winograd ? ConvAlgorithm::automatic : ConvAlgorithm::direct,
       .frames = c.frames});
}

}  // namespace bench
