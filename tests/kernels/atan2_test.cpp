// Angles of points against the standard library in more digits.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/rng.hpp>
#include <adafuse/kernels/atan2.hpp>
#include <bit>
#include <limits>
#include <vector>

#include "exact_values.hpp"

namespace atan2_test {

using namespace adafuse;
using exact_values::units, exact_values::Wider;

namespace {

template <class T>
double off(T got, T y, T x) {
  return units(got, std::atan2(static_cast<Wider<T>>(y), static_cast<Wider<T>>(x)));
}

/// Points all around: near the axes, near the diagonals, and of all sizes.
template <class T>
struct Points {
  static constexpr Index count = 100000;
  Tensor<T> y{{count}}, x{{count}};

  Points() {
    Draws draws(Key(8));
    // One draw for each statement: the order within one is the compiler's.
    constexpr int most = std::numeric_limits<T>::max_exponent;
    const auto any_size = [&](int powers) {
      const int power = static_cast<int>(draws.integer(2 * powers)) - powers;
      return std::ldexp(draws.uniform(0.5, 1), power);
    };
    for (Index i = 0; i < count; ++i) {
      const double u = draws.uniform(0, 1), v = draws.uniform(0, 1), near = draws.uniform(0.9, 1.1);
      const double size = any_size(most), other = any_size(most), factor = any_size(30);
      const double pairs[4][2] = {{u, v}, {size, other}, {size, size * factor}, {1, near}};
      const double* const pair = pairs[i % 4];
      y(i) = static_cast<T>(i & 4 ? -pair[0] : pair[0]);
      x(i) = static_cast<T>(i & 8 ? -pair[1] : pair[1]);
    }
  }
};

/// FNV-1a of the bits of all numbers.
template <class T>
std::uint64_t hash(const Tensor<T>& numbers) {
  using Bits = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const T v : numbers) h = (h ^ std::bit_cast<Bits>(v)) * 0x100000001b3u;
  return h;
}

}  // namespace

TEST_CASE_TEMPLATE("atan2: within one unit in the last place", T, float, double) {
  const Points<T> points;
  const auto z = kernels::atan2(points.y, points.x);
  double worst = 0;
  for (Index i = 0; i < z.size(); ++i) worst = std::max(worst, off(z(i), points.y(i), points.x(i)));
  CHECK(worst <= (std::is_same_v<T, float> ? 0.6 : 1));
}

TEST_CASE_TEMPLATE("atan2: special cases are the standard library's", T, float, double) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> all = {0,
                        Limits::infinity(),
                        Limits::quiet_NaN(),
                        Limits::denorm_min(),
                        3 * Limits::denorm_min(),
                        Limits::min(),
                        Limits::epsilon(),
                        T{0.41421356f},
                        T{0.5},
                        std::nextafter(T{1}, T{0}),
                        1,
                        std::nextafter(T{1}, T{2}),
                        2,
                        1e8f,
                        Limits::max() / 2,
                        Limits::max()};
  for (std::size_t i = all.size(); i-- > 0;) all.push_back(-all[i]);
  const auto n = static_cast<Index>(all.size());
  Tensor<T> y({n, 1}), x({n});
  for (Index i = 0; i < n; ++i) y(i, 0) = x(i) = all[static_cast<std::size_t>(i)];
  const auto z = kernels::atan2(y, x);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      const T got = z(i, j), expected = std::atan2(y(i, 0), x(j));
      CAPTURE(y(i, 0));
      CAPTURE(x(j));
      CAPTURE(got);
      CHECK(off(got, y(i, 0), x(j)) <= 1);
      CHECK(std::isnan(got) == std::isnan(expected));
      if (!std::isnan(got)) CHECK(std::signbit(got) == std::signbit(expected));
    }
}

TEST_CASE("atan2: the bits are the same on every vector path and from every compiler") {
  const Points<float> floats;
  CHECK(hash(floats.y) == 0x899f8cf6e437c022u);
  CHECK(hash(kernels::atan2(floats.y, floats.x)) == 0xce22d44ca6a685d1u);
  const Points<double> doubles;
  CHECK(hash(doubles.y) == 0x8fb65c7e0689feabu);
  CHECK(hash(kernels::atan2(doubles.y, doubles.x)) == 0xe429fcad315ab79fu);
}

TEST_CASE("atan2: a value depends on its arguments alone, and operands stretch") {
  Tensor<float> y({37, 41}), x({41});
  for (Index i = 0; i < 37; ++i)
    for (Index j = 0; j < 41; ++j) y(i, j) = 0.1f * static_cast<float>(j - 20);
  for (Index j = 0; j < 41; ++j) x(j) = 0.3f * static_cast<float>(j % 7) - 0.8f;
  const auto z = kernels::atan2(y, x);
  for (Index i = 1; i < 37; ++i)
    for (Index j = 0; j < 41; ++j) REQUIRE(z(i, j) == z(0, j));
  for (Index j = 0; j < 41; ++j) {
    const auto one = Tensor<float>::scalar(x(j));
    CHECK(kernels::atan2(y, one)(5, j) ==
          kernels::atan2(Tensor<float>::scalar(y(0, j)), one).item());
    CHECK(kernels::atan2(one, x)(j) == kernels::atan2(one, Tensor<float>::scalar(x(j))).item());
  }
  CHECK(kernels::atan2(Tensor<float>({0, 3}), Tensor<float>({3})).size() == 0);
}

}  // namespace atan2_test
