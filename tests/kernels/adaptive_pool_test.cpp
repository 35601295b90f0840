// The largest of windows of any sizes, against the naive twin.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/tensor.hpp>
#include <adafuse/kernels/reference/adaptive_pool.hpp>
#include <cmath>

namespace adaptive_pool_kernel_test {

using namespace adafuse;

namespace {

/// Windows that overlap where out does not divide in.
std::vector<kernels::PoolWindow> windows(Index in, Index out) {
  std::vector<kernels::PoolWindow> result;
  for (Index i = 0; i < out; ++i) result.push_back({i * in / out, ((i + 1) * in + out - 1) / out});
  return result;
}

void check(const kernels::PoolWindows& p, const Tensor<float>& x) {
  const Index planes = x.size(0), count = planes * p.out_size();
  Tensor<float> y({count}), y_twin({count}), alone({count});
  Tensor<std::int32_t> at({count}), at_twin({count});
  kernels::adaptive_max_pool(p, planes, x.data(), y.data(), at.data());
  kernels::adaptive_max_pool<float>(p, planes, x.data(), alone.data(), nullptr);
  kernels::reference::adaptive_max_pool(p, planes, x.data(), y_twin.data(), at_twin.data());
  for (Index i = 0; i < count; ++i) {
    CAPTURE(i);
    REQUIRE(at.data()[i] == at_twin.data()[i]);
    const float expected = y_twin.data()[i];
    for (const float v : {y.data()[i], alone.data()[i]})
      REQUIRE((v == expected || (std::isnan(v) && std::isnan(expected))));
  }
}

}  // namespace

TEST_CASE("adaptive_max_pool: equals its naive twin, with equals and NaN among the elements") {
  struct Case {
    std::array<Index, 3> in, out;
  };
  const int before = num_threads();
  for (const auto& c : std::vector<Case>{{{1, 1, 10}, {1, 1, 3}},
                                         {{1, 9, 40}, {1, 2, 7}},
                                         {{1, 5, 5}, {1, 5, 10}},
                                         {{7, 6, 19}, {3, 6, 1}},
                                         {{2, 12, 12}, {1, 4, 3}}}) {
    kernels::PoolWindows p{.in = c.in, .windows = {}};
    for (std::size_t k = 0; k < 3; ++k) p.windows[k] = windows(c.in[k], c.out[k]);
    auto x = Tensor<float>::uniform({23, p.in_size()}, Key(1), 0, 8);
    for (float& v : x) v = std::floor(v);
    for (const int threads : {1, 3}) {
      set_num_threads(threads);
      check(p, x);
    }
    for (Index i = 0; i < x.size(); i += 13) x.data()[i] = NAN;
    check(p, x);
  }
  set_num_threads(before);
}

}  // namespace adaptive_pool_kernel_test
