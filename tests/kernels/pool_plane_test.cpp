// Pooling plane by plane against the kernels that pool whole batches.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/pool2d.hpp>
#include <adafuse/kernels/pool_plane.hpp>

namespace pool_plane_test {

using namespace adafuse;
using kernels::Pool2dGeometry;

namespace {

/// Geometries that differ in all that they can differ in.
Pool2dGeometry random_geometry(const Key& key) {
  Pool2dGeometry g{};
  g.planes = 1;
  int draw = 0;
  const auto from_to = [&](Index first, Index last) {
    return first + key.integer(static_cast<std::uint64_t>(draw++), last - first + 1);
  };
  for (auto* side : {&g.height, &g.width}) {
    side->kernel = from_to(1, 4);
    side->stride = from_to(1, 3);
    side->padding = from_to(0, side->kernel / 2);
    side->in = from_to(side->kernel, 40);
    side->ceil_mode = from_to(0, 1) == 1;
  }
  g.count_include_pad = from_to(0, 1) == 1;
  return g;
}

}  // namespace

TEST_CASE_TEMPLATE("pool plane: the maximum and the mean of every window, for random geometries", T,
                   float, double) {
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-12;
  for (std::uint64_t number = 0; number < 200; ++number) {
    const auto g = random_geometry(Key(3).of(number));
    const auto x = Tensor<T>::randn({g.in_pixels()}, Key(number));
    std::vector<T> divisors, row(static_cast<std::size_t>(kernels::plane::room(g)), T(1e9));
    for (Index i = 0; i < g.height.out(); ++i)
      for (Index j = 0; j < g.width.out(); ++j)
        divisors.push_back(static_cast<T>(g.counted(g.height, i) * g.counted(g.width, j)));
    Tensor<T> expected({g.out_pixels()});
    auto y = Tensor<T>::full({g.out_pixels() + 1}, 7);  // The last number is beside the plane.
    const auto behind = y.begin() + g.out_pixels();
    CAPTURE(number);
    kernels::max_pool2d<T>(g, x.data(), expected.data(), nullptr);
    kernels::plane::pool<true>(g, divisors.data(), x.data(), y.data(), row.data());
    CHECK(std::equal(y.begin(), behind, expected.begin()));
    kernels::avg_pool2d<T>(g, x.data(), expected.data());
    kernels::plane::pool<false>(g, divisors.data(), x.data(), y.data(), row.data());
    double worst = 0;
    for (Index i = 0; i < expected.size(); ++i)
      worst = std::max(worst, std::abs(double{y.data()[i]} - double{expected.data()[i]}));
    CHECK(worst <= tolerance);
    CHECK(*behind == 7);
  }
}

TEST_CASE("pool plane: the sum and the maximum of any count of numbers") {
  const auto x = Tensor<float>::randn({100}, Key(1));
  for (const Index count : {1, 2, 15, 16, 17, 49, 100}) {
    double sum = 0;
    for (Index i = 0; i < count; ++i) sum += static_cast<double>(x(i));
    CHECK(std::abs(static_cast<double>(kernels::plane::reduce<false>(x.data(), count)) - sum) <
          1e-4);
    CHECK(kernels::plane::reduce<true>(x.data(), count) ==
          *std::max_element(x.data(), x.data() + count));
  }
}

TEST_CASE("pool plane: sums and maxima of as many planes as a vector has lanes") {
  const auto x = Tensor<float>::randn({Floats::width, 100}, Key(1));
  for (const Index count : {1, 2, 15, 16, 17, 49, 100}) {
    const float* planes[Floats::width];
    for (Index l = 0; l < Floats::width; ++l) planes[l] = x.data() + l * 100;
    float sums[Floats::width], maxima[Floats::width];
    kernels::plane::reduce<false>(planes, count).store(sums);
    kernels::plane::reduce<true>(planes, count).store(maxima);
    for (Index l = 0; l < Floats::width; ++l) {
      CHECK(sums[l] ==
            doctest::Approx(kernels::plane::reduce<false>(planes[l], count)).epsilon(1e-4));
      CHECK(maxima[l] == kernels::plane::reduce<true>(planes[l], count));
    }
  }
}

}  // namespace pool_plane_test
