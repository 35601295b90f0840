// The poolings against their naive twins, on random geometries.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/pool2d.hpp>
#include <adafuse/kernels/reference/pool2d.hpp>

namespace pool2d_test {

using namespace adafuse;
using namespace adafuse::kernels;

namespace {

PoolAxis random_axis(Draws& draw, bool ceil_mode) {
  PoolAxis axis{.ceil_mode = ceil_mode};
  do {
    axis.kernel = 1 + draw.integer(5), axis.stride = 1 + draw.integer(4);
    axis.padding = draw.integer(axis.kernel / 2 + 1), axis.in = 1 + draw.integer(23);
  } while (axis.out() < 1);
  return axis;
}

Pool2dGeometry random_geometry(Draws& draw) {
  const bool ceil_mode = draw.chance(0.5);
  return {.planes = 1 + draw.integer(6),
          .height = random_axis(draw, ceil_mode),
          .width = random_axis(draw, ceil_mode),
          .count_include_pad = draw.chance(0.5)};
}

template <class T>
Tensor<T> input_of(const Pool2dGeometry& g, Key key) {
  return Tensor<T>::randn({g.planes, g.height.in, g.width.in}, key);
}
template <class T>
Tensor<T> output_of(const Pool2dGeometry& g) {
  return Tensor<T>::full({g.planes, g.height.out(), g.width.out()}, T{7});
}

template <class T>
double difference(const Tensor<T>& a, const Tensor<T>& b) {
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) {
    const double d = std::abs(double(a.data()[i]) - double(b.data()[i]));
    if (!(d <= largest)) largest = d;
  }
  return largest;
}

}  // namespace

TEST_CASE_TEMPLATE("max_pool2d: values and positions are those of the naive loops", T, float,
                   double) {
  Draws draw{Key(1)};
  for (int round = 0; round < 100; ++round) {
    const auto g = random_geometry(draw);
    auto x = input_of<T>(g, Key(2).of(static_cast<std::uint64_t>(round)));
    if (round % 2)  // few values, so that many maxima are reached more than once
      for (T& v : x) v = std::round(v);
    if (round % 5 == 0)
      for (T& v : x)
        if (v > 1.5) v = std::numeric_limits<T>::quiet_NaN();
    if (round % 7 == 0)
      for (T& v : x)
        if (v < 0.5) v = -std::numeric_limits<T>::infinity();
    auto y = output_of<T>(g), expected = output_of<T>(g), alone = output_of<T>(g);
    auto at = output_of<std::int32_t>(g), expected_at = output_of<std::int32_t>(g);
    max_pool2d(g, x.data(), y.data(), at.data());
    max_pool2d(g, x.data(), alone.data(), nullptr);
    reference::max_pool2d(g, x.data(), expected.data(), expected_at.data());
    CAPTURE(round);
    for (Index i = 0; i < y.size(); ++i) {
      const bool both_nan = y.data()[i] != y.data()[i] && expected.data()[i] != expected.data()[i];
      REQUIRE((both_nan || y.data()[i] == expected.data()[i]));
      REQUIRE((alone.data()[i] != alone.data()[i] || alone.data()[i] == y.data()[i]));
      REQUIRE(at.data()[i] == expected_at.data()[i]);
    }
  }
}

TEST_CASE("max_pool2d: the first of several maxima is chosen, and a NaN wins") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Pool2dGeometry g{.planes = 1, .height = {2, 2, 2}, .width = {4, 2, 2}};
  const std::vector<float> x = {1, 3, 2, nan,  //
                                3, 0, 9, 4};
  std::vector<float> y(2);
  std::vector<std::int32_t> at(2);
  max_pool2d(g, x.data(), y.data(), at.data());
  CHECK(y[0] == 3);
  CHECK(at[0] == 1);
  CHECK(std::isnan(y[1]));
  CHECK(at[1] == 3);
}

TEST_CASE("gather_pixels and scatter_pixels are each other's transpose") {
  Draws draw{Key(3)};
  const Index planes = 5, in = 12, out = 30;
  const auto x = Tensor<double>::randn({planes, in}, Key(4));
  const auto y = Tensor<double>::randn({planes, out}, Key(5));
  Tensor<std::int32_t> at({planes, out});
  for (auto& position : at) position = static_cast<std::int32_t>(draw.integer(in));
  Tensor<double> gathered({planes, out}), scattered({planes, in});
  gather_pixels(planes, in, out, x.data(), at.data(), gathered.data());
  scatter_pixels(planes, in, out, y.data(), at.data(), scattered.data());
  double left = 0, right = 0;
  for (Index i = 0; i < y.size(); ++i) left += y.data()[i] * gathered.data()[i];
  for (Index i = 0; i < x.size(); ++i) right += x.data()[i] * scattered.data()[i];
  CHECK(left == doctest::Approx(right));
  CHECK(gathered(2, 7) == x(2, at(2, 7)));
}

TEST_CASE_TEMPLATE("avg_pool2d: both ways as the naive loops", T, float, double) {
  const double tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-14;
  Draws draw{Key(6)};
  for (int round = 0; round < 100; ++round) {
    const auto g = random_geometry(draw);
    const Key key = Key(7).of(static_cast<std::uint64_t>(round));
    const auto x = input_of<T>(g, key.of("x"));
    auto y = output_of<T>(g), expected = output_of<T>(g);
    avg_pool2d(g, x.data(), y.data());
    reference::avg_pool2d(g, x.data(), expected.data());
    CAPTURE(round);
    CHECK(difference(y, expected) < tolerance);

    const auto dy = Tensor<T>::randn(y.shape(), key.of("dy"));
    auto dx = x.clone(), dx_expected = x.clone();
    avg_pool2d_backward(g, dy.data(), dx.data());
    reference::avg_pool2d_backward(g, dy.data(), dx_expected.data());
    CHECK(difference(dx, dx_expected) < tolerance);
  }
}

TEST_CASE("avg_pool2d: padding counts as zeros, what lies beyond it never") {
  // Windows of 3 at -1, 1, 3; the last reaches one beyond the padding.
  Pool2dGeometry g{
      .planes = 1, .height = {1, 1, 1}, .width = {4, 3, 2, 1, true}, .count_include_pad = true};
  const std::vector<double> x = {3, 6, 12, 30};
  std::vector<double> y(3);
  avg_pool2d(g, x.data(), y.data());
  CHECK(y == std::vector<double>{9. / 3, 48. / 3, 30. / 2});
  g.count_include_pad = false;
  avg_pool2d(g, x.data(), y.data());
  CHECK(y == std::vector<double>{9. / 2, 48. / 3, 30. / 1});
}

TEST_CASE("avg_pool2d: the mean of a million pixels keeps its digits") {
  const Pool2dGeometry g{.planes = 1, .height = {1025, 1024, 1}, .width = {1024, 1024, 1}};
  const auto x = Tensor<float>::full({1025, 1024}, 0.1f);
  std::vector<float> y(2);
  avg_pool2d(g, x.data(), y.data());
  for (const float v : y) CHECK(std::abs(v / 0.1f - 1) < 3e-5);
}

}  // namespace pool2d_test
