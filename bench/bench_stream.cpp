// Streaming, once it runs: is a frame's time even, and does memory stay where it is?
//
//   bench_stream [--model M] [--size S] [--threads T] [--frames N] [--lots] [--json FILE]
//   bench_stream --soak N [--model M] [--size S] [--threads T] [--json FILE]
//
// Frames go through a StreamSession: of each block's channels half are kept, three in ten reused,
// the rest skipped. They are the same ones in each frame, so that each frame is the same work (a
// channel that is always reused costs nothing); with --lots others in each, so that some are
// computed late. Prints p50 and p95 of a frame's time and their ratio, and resident memory before
// and after. With one thread: of processor time.
//
// --soak runs N frames with --lots, prints resident memory after warm-up, half way and at the end,
// and fails when it grew by more than 1 MB: bench_stream --soak 100000 --model resnet20 --size 32
// SPDX-License-Identifier: MIT
#include <adafuse/infer/stream/stream_session.hpp>

#include "adaptive_network.hpp"
#include "model_bench.hpp"

using namespace adafuse;

namespace {

struct Arguments {
  bench::NetworkCase network;
  int threads = 1;
  Index frames = 300, soak = 0;
  bool lots = false;
  std::string json;

  static Arguments parse(int count, char** words) {
    Arguments a;
    bench::parse_options("bench_stream",
                         {{"--model", &a.network.model},
                          {"--size", &a.network.size},
                          {"--threads", &a.threads},
                          {"--frames", &a.frames},
                          {"--soak", &a.soak},
                          {"--lots", &a.lots},
                          {"--json", &a.json}},
                         count, words);
    require<ValueError>(a.frames > 0 && a.soak >= 0, "bench_stream: expects frames, got ", a.frames,
                        " and ", a.soak);
    return a;
  }
  std::string title() const {
    return concat(network.model, " at ", network.size, ", T=", threads,
                  lots || soak ? ", other channels in each frame" : ", the same in each frame");
  }
};

infer::Decider decider_of(bool lots) {
  const auto drawn = infer::draw_lots({0.5, 0.3, 0.2}, Key(5));
  if (lots) return drawn;
  return [drawn](infer::Question ask, std::span<std::uint8_t> actions) {
    ask.first_frame = 0;
    return drawn(ask, actions);
  };
}

/// A stream that has been running for a while, over a few pictures again and again.
class Camera {
 public:
  explicit Camera(const Arguments& a)
      : session_(bench::network_of(a.network)),
        pictures_(Tensor<float>::randn({4, 3, a.network.size, a.network.size}, Key(11))) {
    session_.set_decider(decider_of(a.lots || a.soak));
    for (int i = 0; i < 20; ++i) push();
  }
  void push() { session_.push(pictures_[seen_++ % 4]); }

 private:
  infer::StreamSession<float> session_;
  Tensor<float> pictures_;
  Index seen_ = 0;
};

void measure(const Arguments& a) {
  Camera camera(a);
  bench::wake_up(a.threads, 0.3);
  std::vector<double> seconds(static_cast<std::size_t>(a.frames), 1.0);  // Its pages are touched.
  const double before = bench::resident_mb();
  for (double& time : seconds) {
    const double start = bench::now(a.threads);
    camera.push();
    time = bench::now(a.threads) - start;
  }
  const double after = bench::resident_mb();
  std::sort(seconds.begin(), seconds.end());
  const auto quantile = [&](double q) {
    return 1e3 * seconds[static_cast<std::size_t>(q * static_cast<double>(a.frames - 1))];
  };
  const double p50 = quantile(0.5), p95 = quantile(0.95);
  std::printf("%s, %ld frames: p50 %.3f ms, p95 %.3f ms, p95/p50 %.3f; resident %.1f -> %.1f MB\n",
              a.title().c_str(), static_cast<long>(a.frames), p50, p95, p95 / p50, before, after);
  if (!a.json.empty())
    io::write_json(a.json, {{"p50_ms", p50},
                            {"p95_ms", p95},
                            {"p95_over_p50", p95 / p50},
                            {"resident_before_mb", before},
                            {"resident_after_mb", after}});
}

/// Whether memory stayed where it was.
bool soak(const Arguments& a) {
  Camera camera(a);
  const double start = bench::resident_mb();
  double middle = start;
  for (Index t = 0; t < a.soak; ++t) {
    camera.push();
    if (t == a.soak / 2) middle = bench::resident_mb();
  }
  const double end = bench::resident_mb(), growth = std::max(middle, end) - start;
  std::printf("%s, %ld frames: resident %.2f MB at the start, %.2f half way, %.2f at the end\n",
              a.title().c_str(), static_cast<long>(a.soak), start, middle, end);
  if (!a.json.empty())
    io::write_json(a.json, {{"start_mb", start}, {"middle_mb", middle}, {"end_mb", end}});
  if (growth > 1) std::printf("memory grew by %.2f MB\n", growth);
  return growth <= 1;
}

}  // namespace

int main(int count, char** words) try {
  const auto arguments = Arguments::parse(count, words);
  set_num_threads(arguments.threads);
  if (arguments.soak > 0) return soak(arguments) ? 0 : 1;
  measure(arguments);
  return 0;
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
