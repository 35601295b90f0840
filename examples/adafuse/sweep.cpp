// adafuse sweep: the same training for several lambdas and seeds, what it says of accuracy against
// cost, and the page that draws it. What was stopped goes on with the same command.
// SPDX-License-Identifier: MIT
#include <adafuse/io/left_directory.hpp>
#include <adafuse/report/sweep.hpp>
#include <adafuse/train/run_writer.hpp>
#include <cstdio>

#include "data_options.hpp"
#include "resume.hpp"
#include "stop_signals.hpp"
#include "sweep_axes.hpp"
#include "sweep_files.hpp"
#include "train_command.hpp"

namespace adafuse::cli {

namespace {

namespace fs = std::filesystem;

struct PlannedRun {
  std::string lambda, seed;

  fs::path in(const fs::path& sweep) const {
    return sweep / report::SweepRun{lambda, seed}.directory();
  }
};

class SweepCommand {
 public:
  explicit SweepCommand(CLI::App& command)
      : command_(command), options_(add_train_options(command)) {
    // The options of one run that are set here for each, and that of several processes.
    for (const char* name : {"--out", "--lambda", "--seed", "--resume", "--overwrite", "--sync-bn"})
      command_.remove_option(command_.get_option(name));
    add_value(command_, "--lambdas", lambdas_, "L,..", "weights of the cost")
        ->delimiter(',')
        ->capture_default_str();
    add_value(command_, "--seeds", seeds_, "S,..", "seeds of each, as in 0,1,2 or 0..4")
        ->delimiter(',')
        ->capture_default_str();
    add_value(command_, "--out", out_, "DIR",
              "directory of the sweep: runs lambda-L_seed-S, sweep.csv, report.html. Runs that\n"
              "are complete are kept, one that was left goes on")
        ->required();
  }

  void run() {
    const auto plan = planned();
    check_options(plan);
    const SweepFiles files(out_);
    files.begin(remembered_options());
    auto done = earlier_runs(files, plan);
    for (std::size_t i = 0; i < plan.size(); ++i) {
      if (stop_signal() != 0) leave();
      const auto dir = plan[i].in(out_);
      std::printf("%srun %zu of %zu: lambda %s, seed %s\n", i > 0 ? "\n" : "", i + 1, plan.size(),
                  plan[i].lambda.c_str(), plan[i].seed.c_str());
      std::fflush(stdout);
      train_one(plan[i], dir);
      done.push_back(read_swept_run(dir, plan[i].lambda, plan[i].seed));
      report::sort_runs(done);
      io::write_file(files.table(), report::sweep_csv(done));
    }
    print_table(done);
    std::printf("\nreport: %s\n", write_sweep_report(files, done).c_str());
  }

 private:
  std::vector<PlannedRun> planned() const {
    std::vector<PlannedRun> plan;
    for (const auto& lambda : lambda_texts(lambdas_))
      for (const auto seed : parse_seeds(seeds_)) plan.push_back({lambda, concat(seed)});
    return plan;
  }

  /// Complete runs of an earlier call for which this one does not ask.
  static std::vector<report::SweepRun> earlier_runs(const SweepFiles& files,
                                                    const std::vector<PlannedRun>& plan) {
    if (!fs::exists(files.table())) return {};
    auto runs = report::parse_sweep(io::read_file(files.table()), files.table().string());
    std::erase_if(runs, [&](const report::SweepRun& run) {
      const bool planned = std::any_of(plan.begin(), plan.end(), [&](const PlannedRun& p) {
        return p.lambda == run.lambda && p.seed == run.seed;
      });
      return planned || !fs::exists(train::RunFiles(files.dir() / run.directory()).summary());
    });
    return runs;
  }

  /// Of all lambdas, before anything is written.
  void check_options(const std::vector<PlannedRun>& plan) const {
    std::string checked;
    for (const auto& run : plan)
      if (std::exchange(checked, run.lambda) != run.lambda)
        with_training(arguments(run, out_, false), [](Training& t) { t.check_options(); });
  }

  /// What the sweep was given and its runs are to have, as --name=value.
  std::vector<std::string> arguments(const PlannedRun& run, const fs::path& dir,
                                     bool overwrite) const {
    std::vector<std::string> all{"--lambda=" + run.lambda, "--seed=" + run.seed,
                                 "--out=" + dir.string()};
    if (overwrite) all.push_back("--overwrite");
    for (const auto& option : given()) {
      const bool of_lambda = contains(lambda_options(), option.name);
      if (!of_lambda || run.lambda != "0") all.push_back(word_of(option));  // else without effect
    }
    return all;
  }

  static bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  /// Train's options as they were given here.
  std::vector<GivenOption> given() const {
    return given_options(command_, {"--lambdas", "--seeds", "--out"});
  }

  /// What a sweep that goes on must have again: all that changes a number.
  io::Json remembered_options() const {
    io::Json all = io::Json::object();
    for (auto [name, values] : given()) {
      if (contains({"--threads", "--save-every", "--most-pixels"}, name)) continue;
      if (contains(DataOptions::paths(), name) || name == "--weights")
        for (auto& value : values) value = fs::absolute(value).lexically_normal();
      all[name] = values;
    }
    return all;
  }

  void train_one(const PlannedRun& run, const fs::path& dir) const {
    const bool begun = fs::exists(dir) && !fs::is_empty(dir);
    std::optional<io::LeftDirectory> left;
    if (begun) left = io::find_left(dir, train::run_directory());
    if (left && left->complete && left->settled) {
      std::printf("complete: kept\n");
      return;
    }
    std::vector<std::string> words;
    if (left && (left->complete || fs::exists(train::RunFiles(left->path).state()))) {
      words = {"--resume=" + dir.string()};
      for (const char* name : {"--save-every", "--most-pixels", "--threads"})
        if (command_.count(name) > 0)
          words.push_back(concat(name, "=", command_.get_option(name)->results().front()));
    } else {
      words = arguments(run, dir, begun);
    }
    with_training(words, [](Training& training) {
      training.goes_on = "the same command";
      training.run();
    });
  }

  [[noreturn]] void leave() const {
    std::fflush(stdout);
    std::fprintf(stderr, "adafuse: stopped between two runs; the same command goes on\n");
    throw ExitCode{128 + stop_signal()};
  }

  static void print_table(const std::vector<report::SweepRun>& runs) {
    std::printf("\n%-10s %5s %9s %9s %18s %9s %9s %18s\n", "lambda", "runs", "top-1", "deviation",
                "range", "of dense", "deviation", "range");
    for (const auto& row : report::by_lambda(runs)) {
      std::printf("%-10s %5zu", row.lambda.c_str(), row.top1.count);
      for (const auto& [spread, factor] :
           {std::pair(row.top1, 1.), std::pair(row.macs_fraction, 100.)})
        std::printf(" %7.1f %% %7.1f %% %7.1f - %5.1f %%", factor * spread.mean,
                    factor * spread.deviation, factor * spread.least, factor * spread.most);
      std::printf("\n");
    }
  }

  CLI::App& command_;
  std::shared_ptr<Training> options_;  // of the command; each run has its own
  std::vector<double> lambdas_{0, 0.5, 1, 2};
  std::vector<std::string> seeds_{"0..4"};
  std::string out_;
};

}  // namespace

void add_sweep(CLI::App& app) {
  auto* command = app.add_subcommand(
      "sweep", "Train for several lambdas and seeds, and draw accuracy against cost.");
  const auto sweep = std::make_shared<SweepCommand>(*command);
  command->callback([sweep] { sweep->run(); });
}

}  // namespace adafuse::cli
