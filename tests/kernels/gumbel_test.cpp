// Gumbel noise in bulk against the numbers of the key, one by one.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/gumbel.hpp>
#include <adafuse/kernels/reference/gumbel.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace gumbel_test {

using namespace adafuse;
using namespace adafuse::kernels;

TEST_CASE("gumbel: a run of noise is what the key gives at each position") {
  const Key key(3);
  for (const Index count : {0, 1, 63, 64, 65, 1000}) {
    std::vector<double> noise(static_cast<std::size_t>(count + 1), 7);
    auto expected = noise;
    kernels::gumbel(key, 11, count, noise.data());
    reference::gumbel(key, 11, count, expected.data());
    for (std::size_t i = 0; i < noise.size(); ++i)
      CHECK(noise[i] == doctest::Approx(expected[i]).epsilon(1e-14));
    CHECK(noise.back() == 7);
  }
}

TEST_CASE("gumbel: in float the noise is the same number") {
  const Key key(4);
  std::vector<float> noise(20000), expected(20000);
  kernels::gumbel(key, 0, std::ssize(noise), noise.data());
  reference::gumbel(key, 0, std::ssize(noise), expected.data());
  CHECK(noise == expected);
}

TEST_CASE("gumbel: its logarithm holds from the smallest number to the largest") {
  const auto check = [](double x) {
    const double expected = std::log(x), got = kernels::detail::log_of_normal(x);
    CHECK(std::abs(got - expected) <= 4e-16 * std::abs(expected));
  };
  using Limits = std::numeric_limits<double>;
  for (const double x : {Limits::min(), Limits::max(), 0x1p-53, 1 - 0x1p-53, 1.0, 1 + 0x1p-52,
                         std::sqrt(0.5), std::nextafter(std::sqrt(0.5), 0.0), std::sqrt(2.0)})
    check(x);
  for (double x = 1e-300; x < 1e300; x *= 1.0917) check(x);
}

}  // namespace gumbel_test
