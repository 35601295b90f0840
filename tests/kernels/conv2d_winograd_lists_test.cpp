// Winograd convolution with lists: whose tiles share vectors, and that nothing dead is touched.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/winograd/lists.hpp>
#include <limits>

#include "random_conv2d.hpp"

namespace conv2d_winograd_lists_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

constexpr Index frames = 5, channels = 40;

Conv2dGeometry square(Index size) { return square_convolution(frames, channels, size, channels); }

/// Every `step`-th channel of each frame, from the frame's number on or always the same.
struct Lists {
  std::vector<std::vector<std::int32_t>> lists;
  std::vector<LiveChannels> live;

  Lists(Index step, bool same) {
    for (Index n = 0; n < frames; ++n) {
      auto& list = lists.emplace_back();
      for (Index c = same ? 0 : n % step; c < channels; c += step)
        list.push_back(static_cast<std::int32_t>(c));
    }
    for (const auto& list : lists) live.emplace_back(list);
  }
};

}  // namespace

TEST_CASE("winograd lists: together, alone, or the rest together, whichever multiplies least") {
  const Index width = Floats::width;
  const auto sets_of = [](Index size, std::span<const LiveChannels> live) {
    winograd::TileSets sets;
    sets.set_call(forward_correlation(square(size)), {.live_out = live, .live_in = live});
    Index tiles = 0;
    for (const auto& set : sets.sets()) tiles += set.frames * set.count;
    CHECK(tiles == frames * winograd::tiles_of_frame(forward_correlation(square(size))));
    return sets.sets();
  };
  const Lists same(2, true), others(2, false);
  const Index full = 4 * width;  // as many rows of pixels as make one row of tiles a vector each
  CHECK(sets_of(7, {}).size() == 1);
  CHECK(sets_of(7, {}).front().in_lives == nullptr);
  CHECK(sets_of(7, same.live).size() == 1);
  CHECK(sets_of(7, same.live).front().ins.count == channels / 2);
  CHECK(sets_of(full, others.live).size() == frames);
  if (width == 16) {
    CHECK(sets_of(28, others.live).size() == frames + 1);
    CHECK(sets_of(28, others.live).back().count == 1);
  }
}

TEST_CASE("winograd lists: equals the naive loops, dead channels neither read nor written") {
  for (const Index size : {7, 14, 28, 33})
    for (const Index step : {1, 2, 7}) {
      const Lists ins(step, false), outs(step == 1 ? 2 : step, false);
      const auto g = square(size);
      auto x = Tensor<float>::randn({frames, channels, size, size}, Key(1));
      const auto w = Tensor<float>::randn({channels, channels, 3, 3}, Key(2));
      for (Index n = 0; n < frames; ++n)
        for (Index c = 0; c < channels; ++c)
          if (c % step != n % step)
            for (float& pixel : x[n][c]) pixel = std::numeric_limits<float>::quiet_NaN();
      const auto run = [&](ConvAlgorithm algorithm) {
        auto y = Tensor<float>::full(x.shape(), 7);
        conv2d<float>(g, x.data(), w.data(), y.data(),
                      {.algorithm = algorithm, .live_out = outs.live, .live_in = ins.live});
        return y;
      };
      INFO("size " << size << ", one of " << step);
      CHECK(relative_error(run(ConvAlgorithm("winograd")), run(ConvAlgorithm::reference)) < 2e-5);
    }
}

TEST_CASE("winograd lists: the same bits for one thread and for three") {
  const int before = num_threads();
  for (const Index size : {7, 14, 28}) {
    const Lists lists(2, false);
    const auto x = Tensor<float>::randn({frames, channels, size, size}, Key(3)),
               w = Tensor<float>::randn({channels, channels, 3, 3}, Key(4));
    const auto run = [&](int threads) {
      set_num_threads(threads);
      auto y = Tensor<float>::full(x.shape(), 7);
      conv2d<float>(
          square(size), x.data(), w.data(), y.data(),
          {.algorithm = ConvAlgorithm("winograd"), .live_out = lists.live, .live_in = lists.live});
      return y;
    };
    CHECK(std::ranges::equal(run(1), run(3)));
  }
  set_num_threads(before);
}

}  // namespace conv2d_winograd_lists_test
