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

TEST_CASE(
    "kaiming_normal: the deviation is sqrt(2 / fan), the fan in as in PyTorch or the fan out") {
  const Shape shape{64, 10, 3, 5};
  CHECK(deviation_of(nn::kaiming_normal<double>(shape, Key(2))) ==
        doctest::Approx(std::sqrt(2.0 / (10 * 3 * 5))).epsilon(0.02));
  CHECK(deviation_of(nn::kaiming_normal<double>(shape, Key(2), {.fan = nn::Fan::out})) ==
        doctest::Approx(std::sqrt(2.0 / (64 * 3 * 5))).epsilon(0.02));
  CHECK(deviation_of(nn::kaiming_normal<double>(shape, Key(2), {.slope = std::sqrt(3.0)})) ==
        doctest::Approx(std::sqrt(0.5 / (10 * 3 * 5))).epsilon(0.02));
  CHECK(deviation_of(nn::kaiming_normal<double>(shape, Key(2), {.gain = 3})) ==
        doctest::Approx(std::sqrt(9.0 / (10 * 3 * 5))).epsilon(0.02));
  CHECK_THROWS_AS(nn::kaiming_normal<double>({5}, Key(2)), ShapeError);
}

TEST_CASE("xavier: both fans, a gain, and of a uniform the same deviation as of a normal") {
  const double expected = 3 * std::sqrt(2.0 / (60 * 6 + 40 * 6));
  const auto normal = nn::xavier_normal<double>({60, 40, 2, 3}, Key(3), {.gain = 3});
  const auto uniform = nn::xavier_uniform<double>({60, 40, 2, 3}, Key(4), {.gain = 3});
  CHECK(deviation_of(normal) == doctest::Approx(expected).epsilon(0.02));
  CHECK(deviation_of(uniform) == doctest::Approx(expected).epsilon(0.02));
  const auto [low, high] = std::minmax_element(uniform.begin(), uniform.end());
  CHECK(*low >= -std::sqrt(3) * expected);
  CHECK(*high <= std::sqrt(3) * expected);
}

TEST_CASE("kaiming_uniform: the deviation of kaiming_normal") {
  const auto w = nn::kaiming_uniform<double>({100, 60}, Key(5));
  CHECK(deviation_of(w) == doctest::Approx(std::sqrt(2.0 / 60)).epsilon(0.02));
}

TEST_CASE("calculate_gain: PyTorch's table") {
  using nn::Nonlinearity;
  CHECK(nn::calculate_gain(Nonlinearity::linear) == 1);
  CHECK(nn::calculate_gain(Nonlinearity::sigmoid) == 1);
  CHECK(nn::calculate_gain(Nonlinearity::tanh) == 5.0 / 3);
  CHECK(nn::calculate_gain(Nonlinearity::relu) == std::sqrt(2.0));
  CHECK(nn::calculate_gain(Nonlinearity::leaky_relu, 1) == 1);
  CHECK(nn::calculate_gain(Nonlinearity::selu) == 0.75);
}

TEST_CASE(
    "orthogonal: rows or columns, whichever are fewer, are orthogonal and as long as the gain") {
  for (const Shape& shape : {Shape{5, 12}, Shape{12, 5}, Shape{6, 2, 3}, Shape{4, 2, 2, 3}}) {
    CAPTURE(shape);
    const auto w = nn::orthogonal<double>(shape, Key(6), {.gain = 2});
    const Index out = shape[0], rest = w.size() / out;
    const auto m = w.reshape({out, rest});
    for (Index a = 0; a < std::min(out, rest); ++a)
      for (Index b = 0; b < std::min(out, rest); ++b) {
        double product = 0;
        for (Index i = 0; i < std::max(out, rest); ++i)
          product += out <= rest ? m(a, i) * m(b, i) : m(i, a) * m(i, b);
        CHECK(product == doctest::Approx(a == b ? 4 : 0).epsilon(1e-13));
      }
  }
  CHECK_THROWS_AS(nn::orthogonal<double>({5}, Key(6)), ShapeError);
  CHECK(nn::orthogonal<double>({0, 5}, Key(6)).size() == 0);
}

TEST_CASE("truncated_normal: stays inside, with the mean and deviation of what is left") {
  // Of the standard normal within [a, b], with density p and share Z = P(b) - P(a), the mean is
  // (p(a) - p(b)) / Z and the variance 1 + (a p(a) - b p(b)) / Z - mean^2.
  const auto p = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); };
  const auto share = [](double x) { return std::erf(x / std::numbers::sqrt2) / 2; };
  const std::pair<double, double> intervals[] = {{-2, 2}, {0.5, 1}, {1, 3}, {-6, -2}};
  for (const auto& interval : intervals) {
    const double a = interval.first, b = interval.second;
    CAPTURE(a);
    const double z = share(b) - share(a), mean = (p(a) - p(b)) / z;
    const double variance = 1 + (a * p(a) - b * p(b)) / z - mean * mean;
    const auto w = nn::truncated_normal<double>(
        {20000}, Key(7), {.mean = 10, .stddev = 3, .low = 10 + 3 * a, .high = 10 + 3 * b});
    const auto [low, high] = std::minmax_element(w.begin(), w.end());
    CHECK(*low >= 10 + 3 * a);
    CHECK(*high <= 10 + 3 * b);
    CHECK(std::abs(mean_of(w) - (10 + 3 * mean)) < 4 * 3 * std::sqrt(variance / 20000));
    CHECK(deviation_of(w) / (3 * std::sqrt(variance)) == doctest::Approx(1).epsilon(0.03));
  }
  const auto far = nn::truncated_normal<double>({100}, Key(8), {.low = 20, .high = 1e9});
  for (const double x : far) CHECK((20 <= x && x < 23));
  CHECK_THROWS_AS(nn::truncated_normal<double>({2}, Key(8), {.low = 1, .high = 1}), ValueError);
  CHECK_THROWS_AS(nn::truncated_normal<double>({2}, Key(8), {.stddev = 0}), ValueError);
}

TEST_CASE("initialisers: nothing is drawn where weights are not") {
  const nn::StartGuard guard(nn::Start::shapes_only);
  CHECK(nn::orthogonal<float>({1 << 20, 1 << 20}, Key(1)).shape() == Shape{1 << 20, 1 << 20});
  CHECK(nn::truncated_normal<float>({1 << 30, 8}, Key(1)).rank() == 2);
  CHECK(nn::xavier_normal<float>({1 << 30, 8}, Key(1)).rank() == 2);
  CHECK(nn::kaiming_uniform<float>({1 << 30, 8}, Key(1)).rank() == 2);
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
