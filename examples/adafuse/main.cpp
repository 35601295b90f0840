// adafuse: train, evaluate and describe adaptive video networks from the command line.
// SPDX-License-Identifier: MIT
#include <adafuse/core/parse_number.hpp>
#include <adafuse/core/storage.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <adafuse/kernels/base/vector_path.hpp>
#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "nearest_name.hpp"
#include "provenance.hpp"
#include "ranks.hpp"
#include "standard_output.hpp"

namespace adafuse::cli {

namespace {

/// The largest number on the command line, as in "--frames 900000000000": what there was not enough
/// memory for is most likely a multiple of it.
std::string largest_number(const CLI::App& command) {
  double largest = 0;
  std::string text;
  for (const CLI::Option* option : command.get_options())
    for (const auto& given : option->results()) {
      const double number = parse_number(given).value_or(0);
      if (!(number > largest)) continue;
      largest = number;
      text = concat(option->get_name(), " ", given);
    }
  return text;
}

std::string out_of_memory(const CLI::App& app, const char* what) {
  std::string numbers;
  for (const CLI::App* command : app.get_subcommands()) numbers += largest_number(*command);
  return concat("adafuse: not enough memory: ", what,
                numbers.empty() ? "" : "; the largest number given is ", numbers, "\n");
}

/// What a mistake on the command line is called: with the name that may have been meant.
std::string message_of(const CLI::App& app, const std::string& first,
                       const CLI::ParseError& mistake) {
  if (!first.empty() && first[0] != '-') {
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
    if (std::find(commands.begin(), commands.end(), first) == commands.end())
      return "there is no command " + io::in_single_quotes(first) + did_you_mean({first}, commands);
  }
  std::string message = io::escaped(mistake.what());
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  std::vector<std::string> options;
  for (const CLI::Option* option : command->get_options()) options.push_back(option->get_name());
  std::vector<std::string> words;
  for (const auto& word : command->remaining())
    if (word.starts_with("--")) words.push_back(word.substr(0, word.find('=')));
  return message + did_you_mean(words, options);
}

Ending run_command(int argc, char** argv) {
  CLI::App app(
      "adafuse: video networks that decide, for every frame and every channel, whether to compute "
      "it,\n"
      "reuse the previous frame's, or skip it.\n\n"
      "  adafuse gestures --out data --train 2000 --val 1000\n"
      "  adafuse train --data data --out run\n"
      "  adafuse eval --run run --data data\n",
      "adafuse");
  app.require_subcommand(1);
  app.set_version_flag("--version", "adafuse " + version_text(), "version, and commit if known");
  add_gestures(app);
  add_data(app);
  add_train(app);
  add_sweep(app);
  add_find_rate(app);
  add_eval(app);
  add_probe(app);
  add_predict(app);
  add_stream(app);
  add_describe(app);
  add_forward(app);
  add_convert(app);
  add_demo(app);
  add_report(app);
  for (CLI::App* command : app.get_subcommands({})) command->get_formatter()->column_width(32);
  try {
    kernels::path_in_use();  // Nothing begins with a wrong ADAFUSE_VECTOR_PATH.
    Ranks::instance().join(argc, argv);
    app.parse(argc, argv);
    return {};
  } catch (const ExitCode& exit) {
    return {exit.code, ""};
  } catch (const CLI::Success& asked_for_help) {
    if (Ranks::instance().first()) app.exit(asked_for_help);
    return {};
  } catch (const CLI::ParseError& mistake) {
    return {2, concat("adafuse: ", message_of(app, argc > 1 ? argv[1] : "", mistake),
                      " (see --help)\n")};
  } catch (const Error& mistake) {
    return {2, concat("adafuse: ", io::escaped(mistake.what()), "\n")};
  } catch (const std::bad_alloc& failure) {
    return {2, out_of_memory(app, failure.what())};
  } catch (const std::length_error& failure) {  // more than a container can ever hold
    return {2, out_of_memory(app, failure.what())};
  } catch (const std::exception& failure) {
    return {1, concat("adafuse: failed: ", failure.what(), "\n")};
  }
}

int run(int argc, char** argv) {
  auto& ranks = Ranks::instance();
  const int status = ranks.end(run_command(argc, argv));
  ranks.leave();
  return status;
}

}  // namespace

}  // namespace adafuse::cli

int main(int argc, char** argv) {
  adafuse::cli::hold_standard_files();
  adafuse::cli::remember_command(argc, argv);
  const int status = adafuse::cli::run(argc, argv);
  return adafuse::cli::finish_standard_output() ? status : 2;
}
