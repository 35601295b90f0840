// What a model file says of its network and its input, and what a run says of its training; and the
// names and shapes of the tensors that such a network has.
// SPDX-License-Identifier: MIT
#include <adafuse/train/model_file.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace adafuse;
  return fuzz::value_or_error([&] {
    const io::Json json = io::parse_json(fuzz::view(data, size), "x");
    fuzz::value_or_error([&] { train::from_json<train::InputConfig>(json, "x"); });
    fuzz::value_or_error([&] { train::from_json<train::TrainConfig>(json, "x"); });
    models::state_shapes(train::from_json<models::ModelConfig>(json, "x"));
  });
}
