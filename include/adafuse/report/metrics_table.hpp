// The table of a run's metrics.csv, each number as the file has it.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/parse_number.hpp>
#include <adafuse/core/shape.hpp>
#include <adafuse/io/in_quotes.hpp>
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::report::inline ADAFUSE_SIMD {

/// metrics.csv as texts.
struct MetricsTable {
  std::vector<std::string> columns;            ///< the headings
  std::vector<std::vector<std::string>> rows;  ///< [epoch][column]

  /// The number of a column; none where it is not there.
  std::optional<std::size_t> find(std::string_view column) const {
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns.begin());
  }
  /// The numbers of a column, times `factor`; empty where the file has no such column.
  std::vector<double> values(std::string_view column, double factor = 1) const {
    std::vector<double> numbers;
    const auto at = find(column);
    for (const auto& row : rows)
      if (at) numbers.push_back(factor * number_of(row[*at]));
    return numbers;
  }

  /// What is no number is NaN.
  static double number_of(std::string_view text) {
    return parse_number(text).value_or(std::nan(""));
  }
};

/// Reads a metrics.csv, or another table of numbers with a column `key`. Throws FormatError, naming
/// `name` and the line, for a row of another width, and for what is no finite number.
inline MetricsTable parse_metrics(std::string_view text, const std::string& name,
                                  std::string_view key = "epoch") {
  const auto fields = [](std::string_view line) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= line.size();) {
      const auto end = std::min(line.find(',', at), line.size());
      parts.emplace_back(line.substr(at, end - at));
      at = end + 1;
    }
    return parts;
  };
  MetricsTable table;
  for (int line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    auto parts = fields(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line == 1) {
      table.columns = std::move(parts);
      continue;
    }
    require<FormatError>(parts.size() == table.columns.size(), name, ":", line, ": expected ",
                         table.columns.size(), " columns, got ", parts.size());
    for (const auto& part : parts)
      require<FormatError>(std::isfinite(MetricsTable::number_of(part)), name, ":", line, ": ",
                           io::in_quotes(part), " is no number");
    table.rows.push_back(std::move(parts));
  }
  require<FormatError>(table.find(key).has_value(), name, ":1: expected a column ", key);
  return table;
}

}  // namespace adafuse::report::inline ADAFUSE_SIMD
