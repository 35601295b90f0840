// What the commands share: how each enters the program, and how options that make no sense together
// are refused.
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <adafuse/core/error.hpp>
#include <adafuse/core/parallel.hpp>
#include <adafuse/core/parse_number.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/io/image_options.hpp>
#include <adafuse/io/words.hpp>
#include <charconv>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>
#ifdef ADAFUSE_WEBP
#include <adafuse/io/webp.hpp>
#endif

namespace adafuse::cli {

/// Each adds its subcommand, which runs when it was named on the command line.
void add_gestures(CLI::App& app);
void add_data(CLI::App& app);
void add_train(CLI::App& app);
void add_sweep(CLI::App& app);
void add_find_rate(CLI::App& app);
void add_eval(CLI::App& app);
void add_probe(CLI::App& app);
void add_predict(CLI::App& app);
void add_stream(CLI::App& app);
void add_describe(CLI::App& app);
void add_forward(CLI::App& app);
void add_convert(CLI::App& app);
void add_demo(CLI::App& app);
void add_report(CLI::App& app);

/// Ends the program with this exit code; everything has been said.
struct ExitCode {
  int code;
};

/// Throws ValueError when one of these options was given although `reason` leaves it without
/// effect.
inline void refuse(const CLI::App& command, const std::vector<std::string>& options,
                   const std::string& reason) {
  for (const auto& name : options)
    require<ValueError>(command.count(name) == 0, name, " has no effect ", reason);
}

/// Throws ValueError when writing `output` would replace a file that is read, under whatever name.
inline void refuse_output_over(const std::string& output, const std::vector<std::string>& inputs) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (const auto& input : inputs)
    require<ValueError>(
        !fs::is_regular_file(output, error) || !fs::equivalent(output, input, error), output,
        ": is the same file as ", input, ", which is read");
}

/// What is read of each part of a value: of lists their elements.
template <class Value>
struct NumberOf {
  using type = Value;
};
template <class Element>
struct NumberOf<std::vector<Element>> {
  using type = Element;
};

/// What the check of an option is called that takes numbers.
inline constexpr const char* number_check = "number";

/// An option with a value. Of an enum it is a word, and another one is a ValueError. Numbers are
/// read whole: the parser alone takes "" for 0, -1 for a huge seed, and the nearest number that
/// fits for one that doesn't.
template <class Value>
CLI::Option* add_value(CLI::App& command, const std::string& name, Value& value,
                       const std::string& type, const std::string& text) {
  if constexpr (io::HasWords<Value>) {
    return command
        .add_option_function<std::string>(
            name, [&value](const std::string& word) { value = io::parse_word<Value>(word); }, text)
        ->type_name(type)
        ->default_str(io::word_of(value));
  } else {
    auto* option = command.add_option(name, value, text)->type_name(type);
    using Number = typename NumberOf<Value>::type;
    if constexpr (std::is_arithmetic_v<Number>)
      option->check(
          [](const std::string& given) {
            if constexpr (std::is_floating_point_v<Number>) {
              if (parse_number(given)) return std::string();
            } else {
              Number number;
              const auto [end, error] =
                  std::from_chars(given.data(), given.data() + given.size(), number);
              if (error == std::errc() && end == given.data() + given.size()) return std::string();
            }
            const char* kind = std::is_floating_point_v<Number> ? "a number"
                               : std::is_signed_v<Number>       ? "a whole number"
                                                          : "a whole number from 0 to 2^64 - 1";
            return concat("expects ", kind, ", got '", given, "'");
          },
          "", number_check);
    return option;
  }
}

/// --most-pixels: what a picture may claim before memory is taken for it. WebP is read where the
/// program was built with libwebp (ADAFUSE_WEBP).
inline void add_most_pixels(CLI::App& command, io::ImageOptions& pictures) {
#ifdef ADAFUSE_WEBP
  pictures.webp = io::decode_webp;
#endif
  add_value(command, "--most-pixels", pictures.most_pixels, "N",
            "pixels of a picture, or of all frames of a GIF; more are refused")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

/// --threads: how many threads work; everything comes out the same for any number.
inline void add_threads(CLI::App& command) {
  command
      .add_option_function<int>(
          "--threads", [](int threads) { set_num_threads(threads); },
          "threads that work (default: OMP_NUM_THREADS, or one a core)")
      ->type_name("T")
      ->check(CLI::Range(1, 1024), number_check);
}

}  // namespace adafuse::cli
