// Adaptive inference: does the time follow the work that is left?
//
//   bench_adaptive [--json FILE] [--model M] [--frames T] [--threads N] [--policy] [--steps]
//   [--quick]
//
// Clips run through one network, sparse and dense. In each frame and block another random subset of
// channels is kept and the rest skipped. Both sides are ours, folded, once by direct convolution
// and once with Winograd allowed; contenders take turns, times are medians, and their fractions
// medians of what they are within a round. With --policy the network has its agents, which run and
// are then overruled by the lots: their time and their MACs are part of the sparse side's. With
// --steps the steps that take more than their share are listed, all networks' steps in turn. The
// last line is the largest (time fraction - MAC fraction) over ResNet-18 and ResNet-50 at 224, 8
// frames, one thread, direct, fractions .5 and .25. PyTorch's dense network is compared with by
// bench/peers/adaptive.py.
// SPDX-License-Identifier: MIT
#include <adafuse/infer/clip/clip_session.hpp>
#include <adafuse/io/file.hpp>
#include <adafuse/io/json.hpp>
#include <iostream>

#include "adaptive_network.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "step_excess.hpp"

using namespace adafuse;

namespace {

struct Arguments {
  std::string json, model;
  Index frames = 0;  // 0: 8 and 1
  int threads = 0;   // 0: 1 and 2
  bool policy = false, steps = false, quick = false;

  static Arguments parse(int count, char** words) {
    Arguments a;
    bench::parse_options("bench_adaptive",
                         {{"--json", &a.json},
                          {"--model", &a.model},
                          {"--frames", &a.frames},
                          {"--threads", &a.threads},
                          {"--policy", &a.policy},
                          {"--steps", &a.steps},
                          {"--quick", &a.quick}},
                         count, words);
    return a;
  }
};

struct Network {
  const char* name;
  Index size;
};
constexpr Network networks[] = {
    {"resnet18", 224}, {"resnet50", 224}, {"resnet20", 32}, {"bninception", 224}};
constexpr double fractions[] = {1, 0.75, 0.5, 0.25, 0.1};

struct Case {
  Network network;
  Index frames;
  int threads;
  bool winograd;
};

/// One contender: a session, and what its ledger says of its work.
struct Runner {
  infer::ClipSession<float> session;
  infer::Ledger ledger{};

  Runner(std::shared_ptr<const infer::FoldedNetwork<float>> network, Index frames)
      : session(std::move(network), 1, frames) {}
};

/// Runs one case, prints its rows, and returns the largest excess at fractions .5 and .25.
double run(const Case& c, const Arguments& arguments, io::Json& rows) {
  set_num_threads(c.threads);
  const auto clip = Tensor<float>::randn({1, c.frames, 3, c.network.size, c.network.size}, Key(11));
  const auto network_of = [&](const std::string& fusion, bool agents) {
    return bench::network_of(
        {c.network.name, c.network.size, fusion, c.frames, agents, c.winograd});
  };
  const auto sparse = network_of("adafuse", arguments.policy);
  std::vector<std::unique_ptr<Runner>> runners;
  std::vector<bench::Contender> contenders;
  const auto enter = [&](std::string name, auto network, infer::Decider decider) {
    auto& runner = *runners.emplace_back(std::make_unique<Runner>(network, c.frames));
    runner.session.set_decider(
        std::move(decider), arguments.policy ? infer::Agents::overruled : infer::Agents::replaced);
    runner.session.set_ledger(&runner.ledger);
    runner.session.run(clip);  // The decisions are the same each time: this counts the work.
    runner.session.set_ledger(nullptr);
    contenders.push_back({std::move(name), [&runner, &clip] { runner.session.run(clip); }});
  };
  enter("dense", network_of("none", false), {});
  for (const double fraction : fractions)
    enter(concat(fraction), sparse, infer::draw_lots({fraction, 0, 1 - fraction}, Key(5)));

  bench::wake_up(c.threads, 0.3);
  bench::compete(contenders, c.threads, arguments.quick ? 5 : 11, arguments.quick ? 0.05 : 0.2);

  std::vector<bench::StepTimes> steps(arguments.steps ? runners.size() : 0);
  for (int round = 0; round < (arguments.quick ? 5 : 15); ++round)
    for (std::size_t i = 0; i < steps.size(); ++i) steps[i].run(runners[i]->session, clip);

  double worst = -1;
  std::printf("%s at %ld, %ld frames, %d threads, %s%s\n", c.network.name,
              static_cast<long>(c.network.size), static_cast<long>(c.frames), c.threads,
              c.winograd ? "Winograd allowed" : "direct",
              arguments.policy ? ", agents included" : "");
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const double time = contenders[i].ratio_to(contenders[0]);
    const double macs = runners[i]->ledger.macs_fraction();
    std::printf("  %-6s %9.3f ms   time %.3f   MACs %.3f   excess %+.3f\n",
                contenders[i].name.c_str(), 1e3 * contenders[i].median(), time, macs, time - macs);
    if (i > 0 && arguments.steps) bench::print_excess(steps[0].medians(), steps[i].medians());
    rows.push_back({{"model", c.network.name},
                    {"size", c.network.size},
                    {"frames", c.frames},
                    {"threads", c.threads},
                    {"winograd", c.winograd},
                    {"policy", arguments.policy},
                    {"live", i == 0 ? io::Json("dense") : io::Json(fractions[i - 1])},
                    {"median_ms", 1e3 * contenders[i].median()},
                    {"min_ms", 1e3 * contenders[i].minimum()},
                    {"time_fraction", time},
                    {"macs_fraction", macs}});
    if (i > 0 && (fractions[i - 1] == 0.5 || fractions[i - 1] == 0.25))
      worst = std::max(worst, time - macs);
  }
  return worst;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto arguments = Arguments::parse(argc, argv);
  const std::vector<int> thread_counts =
      arguments.threads > 0 ? std::vector{arguments.threads} : std::vector{1, 2};
  io::Json rows = io::Json::array();
  double worst = -1;
  for (const auto& network : networks) {
    if (!arguments.model.empty() && arguments.model != network.name) continue;
    for (const Index frames : {8, 1}) {
      if (arguments.frames > 0 && arguments.frames != frames) continue;
      for (const int threads : thread_counts)
        for (const bool winograd : {false, true}) {
          const double excess = run({network, frames, threads, winograd}, arguments, rows);
          const std::string name = network.name;
          if ((name == "resnet18" || name == "resnet50") && frames == 8 && threads == 1 &&
              !winograd)
            worst = std::max(worst, excess);
        }
    }
  }
  require<ValueError>(!rows.empty(), "bench_adaptive: nothing to run for --model ", arguments.model,
                      " --frames ", arguments.frames);
  if (!arguments.json.empty())
    io::write_json(arguments.json,
                   {{"vector_path", simd_path}, {"rows", rows}, {"worst_excess", worst}});
  if (worst > -1) std::printf("worst excess %.3f\n", worst);
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
