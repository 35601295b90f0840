// Training in several processes: what does the wire cost, and how much of it does backward hide?
//
//   mpirun -n N bench_distributed [--model resnet18] [--clips 1] [--frames 8] [--size 224]
//                                 [--turns 20] [--bucket BYTES] [--sync]
//
// In each turn, every rank at the same time: forward and backward of its own clips without the
// wire; the same with gradients sent during backward; the same with gradients sent after it; and
// gradients sent alone. --sync: batch norms take the statistics of all ranks in the second and
// third. Prints the medians of the slowest rank's seconds, the bytes that a rank sends in a step,
// and how much of the wire's own time a step with the wire takes longer. bench/distributed.sh holds
// the wire to a rate.
// SPDX-License-Identifier: MIT
#include <adafuse/models/video_model.hpp>
#include <adafuse/ops/cross_entropy.hpp>
#include <adafuse/train/distributed.hpp>
#include <cstdio>
#include <iostream>

#include "harness.hpp"
#include "options.hpp"

namespace {

using namespace adafuse;

struct Case {
  std::string model = "resnet18";
  Index clips = 1, frames = 8, size = 224, bucket = 1 << 20;
  int turns = 20;
  bool sync = false;
};

class Bench {
 public:
  Bench(const Case& c, const distributed::World& world)
      : case_(c),
        world_(world),
        model_(config(c), Key(0)),
        clips_(Tensor<float>::randn({c.clips, c.frames, 3, c.size, c.size},
                                    Key(1).of(static_cast<std::uint64_t>(world.rank())))),
        labels_(Tensor<std::int64_t>::zeros({c.clips})),
        reducer_(world, model_, {.bucket_bytes = static_cast<std::size_t>(c.bucket)}) {}

  void run() {
    std::vector<bench::Contender> all{
        {"forward and backward, no wire", [this] { step(false); }},
        {"gradients sent during backward",
         [this] {
           step(case_.sync, true);
           reducer_.finish();
         }},
        {"gradients sent after backward",
         [this] {
           step(case_.sync);
           reducer_.finish();
         }},
        {"gradients sent alone", [this] { reducer_.finish(); }},
    };
    std::uint64_t bytes = 0;
    for (int turn = -1; turn < case_.turns; ++turn)  // The first one warms up.
      for (auto& contender : all) {
        const std::uint64_t before = reducer_.bytes_sent() + world_.bytes_sent();
        world_.barrier();
        const double begin = bench::now(2);
        contender.run();
        double seconds = bench::now(2) - begin;
        const std::uint64_t sent = reducer_.bytes_sent() + world_.bytes_sent() - before;
        for (const auto& text : world_.all_gather(concat(seconds)))
          seconds = std::max(seconds, std::strtod(text.c_str(), nullptr));
        if (turn >= 0) contender.seconds.push_back(seconds);
        if (&contender == &all[1]) bytes = sent;
      }
    if (world_.rank() == 0) report(all, bytes);
  }

 private:
  static models::ModelConfig config(const Case& c) {
    models::ModelConfig config;
    config.model = c.model, config.classes = 10, config.frames = c.frames;
    return config;
  }

  void step(bool sync, bool during = false) {
    AdaptiveContext<float> ctx(true, Key(2).of(number_++));
    if (sync) world_.join(ctx, case_.clips);
    nn::zero_grad(model_);
    const auto loss = cross_entropy(model_.forward(clips_, ctx).logits, labels_);
    if (during) reducer_.start();
    backward(loss);
  }

  void report(const std::vector<bench::Contender>& all, std::uint64_t bytes) const {
    std::printf("%s, %td ranks, %td clips of %td frames at %td, %td buckets%s; %.2f MB a step\n",
                case_.model.c_str(), world_.size(), case_.clips, case_.frames, case_.size,
                reducer_.buckets(), case_.sync ? ", synchronised batch norm" : "",
                1e-6 * static_cast<double>(bytes));
    for (const auto& contender : all)
      std::printf("  %-32s %8.1f ms\n", contender.name.c_str(), 1e3 * contender.median());
    if (world_.size() == 1) return;
    std::vector<double> hidden, plain;
    for (std::size_t k = 0; k < all[0].seconds.size(); ++k) {
      hidden.push_back((all[1].seconds[k] - all[0].seconds[k]) / all[3].seconds[k]);
      plain.push_back((all[2].seconds[k] - all[0].seconds[k]) / all[3].seconds[k]);
    }
    std::printf(
        "  (step with the wire - without) / the wire alone: %.2f, sent after backward %.2f\n",
        bench::median(hidden), bench::median(plain));
    std::printf("  of medians: %.2f and %.2f; efficiency %.2f\n",
                (all[1].median() - all[0].median()) / all[3].median(),
                (all[2].median() - all[0].median()) / all[3].median(),
                all[0].median() / all[1].median());
  }

  Case case_;
  const distributed::World& world_;
  models::VideoModel<float> model_;
  Tensor<float> clips_;
  Tensor<std::int64_t> labels_;
  mutable distributed::GradientReducer<float> reducer_;
  std::uint64_t number_ = 0;
};

}  // namespace

int main(int count, char** words) {
  try {
    Case c;
    bench::parse_options("bench_distributed",
                         {{"--model", &c.model},
                          {"--clips", &c.clips},
                          {"--frames", &c.frames},
                          {"--size", &c.size},
                          {"--turns", &c.turns},
                          {"--bucket", &c.bucket},
                          {"--sync", &c.sync}},
                         count, words);
    const distributed::World world({.timeout = 600});
    world.share_processors();
    Bench(c, world).run();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
