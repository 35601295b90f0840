// Normal numbers in bulk are the key's own.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/normal.hpp>
#include <vector>

namespace normal_test {

using namespace adafuse;

TEST_CASE_TEMPLATE("normal: a run is what the key gives at each position, to the last bit", T,
                   float, double) {
  const Key key(1);
  for (const auto& [first, count] :
       std::vector<std::pair<std::uint64_t, Index>>{{0, 0},
                                                    {3, 1},
                                                    {5, 64},
                                                    {0, 20000},
                                                    {std::uint64_t{1} << 32, 130},
                                                    {~std::uint64_t{0} - 9, 20}})
    for (const auto& [mean, stddev] :
         std::vector<std::pair<double, double>>{{0, 1}, {-3, 0.02}, {1e6, 1}, {2, 0}}) {
      std::vector<T> y(static_cast<std::size_t>(count) + 1, T{7});
      kernels::normal(key, first, count, mean, stddev, y.data());
      Index other = 0;
      for (Index i = 0; i < count; ++i) {
        const double z = key.normal(first + static_cast<std::uint64_t>(i));
        other += y[static_cast<std::size_t>(i)] != static_cast<T>(mean + rounded(stddev * z));
      }
      CAPTURE(first);
      CAPTURE(count);
      CHECK(other == 0);
      CHECK(y.back() == 7);
    }
}

}  // namespace normal_test
