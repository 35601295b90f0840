// Clips of a data set as a trained model reads them, decoded before anything is timed.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/data/frame_folder.hpp>
#include <adafuse/data/loader.hpp>
#include <adafuse/train/model_file.hpp>
#include <string>
#include <vector>

namespace bench {

/// The first clips of the validation list as a model reads them, in batches.
inline std::vector<adafuse::data::Batch> clips_of_run(const adafuse::train::ModelCard& card,
                                                      const std::string& folder,
                                                      adafuse::Index most,
                                                      adafuse::Index batch_size) {
  using namespace adafuse;
  const auto dataset = data::load_dataset(folder);
  require<ValueError>(dataset.classes == card.classes, folder,
                      ": its classes are not those that the model was trained on");
  const data::Loader loader(dataset.val,
                            train::test_loader(card.input, card.config.frames, batch_size));
  std::vector<data::Batch> batches;
  Index clips = 0;
  for (const auto& batch : loader.epoch(0)) {
    batches.push_back(batch);
    clips += batch.labels.size();
    if (clips >= most) break;
  }
  return batches;
}

}  // namespace bench
