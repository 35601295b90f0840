// Boxes that are drawn, against those that torchvision draws (golden/transforms.py).
// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/io/safetensors.hpp>
#include <array>
#include <cmath>
#include <string>

namespace adafuse::data {

/// Top, left, height and width of `draw(key)` have the golden file's means and deviations of
/// `name`.
template <class Draw>
void check_moments(const std::string& name, const Draw& draw) {
  const auto golden = io::read_safetensors(ADAFUSE_TEST_DIR "/golden/transforms.safetensors");
  const auto mean = golden.get<double>(name + ".mean");
  const auto deviation = golden.get<double>(name + ".deviation");
  constexpr int draws = 20000;
  double sum[4] = {}, squares[4] = {};
  for (std::uint64_t k = 0; k < draws; ++k) {
    const std::array<Index, 4> values = draw(Key(k));
    for (std::size_t i = 0; i < 4; ++i) {
      const double value = static_cast<double>(values[i]);
      sum[i] += value, squares[i] += value * value;
    }
  }
  for (int i = 0; i < 4; ++i) {
    const double m = sum[i] / draws, d = std::sqrt(squares[i] / draws - m * m);
    CHECK(std::abs(m - mean(i)) < 6 * deviation(i) / std::sqrt(draws));
    CHECK(std::abs(d / deviation(i) - 1) < 0.03);
  }
}

}  // namespace adafuse::data
