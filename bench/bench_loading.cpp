// How much processor time does loading take, without a training? bench/loading.sh compares the two.
//
//   bench_loading --data DIR [--frames 8] [--size 0] [--batch 32] [--workers 2] [--epochs 4]
//
// Reads both halves of a data set as training does, epoch after epoch: frames are decoded or found
// in the cache, scaled, cropped, normalised and put into batches, which nobody uses. Prints the
// processor seconds of each epoch, of all threads.
// SPDX-License-Identifier: MIT
#include <adafuse/data/film_clips.hpp>
#include <adafuse/data/loader.hpp>
#include <adafuse/data/open_dataset.hpp>
#include <cstdio>
#include <ctime>

#include "options.hpp"

namespace {

using namespace adafuse;

double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void run(int count, char** words) {
  std::string dir;
  int epochs = 4;
  data::LoaderConfig config;
  bench::parse_options("bench_loading",
                       {{"--data", &dir},
                        {"--frames", &config.frames},
                        {"--size", &config.size},
                        {"--batch", &config.batch_size},
                        {"--workers", &config.workers},
                        {"--epochs", &epochs}},
                       count, words);
  data::DatasetOptions options;
  options.films = data::open_films;
  options.film_side = config.size;
  const auto dataset = data::open_dataset(dir, options);
  const data::Loader train(dataset.train, config);
  config.shuffle = false;
  config.sampling = data::Sampling::middle;
  const data::Loader val(dataset.val, config);
  for (Index epoch = 0; epoch < epochs; ++epoch) {
    const double start = processor_seconds();
    Index clips = 0;
    for (const auto& batch : train.epoch(epoch)) clips += batch.clips.size(0);
    for (const auto& batch : val.epoch(0)) clips += batch.clips.size(0);
    std::printf("%ld %ld %.6f\n", static_cast<long>(epoch), static_cast<long>(clips),
                processor_seconds() - start);
  }
}

}  // namespace

int main(int count, char** words) try { run(count, words); } catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
