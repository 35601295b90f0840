// What a run's files hold of names is JSON, so UTF-8. Names that are not are refused before
// anything is written.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/io/in_quotes.hpp>
#include <adafuse/io/json.hpp>

#include "command.hpp"

namespace adafuse::cli {

/// Throws ValueError for text that is not UTF-8; `what` is what the error calls it.
inline void require_utf8(const std::string& text, const std::string& what) {
  try {
    io::json_text(io::Json(text));
  } catch (const ValueError&) {
    throw ValueError(concat(what, ": expected a name in UTF-8, got ", io::in_quotes(text)));
  }
}

/// Of the options that were given, all but `--out`, and of the classes.
inline void require_utf8_names(const CLI::App& command, const std::vector<std::string>& classes) {
  for (const CLI::Option* option : command.get_options())
    if (option->get_name() != "--out")
      for (const auto& value : option->results()) require_utf8(value, option->get_name());
  for (const auto& name : classes) require_utf8(name, "class");
}

}  // namespace adafuse::cli
