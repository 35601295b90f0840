// Ways of learning the decision, compared: the tables and charts of docs/estimators.md.
//
//   bench_estimators RUNS PICTURES
//
// RUNS is a directory that bench/estimators.sh has filled. Prints the tables in Markdown, a mean
// and a standard deviation over the seeds in each cell, and draws accuracy_cost.svg, lambda.svg and
// shares.svg into PICTURES.
// SPDX-License-Identifier: MIT
#include <adafuse/io/json.hpp>
#include <adafuse/report/charts.hpp>
#include <iomanip>
#include <iostream>
#include <map>
#include <numeric>

#include "shares_chart.hpp"

using namespace adafuse;
namespace fs = std::filesystem;

namespace {

/// What the seeds of one contender reached.
struct Results {
  std::vector<double> top1, macs;                                     // per cent
  std::array<std::vector<double>, 3> actions;                         // per cent, by Action
  std::vector<std::pair<std::string, std::array<double, 3>>> blocks;  // means
};

constexpr const char* action_names[] = {"keep", "reuse", "skip"};

Results read_results(const fs::path& runs, const std::string& name) {
  Results results;
  double seeds = 0;
  for (int seed = 0; fs::exists(runs / concat(name, "-", seed)); ++seed, ++seeds) {
    const auto json = io::read_json(runs / concat(name, "-", seed) / "eval.json");
    results.top1.push_back(json["top1"].get<double>());
    results.macs.push_back(100 * json["macs_fraction"].get<double>());
    for (std::size_t a = 0; a < 3; ++a)
      results.actions[a].push_back(100 * json["actions"][action_names[a]].get<double>());
    std::size_t b = 0;
    for (const auto& block : json["blocks"].items()) {
      if (seed == 0) results.blocks.push_back({block.key(), {}});
      for (std::size_t a = 0; a < 3; ++a)
        results.blocks[b].second[a] += block.value()[action_names[a]].get<double>();
      ++b;
    }
  }
  require<IoError>(seeds > 0, runs.string(), ": there are no runs ", name, "-0 ...");
  for (auto& block : results.blocks)
    for (double& share : block.second) share /= seeds;
  return results;
}

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// The sample's standard deviation.
double deviation(const std::vector<double>& x) {
  double squares = 0;
  for (const double v : x) squares += (v - mean(x)) * (v - mean(x));
  return x.size() > 1 ? std::sqrt(squares / static_cast<double>(x.size() - 1)) : 0;
}

std::string cell(const std::vector<double>& x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f ± %.1f", mean(x), deviation(x));
  return text;
}

void print_row(const std::string& title, const Results& r) {
  std::cout << "| " << title << " | " << cell(r.top1) << " | " << cell(r.macs) << " | ";
  for (const auto& action : r.actions) std::cout << cell(action) << " | ";
  std::cout << r.top1.size() << " |\n";
}

void print_head(const char* first) {
  std::cout << "| " << first
            << " | top-1, % | MACs, % of dense | keep, % | reuse, % | skip, % | seeds |\n"
            << "|---|---|---|---|---|---|---|\n";
}

report::TradeOffPoint point(const std::string& label, const Results& r, bool accent) {
  return {
      .label = label, .macs_fraction = mean(r.macs) / 100, .top1 = mean(r.top1), .accent = accent};
}

/// One table and one chart: rows are {directory, title}.
void compare(const fs::path& runs, const char* first, const fs::path& picture,
             const std::string& title, const std::vector<std::array<std::string, 2>>& rows,
             const std::string& accent) {
  report::TradeOffChart chart{.title = title, .points = {}};
  print_head(first);
  for (const auto& [name, shown] : rows) {
    const auto results = read_results(runs, name);
    print_row(shown, results);
    chart.points.push_back(point(shown, results, accent.empty() || name == accent));
  }
  report::write_svg(picture, report::trade_off_chart(chart));
  std::cout << "\n";
}

void run(const fs::path& runs, const fs::path& pictures) {
  fs::create_directories(pictures);
  std::cout << io::read_file(runs / "machine.txt") << "\n";
  compare(runs, "who decides", pictures / "accuracy_cost.svg", "Ways to decide, on gestures",
          {{"gumbel", "gumbel"},
           {"soft-gumbel", "soft-gumbel"},
           {"straight-through", "straight-through"},
           {"reinforce", "reinforce"},
           {"keep-all", "keep-all"},
           {"random", "random"},
           {"magnitude", "magnitude"}},
          "gumbel");
  compare(runs, "weight of the cost", pictures / "lambda.svg",
          "What lambda buys, with the paper's estimator",
          {{"lambda-0", "lambda 0"},
           {"lambda-0.25", "lambda 0.25"},
           {"gumbel", "lambda 0.5"},
           {"lambda-1", "lambda 1"},
           {"lambda-2", "lambda 2"}},
          "");
  const auto depth = read_results(runs, "depth");
  print_head("network");
  print_row("resnet20", depth);
  std::cout << "\n| block | keep, % | reuse, % | skip, % |\n|---|---|---|---|\n";
  std::vector<report::BlockShares> bars;
  for (const auto& [block, share] : depth.blocks) {
    bars.push_back({block, share});
    std::cout << "| " << block << " |";
    for (const double s : share)
      std::cout << " " << std::fixed << std::setprecision(1) << 100 * s << " |";
    std::cout << "\n";
  }
  report::write_svg(pictures / "shares.svg",
                    report::shares_chart("What resnet20 keeps, reuses and skips", bars));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_estimators RUNS PICTURES\n";
    return 2;
  }
  try {
    run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "bench_estimators: " << error.what() << "\n";
    return 1;
  }
}
