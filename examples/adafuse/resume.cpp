// Going on with a run. See resume.hpp.
// SPDX-License-Identifier: MIT
#include "resume.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "data_options.hpp"
#include "ranks.hpp"
#include "run_argument.hpp"
#include "stop_signals.hpp"

namespace adafuse::cli {

namespace {

bool is_among(const std::vector<std::string>& options, const std::string& option) {
  return std::find(options.begin(), options.end(), option) != options.end();
}

/// Options that are kept in the state of a run.
std::vector<std::string> source_options() {
  std::vector<std::string> all = DataOptions::paths();
  for (const auto& name : DataOptions::others()) all.push_back(name);
  all.push_back("--save-every");
  return all;
}

}  // namespace

void add_resume(CLI::App& command, std::string& run, const std::vector<CLI::Option*>& required) {
  command
      .add_option_function<std::string>(
          "--resume",
          [&run, required](const std::string& given) {
            run = given;
            for (auto* option : required) option->required(false);
          },
          "go on with the run that was left in RUN, with the options that it began with;\n"
          "beside it: --data (if the data have moved), --save-every, --most-pixels, --threads,\n"
          "--quiet")
      ->type_name("RUN")
      ->check([](const std::string& given) {
        return given.empty() ? std::string("expects the directory of a run") : std::string();
      });
}

void add_save_every(CLI::App& command, Index& steps) {
  add_value(command, "--save-every", steps, "STEPS",
            "save the state that --resume goes on from also inside of epochs")
      ->check(CLI::PositiveNumber);
}

void refuse_beside_resume(const CLI::App& command) {
  const std::vector<std::string> free{"--resume",      "--data",    "--save-every",
                                      "--most-pixels", "--threads", "--quiet"};
  for (const CLI::Option* option : command.get_options())
    if (!is_among(free, option->get_name()))
      refuse(command, {option->get_name()},
             "with --resume: a run goes on with the options that it began with");
}

io::Json source_of(const CLI::App& command) {
  io::Json source = io::Json::object();
  for (const auto& name : source_options()) {
    if (command.count(name) == 0) continue;
    auto values = command.get_option(name)->results();
    if (is_among(DataOptions::paths(), name))
      for (auto& value : values) value = std::filesystem::absolute(value).lexically_normal();
    source[name] = values;
  }
  return source;
}

void take_source(CLI::App& command, const io::Json& source) {
  require<FormatError>(source.is_object(), "resume: the run's options are not an object");
  for (const auto& entry : source.items()) {
    auto* option = command.get_option_no_throw(entry.key());
    require<FormatError>(option != nullptr, "resume: the run began with ",
                         io::in_quotes(entry.key()), ", which is no option");
    if (option->count() > 0) continue;
    require<FormatError>(entry.value().is_array(), "resume: ", entry.key(), " is not a list");
    for (const auto& value : entry.value()) {
      require<FormatError>(value.is_string(), "resume: ", entry.key(), " is not a list of texts");
      option->add_result(value.get<std::string>());
    }
    option->run_callback();
  }
  require<ValueError>(command.count("--data") + command.count("--train-list") > 0,
                      "--data is required: the run does not say where its data were");
}

std::optional<train::UnfinishedRun> find_run_to_resume(const std::string& run) {
  require_run_directory("--resume", run);
  const auto left = io::find_left(run, train::run_directory());
  if (!left.complete) return train::find_unfinished(run);
  if (!left.settled) {
    train::RunWriter writer(io::GoOn{}, run);
    writer.settle();
  }
  std::printf("%s is finished: there is nothing to go on with\n", run.c_str());
  return {};
}

train::RunSummary run_or_stop(train::Trainer& trainer, train::RunWriter* writer,
                              const train::SavingOptions& saving, const std::string& goes_on,
                              const ProgressOptions& progress) {
  catch_stop_signals();
  auto& ranks = Ranks::instance();
  std::optional<distributed::GradientReducer<float>> reducer;
  if (const auto* world = ranks.world()) {
    reducer.emplace(*world, trainer.model());
    trainer.exchange_gradients_by(
        {.begin = [&] { reducer->start(); }, .finish = [&] { reducer->finish(); }});
    ranks.training();
  }
  try {
    auto observer = progress_printer(progress);
    observer.stop = [] { return stop_signal() != 0; };
    return writer ? trainer.run(*writer, observer, saving) : trainer.run_beside(observer);
  } catch (const train::Interrupted& left) {
    const int signal = ranks.largest(stop_signal());
    ranks.agreed();
    std::fflush(stdout);
    if (ranks.first())
      std::fprintf(stderr, "adafuse: %s; %s goes on\n", left.what(), goes_on.c_str());
    throw ExitCode{128 + signal};
  } catch (const train::AgreedError&) {
    ranks.agreed();
    throw;
  }
}

}  // namespace adafuse::cli
