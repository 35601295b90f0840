// Where weights start: bounds and deviations.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/nn/init.hpp>

namespace init_test {

using namespace adafuse;

namespace {

double mean_of(const Tensor<double>& x) {
  double sum = 0;
  for (double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

double deviation_of(const Tensor<double>& x) {
  const double mean = mean_of(x);
  double squares = 0;
  for (double v : x) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / static_cast<double>(x.size()));
}

}  // namespace

TEST_CASE("normal_init: mean 0 and the deviation asked for") {
  const auto w = nn::normal_init<double>({100, 100}, 0.001, Key(1));
  CHECK(std::abs(mean_of(w)) < 4 * 0.001 / 100);
  CHECK(deviation_of(w) / 0.001 == doctest::Approx(1).epsilon(0.02));
}

TEST_CASE("kaiming_normal: the deviation is sqrt(2 / fan_out), fan_out = out kh kw") {
  const auto w = nn::kaiming_normal<double>({64, 10, 3, 5}, Key(2));
  CHECK(deviation_of(w) / std::sqrt(2.0 / (64 * 3 * 5)) == doctest::Approx(1).epsilon(0.02));
}

TEST_CASE("fan_in_uniform: fills the interval up to 1 / sqrt(fan_in)") {
  const auto w = nn::fan_in_uniform<double>({50, 16}, 16, Key(3));
  const auto [low, high] = std::minmax_element(w.begin(), w.end());
  CHECK(*low >= -0.25);
  CHECK(*low < -0.24);
  CHECK(*high <= 0.25);
  CHECK(*high > 0.24);
}

}  // namespace init_test
