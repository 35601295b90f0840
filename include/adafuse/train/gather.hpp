// What ranks tell each other beside gradients: numbers and texts of any length, each rank's own,
// known to all of them afterwards. They are few or seldom, so all of it goes by the one thing that
// Peers can do: everybody adds to zeros, in a place of one's own.
// SPDX-License-Identifier: MIT
#pragma once

#include <adafuse/core/error.hpp>
#include <adafuse/core/peers.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace adafuse::train::inline ADAFUSE_SIMD {

/// Replaces each number by its mean over the ranks.
inline void mean_over_ranks(const Peers& peers, std::span<double> values) {
  if (peers.size() == 1) return;
  peers.sum(values);
  for (double& value : values) value /= static_cast<double>(peers.size());
}

/// The numbers of all ranks, by rank; each may give another count. A call of all ranks. A zero
/// comes without its sign.
inline std::vector<std::vector<double>> gather_numbers(const Peers& peers,
                                                       std::span<const double> own) {
  const auto ranks = static_cast<std::size_t>(peers.size());
  const auto rank = static_cast<std::size_t>(peers.rank());
  std::vector<double> counts(ranks, 0.);
  counts[rank] = static_cast<double>(own.size());
  peers.sum(counts);
  std::size_t total = 0, first = 0;
  for (std::size_t r = 0; r < ranks; ++r) {
    if (r == rank) first = total;
    total += static_cast<std::size_t>(counts[r]);
  }
  std::vector<double> all(total, 0.);
  for (std::size_t i = 0; i < own.size(); ++i) all[first + i] = own[i];
  peers.sum(all);
  std::vector<std::vector<double>> result;
  std::size_t begin = 0;
  for (std::size_t r = 0; r < ranks; ++r) {
    const std::size_t end = begin + static_cast<std::size_t>(counts[r]);
    result.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(begin),
                        all.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  return result;
}

namespace detail {

inline constexpr std::size_t bytes_of_a_number = 6;  // A double holds whole numbers below 2^53.

/// The length, and the bytes by six.
inline std::vector<double> numbers_of_text(const std::string& text) {
  std::vector<double> numbers{static_cast<double>(text.size())};
  for (std::size_t i = 0; i < text.size(); i += bytes_of_a_number) {
    std::uint64_t packed = 0;
    for (std::size_t k = 0; k < bytes_of_a_number && i + k < text.size(); ++k)
      packed |= std::uint64_t{static_cast<unsigned char>(text[i + k])} << (8 * k);
    numbers.push_back(static_cast<double>(packed));
  }
  return numbers;
}

inline std::string text_of_numbers(std::span<const double> numbers) {
  std::string text(static_cast<std::size_t>(numbers[0]), '\0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto packed = static_cast<std::uint64_t>(numbers[1 + i / bytes_of_a_number]);
    text[i] = static_cast<char>(packed >> (8 * (i % bytes_of_a_number)) & 255);
  }
  return text;
}

}  // namespace detail

/// The texts of all ranks, by rank. A call of all ranks.
inline std::vector<std::string> gather_texts(const Peers& peers, const std::string& own) {
  std::vector<std::string> texts;
  for (const auto& numbers : gather_numbers(peers, detail::numbers_of_text(own)))
    texts.push_back(detail::text_of_numbers(numbers));
  return texts;
}

/// Rank 0's text; what others give does not count. A call of all ranks.
inline std::string text_of_first(const Peers& peers, const std::string& own) {
  if (peers.size() == 1) return own;
  const auto numbers = peers.rank() == 0 ? detail::numbers_of_text(own) : std::vector<double>();
  return detail::text_of_numbers(gather_numbers(peers, numbers).front());
}

}  // namespace adafuse::train::inline ADAFUSE_SIMD
