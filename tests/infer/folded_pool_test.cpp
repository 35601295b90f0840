// Pooling of the channels that exist, against the kernel that pools all.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/infer/fold/folded_pool.hpp>
#include <adafuse/kernels/pool2d.hpp>
#include <adafuse/ops/pool2d.hpp>

namespace folded_pool_test {

using namespace adafuse;
using namespace adafuse::infer;

namespace {

constexpr Index frames = 3, channels = 5;
constexpr double untouched = -77;

const PoolOptions pools[] = {{.kernel = 3, .stride = 2, .padding = 1},
                             {.kernel = 3, .stride = 2, .ceil_mode = true},
                             {.kernel = 3, .stride = 1, .padding = 1, .ceil_mode = true},
                             {.kernel = 2},
                             {.kernel = {3, 2}, .stride = {1, 3}, .padding = {1, 0}},
                             {.kernel = 4, .stride = 3, .padding = 2, .count_include_pad = false}};

}  // namespace

TEST_CASE("folded pool: what the kernel gives, for every geometry, on the channels that exist") {
  LiveLists live(frames, channels);
  for (Index f = 0; f < frames; ++f) live.set(f, [&](Index c) { return (c + f) % 2 == 0; });
  for (const auto& options : pools)
    for (const Index size : {7, 8, 12}) {
      const Shape shape{frames, channels, size, size + 1};
      const auto x = Tensor<double>::randn(shape, Key(3));
      const auto all = pool2d_geometry("test", shape, options);
      auto one = all;
      one.planes = 1;
      for (const bool maximum : {true, false}) {
        auto expected = Tensor<double>::uninitialized({frames, channels, all.out_pixels()});
        if (maximum)
          kernels::max_pool2d<double>(all, x.data(), expected.data(), nullptr);
        else
          kernels::avg_pool2d<double>(all, x.data(), expected.data());
        auto y = Tensor<double>::full(expected.shape(), untouched);
        pool_live(fold_pool<double>(one, maximum), frames, channels, x.data(), live.frames(), {},
                  y.data());
        for (Index f = 0; f < frames; ++f)
          for (Index c = 0; c < channels; ++c)
            for (Index p = 0; p < all.out_pixels(); ++p)
              CHECK(
                  y(f, c, p) ==
                  doctest::Approx((c + f) % 2 == 0 ? expected(f, c, p) : untouched).epsilon(1e-12));
      }
    }
}

TEST_CASE("folded pool: who concatenates gets the wanted channels, and zeros for those that died") {
  LiveLists live(1, channels), wanted(1, channels);
  live.set(0, [](Index c) { return c == 1 || c == 3; });
  wanted.set(0, [](Index c) { return c == 0 || c == 3; });
  const auto x = Tensor<double>::randn({1, channels, 6, 6}, Key(3));
  auto g = pool2d_geometry("test", x.shape(), {.kernel = 3, .stride = 2});
  g.planes = 1;
  auto pool = fold_pool<double>(g, true);
  pool.fill = true;
  auto y = Tensor<double>::full({channels, g.out_pixels()}, untouched);
  pool_live(pool, 1, channels, x.data(), live.frames(), wanted.frames(), y.data());
  for (Index p = 0; p < g.out_pixels(); ++p) {
    CHECK(y(0, p) == 0);
    CHECK(y(1, p) == untouched);
    CHECK(y(2, p) == untouched);
    CHECK(y(4, p) == untouched);
  }
  double largest = x(0, 3, 0, 0);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 3; ++j) largest = std::max(largest, x(0, 3, i, j));
  CHECK(y(3, 0) == largest);
}

}  // namespace folded_pool_test
