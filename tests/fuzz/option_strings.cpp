// Values of options on the command line: words that name something, shares, sizes; and lines of
// options that describe a network.
// SPDX-License-Identifier: MIT
#include <adafuse/train/config.hpp>

#include "consensus_option.hpp"
#include "model_options.hpp"
#include "target.hpp"

namespace {

/// The options, one a line, as `adafuse describe` takes them. The parser's own errors are the
/// command line's: they end the program with a line and exit code 2.
void parse_line(const std::string& text) {
  CLI::App app("fuzz", "fuzz");
  adafuse::cli::ModelOptions options;
  options.add_to(app);
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(words);
    adafuse::models::check(options.config());
  } catch (const CLI::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace adafuse;
  const std::string text(fuzz::view(data, size));
  fuzz::value_or_error([&] { train::parse_policy(text); });
  fuzz::value_or_error([&] { io::parse_word<CostKind>(text); });
  fuzz::value_or_error([&] { io::parse_word<Estimator>(text); });
  fuzz::value_or_error([&] { models::parse_fusion(text); });
  fuzz::value_or_error([&] { cli::parse_consensus(text); });
  return fuzz::value_or_error([&] { parse_line(text); });
}
