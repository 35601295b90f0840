// Lists of clips and of classes.
// SPDX-License-Identifier: MIT
#include <adafuse/data/clip_list.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::view(data, size);
  const fuzz::MemoryFile file(text);
  fuzz::value_or_error([&] { adafuse::data::read_class_names(file.path()); });
  return fuzz::value_or_error([&] { adafuse::data::parse_clip_list(text, 1000, "train.txt"); });
}
