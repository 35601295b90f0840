// Films: every frame, and one by its time.
// SPDX-License-Identifier: MIT
#include <adafuse/io/film.hpp>

#include <new>

#include "target.hpp"

// What FFmpeg takes for what a file claims is FFmpeg's affair: it takes less than the fuzzer
// allows.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  av_max_alloc(std::size_t{1} << 27);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::value_or_error([&] {
    const fuzz::MemoryFile file(fuzz::view(data, size));
    try {
      adafuse::io::Film film(file.path(), {.pictures = {.most_pixels = 1 << 16}});
      film.at(film.info().seconds / 2);
      film.at(0);
      for (int frame = 0; frame < 100 && film.next().defined(); ++frame) {
      }
    } catch (const std::bad_alloc&) {  // FFmpeg says that a file asks for more than there is
    }
  });
}
