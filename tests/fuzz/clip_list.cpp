// Lists of clips and of classes.
// SPDX-License-Identifier: MIT
#include <adafuse/data/clip_list.hpp>
#include <adafuse/data/listed_clips.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::view(data, size);
  const fuzz::MemoryFile file(text);
  fuzz::value_or_error([&] { adafuse::data::read_class_names(file.path()); });
  const auto columns = adafuse::data::parse_list_columns("path,offset,count,label");
  fuzz::value_or_error([&] { adafuse::data::detail::table_of_csv(text, {}, "train.csv"); });
  fuzz::value_or_error([&] { adafuse::data::detail::table_of_text(text, columns, 9, "x.txt"); });
  return fuzz::value_or_error([&] { adafuse::data::parse_clip_list(text, 1000, "train.txt"); });
}
