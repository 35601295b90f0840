// What a configuration of a training asks for: an optimiser, a schedule, loaders.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/peers.hpp>
#include <adafuse/data/mirrored_labels.hpp>
#include <adafuse/optim/optim.hpp>
#include <adafuse/train/input_config.hpp>
#include <adafuse/train/parameter_groups.hpp>
#include <memory>

namespace adafuse::train::inline ADAFUSE_SIMD {

namespace detail {

inline std::unique_ptr<optim::Optimizer<float>> make_optimizer(
    const TrainConfig& c, const models::VideoModel<float>& model) {
  auto groups = parameter_groups(model, c.weight_decay, c.tuning);
  if (c.optimizer == Optimizer::sgd)
    return std::make_unique<optim::Sgd<float>>(std::move(groups),
                                               optim::SgdOptions{.momentum = 0.9});
  return std::make_unique<optim::Adam<float>>(
      std::move(groups), optim::AdamOptions{.decoupled_decay = c.optimizer == Optimizer::adamw});
}

inline optim::Schedule make_schedule(const TrainConfig& c, Index steps) {
  switch (c.schedule) {
    case Schedule::one_cycle:
      return optim::one_cycle(c.rate, steps);
    case Schedule::cosine:
      return optim::cosine(c.rate, steps);
    case Schedule::step:
      return optim::multi_step(c.rate, {steps * 2 / 5, steps * 4 / 5});
    case Schedule::constant:
      break;
  }
  return optim::constant(c.rate);
}

/// What mirrored clips of these classes are called; nothing where they are called what they were.
/// Throws ValueError for a class that has no counterpart.
inline std::vector<std::int64_t> mirrored_labels(const TrainConfig& c,
                                                 const std::vector<std::string>& classes) {
  if (!c.flip || c.transform.flip_labels == data::FlipLabels::keep) return {};
  try {
    return data::mirrored_labels(classes);
  } catch (const ValueError& error) {
    throw ValueError(concat("flip: ", error.what(),
                            "; --flip-labels keep mirrors clips and leaves their labels"));
  }
}

/// The clips of a rank: its share of each batch, which has parts of its own (TuningConfig).
inline data::LoaderConfig training_loader(const TrainConfig& c,
                                          const std::vector<std::string>& classes,
                                          const Peers& peers = Alone()) {
  data::LoaderConfig loader;
  loader.batch_size = c.batch;
  loader.frames = c.model.frames;
  loader.size = c.size;
  loader.shorter_side = c.shorter_side;
  loader.normalisation = c.normalisation;
  loader.key = Key(c.seed).of("data");
  loader.flip = c.flip;
  loader.transform = c.transform;
  loader.transform.fit = data::Fit::any;  // all are of the size that the network is to see
  loader.mirrored_labels = mirrored_labels(c, classes);
  loader.share = {peers.rank(), peers.size(), c.tuning.accumulate};
  loader.drop_last = true;  // a last batch of one clip would have no batch statistics
  return loader;
}

}  // namespace detail

}  // namespace adafuse::train::inline ADAFUSE_SIMD
