// One number for each map.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/infer/global_pool.hpp>

namespace global_pool_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE("global pool: mean and maximum of maps of any size, zero for those that do not exist") {
  for (const Index pixels : {1, 15, 16, 49, 200}) {
    const auto x = Tensor<double>::randn({2, 3, pixels}, Key(1));
    LiveLists live(2, 3);
    live.set(0, [](Index c) { return c != 1; });
    live.set(1, [](Index) { return true; });
    Tensor<double> mean({2, 3}), largest({2, 3});
    global_pool(false, 2, 3, pixels, x.data(), live.frames(), mean.data());
    global_pool(true, 2, 3, pixels, x.data(), live.frames(), largest.data());
    for (Index f = 0; f < 2; ++f)
      for (Index c = 0; c < 3; ++c) {
        const auto map = x[f][c];
        double sum = 0;
        for (const double value : map) sum += value;
        const bool exists = f == 1 || c != 1;
        CHECK(mean(f, c) ==
              doctest::Approx(exists ? sum / static_cast<double>(pixels) : 0.0).epsilon(1e-12));
        CHECK(largest(f, c) == (exists ? *std::max_element(map.begin(), map.end()) : 0.0));
      }
  }
}

}  // namespace global_pool_test
