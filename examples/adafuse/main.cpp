// adafuse: train, evaluate and describe adaptive video networks from the command line.
// SPDX-License-Identifier: MIT
#include <adafuse/io/in_quotes.hpp>
#include <iostream>

#include "command.hpp"

int main(int argc, char** argv) {
  using namespace adafuse;
  CLI::App app(
      "adafuse: video networks that decide, for every frame and every channel, whether to compute "
      "it,\n"
      "reuse the previous frame's, or skip it.\n\n"
      "  adafuse gestures --out data --train 2000 --val 1000\n"
      "  adafuse train --data data --fusion adafuse --stem-stride 2 --policy-hidden 64 --out run\n"
      "  adafuse eval --run run --data data\n",
      "adafuse");
  app.require_subcommand(1);
  cli::add_gestures(app);
  cli::add_train(app);
  cli::add_eval(app);
  cli::add_predict(app);
  cli::add_stream(app);
  cli::add_describe(app);
  cli::add_forward(app);
  cli::add_convert(app);
  cli::add_demo(app);
  for (CLI::App* command : app.get_subcommands({})) command->get_formatter()->column_width(32);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& mistake) {
    const auto unknown = app.remaining();  // a command that there isn't counts as one left out
    if (app.get_subcommands().empty() && !unknown.empty())
      std::cerr << "adafuse: there is no command " << io::in_single_quotes(unknown.front())
                << " (see --help)\n";
    else
      std::cerr << "adafuse: " << io::escaped(mistake.what()) << " (see --help)\n";
  } catch (const Error& mistake) {
    std::cerr << "adafuse: " << io::escaped(mistake.what()) << "\n";
  } catch (const std::exception& failure) {  // out of memory, a full disk: not the caller's words
    std::cerr << "adafuse: failed: " << failure.what() << "\n";
    return 1;
  }
  return 2;
}
