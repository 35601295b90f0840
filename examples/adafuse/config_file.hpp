// --config: an experiment as a file. Its keys are the long names of options without dashes:
//   {"data": "films", "fusion": "adafuse", "epochs": 24, "flip": true, "freeze": ["layer1"]}
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/json.hpp>

#include "command.hpp"
#include "nearest_name.hpp"

namespace adafuse::cli {

namespace detail {

inline bool takes_numbers(CLI::Option& option) {
  try {
    return option.get_validator(number_check) != nullptr;
  } catch (const CLI::OptionNotFound&) {
    return false;
  }
}

/// A part of an option's value as the command line would have it. Throws FormatError for a JSON
/// value of another kind.
inline std::string text_of(CLI::Option& option, const io::Json& value, const std::string& where) {
  const bool numbers = takes_numbers(option), list = option.get_delimiter() != '\0';
  const bool fits = value.is_string() ? !numbers : value.is_number() && (numbers || list);
  require<FormatError>(fits, where, ": expects ", numbers ? "a number" : "a text",
                       list ? ", or a list of them" : "", ", got ", io::json_quote(value));
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Gives an option the value of the file.
inline void take(CLI::Option& option, const io::Json& value, const std::string& where) {
  if (option.get_items_expected() == 0) {  // a flag
    require<FormatError>(value.is_boolean(), where, ": expects true or false, got ",
                         io::json_quote(value));
    if (!value.get<bool>()) return;
    option.add_result("true");
  } else if (value.is_array() && option.get_delimiter() != '\0') {
    for (const auto& part : value) option.add_result(text_of(option, part, where));
  } else {
    option.add_result(text_of(option, value, where));
  }
  if (option.count() > 0) option.run_callback();
}

/// What a file may say: all options but those that are about this one call of the program.
inline std::vector<std::string> keys_of(const CLI::App& command) {
  std::vector<std::string> keys;
  for (const CLI::Option* option : command.get_options()) {
    const auto name = option->get_name();
    if (name.starts_with("--") && name != "--help" && name != "--config" && name != "--resume")
      keys.push_back(name.substr(2));
  }
  return keys;
}

}  // namespace detail

/// Gives options that the command line left open what the file says, and passes over the keys that
/// are none of this command. Throws IoError, and
/// FormatError, naming file and key, for a key that is no option and a value that it does not take.
inline void take_config(CLI::App& command, const std::string& file,
                        const std::vector<std::string>& passed_over) {
  const auto json = io::read_json(file);
  require<FormatError>(json.is_object(), file, ": expected an object, got ", json.type_name());
  const auto keys = detail::keys_of(command);
  for (const auto& [key, value] : json.items()) {
    if (std::find(passed_over.begin(), passed_over.end(), key) != passed_over.end()) continue;
    const auto where = concat(file, ": ", io::in_quotes(key));
    require<FormatError>(std::find(keys.begin(), keys.end(), key) != keys.end(), where,
                         " is no option of ", command.get_name(), did_you_mean({key}, keys));
    auto* option = command.get_option("--" + key);
    if (option->count() > 0) continue;
    try {
      detail::take(*option, value, where);
    } catch (const CLI::ParseError& mistake) {
      throw FormatError(concat(file, ": ", mistake.what()));
    } catch (const ValueError& mistake) {
      throw FormatError(concat(file, ": ", mistake.what()));
    }
  }
}

/// --config. A file that other commands take too may hold the keys `passed_over`.
inline void add_config(CLI::App& command, const std::vector<std::string>& passed_over = {}) {
  command
      .add_option_function<std::string>(
          "--config",
          [&command, passed_over](const std::string& file) {
            const auto* resume = command.get_option_no_throw("--resume");
            if (resume != nullptr && resume->count() > 0) return;  // which refuses --config
            take_config(command, file, passed_over);
          },
          "options as a JSON object, {\"epochs\": 24, \"flip\": true}; those of the command line "
          "win")
      ->type_name("FILE");
}

}  // namespace adafuse::cli
