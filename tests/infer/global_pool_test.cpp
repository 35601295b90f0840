// One number for each map.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/infer/fold/global_pool.hpp>

namespace global_pool_test {

using namespace adafuse;
using namespace adafuse::infer;

TEST_CASE_TEMPLATE(
    "global pool: mean and maximum of maps of any size, zero for those that do not exist", T, float,
    double) {
  constexpr Index channels = 37;
  for (const Index pixels : {1, 15, 16, 49, 200, 3000}) {
    const auto x = Tensor<T>::randn({2, channels, pixels}, Key(1));
    LiveLists live(2, channels);
    live.set(0, [](Index c) { return c % 3 != 1; });
    live.set(1, [](Index) { return true; });
    auto mean = Tensor<T>::full({2, channels}, -99), largest = mean.clone();
    global_pool(false, 2, channels, pixels, x.data(), live.frames(), mean.data());
    global_pool(true, 2, channels, pixels, x.data(), live.frames(), largest.data());
    double worst = 0;
    for (Index f = 0; f < 2; ++f)
      for (Index c = 0; c < channels; ++c) {
        const auto map = x[f][c];
        double sum = 0;
        for (const T value : map) sum += static_cast<double>(value);
        const bool exists = f == 1 || c % 3 != 1;
        const double expected = exists ? sum / static_cast<double>(pixels) : 0;
        worst = std::max(worst, std::abs(static_cast<double>(mean(f, c)) - expected));
        CHECK(largest(f, c) == (exists ? *std::max_element(map.begin(), map.end()) : T{0}));
      }
    CHECK(worst < (std::is_same_v<T, float> ? 1e-6 : 1e-14));
  }
}

TEST_CASE("global pool: the mean of a million pixels keeps its digits") {
  const Index pixels = 1000000;
  const auto x = Tensor<float>::full({2, pixels}, 0.1f);
  Tensor<float> v({2});
  global_pool(false, 1, 2, pixels, x.data(), {}, v.data());
  for (const float mean : v) CHECK(mean == 0.1f);
}

}  // namespace global_pool_test
