// JSON; what was read is written and read again.
// SPDX-License-Identifier: MIT
#include <adafuse/io/json.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace adafuse;
  return fuzz::value_or_error([&] {
    const io::Json value = io::parse_json(fuzz::view(data, size), "x.json");
    io::json_quote(value);
    if (io::parse_json(io::json_text(value), "again") != value) std::abort();
  });
}
