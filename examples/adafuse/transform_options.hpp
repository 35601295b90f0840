// The options that say how clips are sampled and transformed: in training, and at test.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/description.hpp>
#include <adafuse/data/mirrored_labels.hpp>
#include <adafuse/train/evaluation_views.hpp>
#include <adafuse/train/input_config.hpp>

#include "command.hpp"

namespace adafuse::cli {

/// Adds what `train` draws of clips to a configuration.
inline void add_transforms(CLI::App& command, train::TrainConfig& config) {
  auto& t = config.transform;
  const auto option = [&command](const char* name, auto& value, const char* type,
                                 const char* text) {
    add_value(command, name, value, type, text)->capture_default_str();
  };
  option("--crop", t.crop, "NAME",
         "which part of pictures to train on: centre, random, multi-scale (TSN's four scales at\n"
         "thirteen places) or resized (any area and aspect); they need --size");
  option("--crop-area", t.resized.least_area, "S", "least share of a picture, of --crop resized");
  option("--crop-aspect", t.resized.aspect, "A",
         "aspects of --crop resized, from 1 / A to A, width over height");
  command.add_flag("--flip", config.flip, "mirror half of the clips");
  option("--flip-labels", t.flip_labels, "NAME",
         "of mirrored clips: swap (classes that say left or right, clockwise or anticlockwise,\n"
         "become their counterpart) or keep");
  option("--brightness", t.jitter.brightness, "B", "factors from 1 - B to 1 + B, for each clip");
  option("--contrast", t.jitter.contrast, "C", "factors from 1 - C to 1 + C");
  option("--saturation", t.jitter.saturation, "S", "factors from 1 - S to 1 + S");
  option("--hue", t.jitter.hue, "H", "turns from -H to H of the circle of colours, up to 0.5");
  option("--erase", t.erase, "P", "probability that a box of a clip becomes grey");
  option("--sampling", t.sampling, "NAME",
         "how frames are chosen: segments, dense (a window of 64 frames) or uniform");
  option("--fit", t.fit, "NAME",
         "pictures of another size than the model saw: scale, refuse, any (as they are)");
}

/// Refuses options without effect, and scales a random crop's pictures to 8/7 of its size, as the
/// paper's 256 for 224, where no --shorter-side says otherwise.
inline void check_transforms(const CLI::App& command, train::TrainConfig& config) {
  const auto crop = config.transform.crop;
  if (crop != data::Crop::resized)
    refuse(command, {"--crop-area", "--crop-aspect"}, "without --crop resized");
  if (!config.flip) refuse(command, {"--flip-labels"}, "without --flip");
  if (config.size > 0) refuse(command, {"--fit"}, "with --size: pictures are scaled and cropped");
  if (crop != data::Crop::centre && config.size > 0 && config.shorter_side == 0)
    config.shorter_side = config.size + config.size / 7;
}

/// Throws ShapeError, naming a file, for pictures that the model does not take.
inline void require_fitting(const data::Description& description, const data::Framing& framing) {
  if (framing.size > 0) return;
  if (framing.fit == data::Fit::any)
    data::require_one_size(
        description, "this model takes frames as they are; one trained with --size crops them");
  for (const auto& size : description.sizes) {
    const auto reason = data::refusal(framing, size.height, size.width);
    if (!reason.empty()) throw ShapeError(concat(size.example, ": ", reason));
  }
}

/// How `eval` looks at clips, where it is not as the model was trained.
struct TestOptions {
  train::ViewCounts views;
  data::FrameSampling sampling = data::FrameSampling::segments;
  data::FlipLabels flip_labels = data::FlipLabels::swap;
};

inline void add_test_options(CLI::App& command, TestOptions& test) {
  add_value(command, "--clips", test.views.clips, "N",
            "clips of other frames of each video, whose logits are averaged (default: 1, or 2\n"
            "with --sampling twice)");
  add_value(command, "--crops", test.views.crops, "N",
            "parts of each picture, whose logits are averaged: 1, 3 (along the longer side), 10\n"
            "(corners and middle, and mirrored)")
      ->check(CLI::IsMember({1, 3, 10}))
      ->capture_default_str();
  add_value(command, "--sampling", test.sampling, "NAME",
            "how frames are chosen: segments, dense, uniform, twice (default: as in training)");
  add_value(command, "--flip-labels", test.flip_labels, "NAME",
            "of mirrored crops: swap (left and right change places) or keep")
      ->capture_default_str();
}

/// Takes the options into what a model says of its input. Returns the counterparts of the classes
/// in mirrored crops. Throws ValueError for options that do not go together.
inline std::vector<std::int64_t> apply_test_options(const CLI::App& command, TestOptions& test,
                                                    train::InputConfig& input,
                                                    const std::vector<std::string>& classes) {
  if (command.count("--sampling") > 0) input.sampling = test.sampling;
  const bool twice = input.sampling == data::FrameSampling::twice;
  if (twice && command.count("--clips") == 0) test.views.clips = 2;
  const Index most = twice                                            ? 2
                     : input.sampling == data::FrameSampling::uniform ? 1
                                                                      : data::most_test_clips;
  require<ValueError>(1 <= test.views.clips && test.views.clips <= most,
                      "--clips: with --sampling ", io::word_of(input.sampling), " from 1 to ", most,
                      ", got ", test.views.clips);
  require<ValueError>(test.views.crops == 1 || input.size > 0, "--crops ", test.views.crops,
                      ": this model takes whole pictures; one trained with --size crops them");
  if (test.views.crops != 10) refuse(command, {"--flip-labels"}, "without --crops 10");
  if (test.views.crops != 10 || test.flip_labels == data::FlipLabels::keep) return {};
  try {
    return data::mirrored_labels(classes);
  } catch (const ValueError& error) {
    throw ValueError(concat("--crops 10: ", error.what(), "; --flip-labels keep leaves labels"));
  }
}

}  // namespace adafuse::cli
