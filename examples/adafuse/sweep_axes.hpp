// What a sweep goes over, lambdas and seeds, as the command line says them.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/shape.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace adafuse::cli {

/// The shortest text that is this number, and the name of its runs.
inline std::string lambda_text(double lambda) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, lambda).ptr;
  return std::string(text, end);
}

/// Throws ValueError for what is no weight, and for one that is there twice.
inline std::vector<std::string> lambda_texts(const std::vector<double>& lambdas) {
  std::vector<std::string> texts;
  std::set<double> seen;
  require<ValueError>(!lambdas.empty(), "--lambdas: expects numbers from 0, as in 0,0.5,1");
  for (const double lambda : lambdas) {
    require<ValueError>(lambda >= 0 && std::isfinite(lambda),
                        "--lambdas: expects numbers from 0, got ", lambda);
    require<ValueError>(seen.insert(lambda).second, "--lambdas: ", lambda, " is there twice");
    texts.push_back(lambda_text(lambda + 0.0));  // -0 is 0
  }
  return texts;
}

/// Reads parts like "3" and "0..4", both ends included. Throws ValueError for others, for a seed
/// that is there twice and for more than a thousand.
inline std::vector<std::uint64_t> parse_seeds(const std::vector<std::string>& parts) {
  constexpr std::size_t most = 1000;
  std::vector<std::uint64_t> seeds;
  std::set<std::uint64_t> seen;
  for (const auto& part : parts) {
    const auto number = [&part](std::string_view text) {
      std::uint64_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      require<ValueError>(error == std::errc() && end == text.data() + text.size(),
                          "--seeds: expects whole numbers from 0 or ranges, as in 0..4, got '",
                          part, "'");
      return value;
    };
    const auto dots = part.find("..");
    const auto first = number(std::string_view(part).substr(0, dots));
    const auto last = dots == part.npos ? first : number(std::string_view(part).substr(dots + 2));
    require<ValueError>(first <= last, "--seeds: the range ", part, " is empty");
    require<ValueError>(last - first < most && seeds.size() + (last - first) < most,
                        "--seeds: at most ", most);
    for (auto seed = first;; ++seed) {
      require<ValueError>(seen.insert(seed).second, "--seeds: ", seed, " is there twice");
      seeds.push_back(seed);
      if (seed == last) break;
    }
  }
  require<ValueError>(!seeds.empty(), "--seeds: expects whole numbers from 0 or ranges");
  return seeds;
}

}  // namespace adafuse::cli
