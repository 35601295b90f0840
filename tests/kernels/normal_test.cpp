// Normal numbers in bulk are the key's own.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/normal.hpp>
#include <cmath>
#include <cstring>
#include <vector>

namespace normal_test {

using namespace adafuse;

TEST_CASE_TEMPLATE("normal: a run is what the key gives at each position, to the last bit", T,
                   float, double) {
  const Key key(1);
  for (const auto& run : std::vector<std::pair<std::uint64_t, Index>>{{0, 0},
                                                                      {3, 1},
                                                                      {5, 64},
                                                                      {0, 20000},
                                                                      {std::uint64_t{1} << 32, 130},
                                                                      {~std::uint64_t{0} - 9, 20}})
    for (const auto& [mean, stddev] :
         std::vector<std::pair<double, double>>{{0, 1}, {-3, 0.02}, {1e6, 1}, {2, 0}}) {
      const auto first = run.first;
      const Index count = run.second;
      std::vector<T> y(static_cast<std::size_t>(count) + 1, T{7});
      kernels::normal(key, first, count, mean, stddev, y.data());
      Index other = 0;
      for (Index i = 0; i < count; ++i) {
        const double z = key.normal(first + static_cast<std::uint64_t>(i));
        other += y[static_cast<std::size_t>(i)] != static_cast<T>(mean + rounded(stddev * z));
      }
      CAPTURE(run.first);
      CAPTURE(run.second);
      CHECK(other == 0);
      CHECK(y.back() == 7);
    }
}

TEST_CASE("normal: what is drawn in vectors is nearer to the key's number than normal_error") {
  constexpr Index lanes = 64;
  const Key key(2);
  double worst = 0;
  for (Index i = 0; i < 400000; i += lanes) {
    std::uint64_t bits[lanes];
    kernels::detail::random_bits<lanes>(key, static_cast<std::uint64_t>(i), bits);
    for (Index k = 0; k < lanes; k += kernels::Doubles::width) {
      kernels::Doubles::Words words;
      std::memcpy(&words, bits + k, sizeof words);
      double z[kernels::Doubles::width];
      kernels::vectors::normal_of_words(words).store(z);
      for (Index j = 0; j < kernels::Doubles::width; ++j) {
        const double exact = key.normal(static_cast<std::uint64_t>(i + k + j));
        worst = std::max(worst, std::abs(z[j] / exact - 1));
      }
    }
  }
  CHECK(worst < kernels::vectors::normal_error / 2);
}

TEST_CASE("normal: two million floats are the key's own, those between two floats drawn again") {
  const Key key(3);
  const Index count = 2000000;
  std::vector<float> y(static_cast<std::size_t>(count));
  kernels::normal(key, 0, count, 0, 1, y.data());
  Index other = 0;
  for (Index i = 0; i < count; ++i)
    other += y[static_cast<std::size_t>(i)] !=
             static_cast<float>(key.normal(static_cast<std::uint64_t>(i)));
  CHECK(other == 0);
}

}  // namespace normal_test
