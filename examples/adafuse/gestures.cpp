// adafuse gestures: nine classes of moving shapes, made on the spot.
// SPDX-License-Identifier: MIT
#include <adafuse/data/gesture_folder.hpp>
#include <iostream>
#include <memory>

#include "command.hpp"

namespace adafuse::cli {

void add_gestures(CLI::App& app) {
  auto* command = app.add_subcommand(
      "gestures",
      "Generate a small data set: swipes, zooms, turns and still shapes. Opposite gestures\n"
      "consist of the same frames in the opposite order.");
  auto config = std::make_shared<data::GesturesConfig>();
  add_value(*command, "--out", config->dir, "DIR", "directory to write")->required();
  add_value(*command, "--train", config->train, "N", "training clips")->capture_default_str();
  add_value(*command, "--val", config->val, "N", "validation clips")->capture_default_str();
  add_value(*command, "--size", config->size, "S", "pixels a side")->capture_default_str();
  add_value(*command, "--frames", config->frames, "T", "frames of a clip")->capture_default_str();
  add_value(*command, "--seed", config->seed, "S", "seed of all that is drawn")
      ->capture_default_str();
  add_threads(*command);
  command->callback([config] {
    data::write_gestures(*config);
    std::cout << "wrote " << config->train << " + " << config->val << " clips of " << config->frames
              << " frames, " << config->size << "x" << config->size << ", to "
              << config->dir.string() << "\n";
  });
}

}  // namespace adafuse::cli
