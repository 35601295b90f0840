// adafuse find-rate: a range test of learning rates, before a training.
// SPDX-License-Identifier: MIT
#include <adafuse/io/file.hpp>
#include <adafuse/train/rate_finder.hpp>
#include <cstdio>

#include "config_file.hpp"
#include "train_command.hpp"

namespace adafuse::cli {

namespace {

class FindRateCommand {
 public:
  explicit FindRateCommand(CLI::App& command)
      : command_(command), options_(add_train_options(command)) {
    // What is about a whole training. A file of a training may say it all the same.
    std::vector<std::string> elsewhere;
    for (const char* name : {"--config", "--out", "--resume", "--overwrite", "--save-every",
                             "--epochs", "--rate", "--schedule", "--early-stopping", "--sync-bn"}) {
      command_.remove_option(command_.get_option(name));
      elsewhere.push_back(name + 2);
    }
    add_config(command_, elsewhere);
    add_value(command_, "--from", range_.from, "R", "rate of the first step")
        ->capture_default_str();
    add_value(command_, "--to", range_.to, "R", "rate of the last step")->capture_default_str();
    add_value(command_, "--steps", range_.steps, "N", "steps, unless the loss diverges before")
        ->capture_default_str();
    add_value(command_, "--csv", csv_, "FILE", "write rate, loss and smoothed loss of each step");
  }

  void run() {
    train::RateFinder finder(range_);
    if (!csv_.empty()) {
      const auto parent = std::filesystem::absolute(csv_).parent_path();
      require<IoError>(std::filesystem::is_directory(parent), csv_, ": there is no directory ",
                       parent.string());
    }
    std::vector<std::string> words{"--out=unused"};  // nothing is written
    for (const auto& option : given_options(command_, {"--from", "--to", "--steps", "--csv"}))
      words.push_back(word_of(option));
    with_training(words, [&](Training& training) {
      training.instead = [&](train::Trainer& trainer) { trainer.try_rates(finder); };
      training.run();
    });
    print(finder);
    if (!csv_.empty()) io::write_file(csv_, train::rate_csv(finder));
  }

 private:
  static void print(const train::RateFinder& finder) {
    std::printf("%10s %10s %10s\n", "rate", "loss", "smoothed");
    const auto& steps = finder.steps();
    const std::size_t every = std::max<std::size_t>(1, (steps.size() + 19) / 20);
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (i % every == 0 || i + 1 == steps.size())
        std::printf("%10.3g %10.4g %10.4g\n", steps[i].rate, steps[i].loss, steps[i].smoothed);
    const auto steepest = finder.steepest(), diverged = finder.diverged();
    if (steepest) std::printf("the loss falls steepest at rate %.2g\n", *steepest);
    if (diverged)
      std::printf("it diverges at rate %.2g; a tenth of that: %.2g\n", *diverged, *diverged / 10);
    else
      std::printf("it does not diverge up to rate %.2g\n", steps.back().rate);
    if (const auto rate = finder.suggestion())
      std::printf("suggestion: --rate %.2g\n", *rate);
    else
      std::printf("no suggestion: the loss does not fall; another --from, --to or more --steps\n");
  }

  CLI::App& command_;
  std::shared_ptr<Training> options_;  // of the command; what is run has its own
  train::RateRange range_;
  std::string csv_;
};

}  // namespace

void add_find_rate(CLI::App& app) {
  auto* command = app.add_subcommand(
      "find-rate",
      "Find a learning rate: a few steps of train, each at a higher rate, and no run.");
  const auto finder = std::make_shared<FindRateCommand>(*command);
  command->callback([finder] { finder->run(); });
}

}  // namespace adafuse::cli
