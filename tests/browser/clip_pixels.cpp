// The pixels of all validation clips of a data set, as the command line decodes them: raw RGB, clip
// by clip.
//   clip_pixels DATA OUT
// SPDX-License-Identifier: MIT
#include <adafuse/data/frame_folder.hpp>
#include <cstdio>
#include <fstream>

int main(int argc, char** argv) {
  using namespace adafuse;
  if (argc != 3) return std::fputs("usage: clip_pixels DATA OUT\n", stderr), 2;
  const auto clips = data::load_dataset(argv[1]).val;
  std::ofstream out(argv[2], std::ios::binary);
  for (Index n = 0; n < clips.size(); ++n)
    for (Index t = 0; t < clips.frame_count(n); ++t) {
      const auto frame = clips.frame(n, t);
      out.write(reinterpret_cast<const char*>(frame.data()), frame.size());
    }
  return out.flush() ? 0 : 1;
}
