// How long does a film take to be decoded? bench/film_decoding.sh compares it with ffmpeg.
//
//   bench_films --film FILE [--threads 1] [--side 0] [--opens 0]
//
// Reads all frames in order, RGB, scaled to the shorter side (0: as they are), and prints `frames
// width height seconds`, without opening: of the processor with one thread, else of the clock. With
// --opens N it opens the film N times and prints the median of the milliseconds that takes.
// SPDX-License-Identifier: MIT
#include <adafuse/io/film.hpp>
#include <cstdio>

#include "harness.hpp"
#include "options.hpp"

namespace {

using namespace adafuse;

void run(int count, char** words) {
  std::string path;
  io::FilmOptions options;
  int opens = 0;
  bench::parse_options("bench_films",
                       {{"--film", &path},
                        {"--threads", &options.threads},
                        {"--side", &options.shorter_side},
                        {"--opens", &opens}},
                       count, words);
  require<ValueError>(!path.empty(), "bench_films: --film is required");
  std::vector<double> seconds;
  for (int i = 0; i < opens; ++i) {
    const double start = bench::now(2);
    const io::Film film(path, options);
    seconds.push_back(bench::now(2) - start);
  }
  if (opens > 0) {
    std::printf("%.3f\n", 1000 * bench::median(seconds));
    return;
  }
  io::Film film(path, options);
  const double start = bench::now(options.threads);
  long frames = 0;
  while (film.next().defined()) ++frames;
  std::printf("%ld %ld %ld %.6f\n", frames, static_cast<long>(film.info().width),
              static_cast<long>(film.info().height), bench::now(options.threads) - start);
}

}  // namespace

int main(int count, char** words) try { run(count, words); } catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
