// A convolution and the one beside it, added up as one or one after the other: against the sum of
// two naive ones.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/conv2d.hpp>
#include <vector>

#include "algorithms_for.hpp"
#include "random_conv2d.hpp"

namespace conv2d_shortcut_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

/// Two convolutions to the same outputs, with lists and an epilogue.
template <class T>
struct Pair {
  RandomConv2d<T> main, beside;

  Pair(const Conv2dGeometry& g, const Conv2dGeometry& h, Draws& draw, Key key)
      : main(g, draw, key.of("main")), beside(h, draw, key.of("beside")) {
    main.options.epilogue.scale = main.options.epilogue.residual = nullptr;
  }

  Tensor<T> forward(ConvAlgorithm algorithm) const {
    const Conv2dShortcut<T> shortcut{beside.g, beside.x.data(), beside.w.data(), nullptr};
    auto options = main.options;
    options.algorithm = algorithm;
    options.shortcut = &shortcut;
    auto y = Tensor<T>::full(main.dy.shape(), T{7});  // Dead channels are to keep this.
    conv2d<T>(main.g, main.x.data(), main.w.data(), y.data(), options);
    return y;
  }

  /// epilogue(conv + conv), part by part.
  Tensor<T> expected() const {
    auto y = Tensor<T>::full(main.dy.shape(), T{7}), other = y.clone();
    conv2d<T>(main.g, main.x.data(), main.w.data(), y.data(),
              {.algorithm = ConvAlgorithm::reference,
               .live_out = main.options.live_out,
               .live_in = main.options.live_in});
    conv2d<T>(beside.g, beside.x.data(), beside.w.data(), other.data(),
              {.algorithm = ConvAlgorithm::reference});
    for (Index n = 0; n < main.g.batch; ++n) {
      const LiveChannels live = main.options.out_of(n);
      for (Index i = 0; i < live.count(main.g.out_channels); ++i) {
        const Index channel = live.channel(i),
                    first = (n * main.g.out_channels + channel) * main.g.out_pixels();
        std::vector<T> sums;
        for (Index p = first; p < first + main.g.out_pixels(); ++p)
          sums.push_back(y.data()[p] + other.data()[p]);
        finish_run(main.options.epilogue, sums.data(), main.g.out_pixels(), channel, first,
                   y.data() + first);
      }
    }
    return y;
  }
};

/// A 3x3 convolution of maps of `height` x `width`, and what projects maps twice as large on them.
struct Block {
  Conv2dGeometry main, beside;
};
Block some_block(Draws& draw, Index height, Index width) {
  const Index outs = 1 + draw.integer(40);
  Block block{square_convolution(1 + draw.integer(3), 1 + draw.integer(9), width, outs),
              square_convolution(1, 1 + draw.integer(9), 2 * width, outs, 2, 1)};
  block.main.in_height = height;
  block.beside.in_height = 2 * height, block.beside.batch = block.main.batch;
  return block;
}

}  // namespace

TEST_CASE("conv2d, shortcut: whole rows begin with its sums, for rows that fill vectors") {
  Draws draw{Key(81)};
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Index width = Floats::width >> draw.integer(3);
    const Block block = some_block(draw, Floats::width / width * (1 + draw.integer(9)), width);
    const Conv2dGeometry &g = block.main, &h = block.beside;
    CAPTURE(g.in_height);
    CAPTURE(g.in_width);
    REQUIRE(whole_rows::takes_shortcut(forward_correlation(g), forward_correlation(h)));
    const Pair<float> pair(g, h, draw, Key(81).of(i));
    CHECK(relative_error(pair.forward(ConvAlgorithm("whole_rows")), pair.expected()) < 2e-6);
  }
}

TEST_CASE("conv2d, shortcut: blocked channels begin with its sums, whatever they fit") {
  Draws draw{Key(82)};
  for (std::uint64_t i = 0; i < 200; ++i) {
    Block block = some_block(draw, 1 + draw.integer(12), 1 + draw.integer(20));
    Conv2dGeometry &g = block.main, &h = block.beside;
    if (draw.chance(0.3))
      h = square_convolution(g.batch, 5, g.in_width, g.out_channels), h.in_height = g.in_height;
    CAPTURE(g.in_height);
    CAPTURE(g.in_width);
    const bool fits = blocked::takes_shortcut(forward_correlation(g), forward_correlation(h));
    REQUIRE(fits);
    const Pair<float> pair(g, h, draw, Key(82).of(i));
    CHECK(relative_error(pair.forward(ConvAlgorithm("blocked")), pair.expected()) < 2e-6);
  }
}

TEST_CASE("conv2d, shortcut: every other algorithm computes it before or after") {
  Draws draw{Key(83)};
  for (std::uint64_t i = 0; i < 60; ++i) {
    const Block block = some_block(draw, 1 + draw.integer(12), 1 + draw.integer(20));
    const Conv2dGeometry &g = block.main, &h = block.beside;
    const Pair<float> pair(g, h, draw, Key(83).of(i));
    const auto expected = pair.expected();
    for (const auto algorithm : algorithms_for(g))
      CHECK(relative_error(pair.forward(algorithm), expected) < 2e-5);
    const Pair<double> doubles(g, h, draw, Key(83).of(i));
    CHECK(relative_error(doubles.forward(ConvAlgorithm::automatic), doubles.expected()) < 1e-13);
  }
}

TEST_CASE("conv2d, shortcut: prepared weights may be given; the same bits for any threads") {
  Draws draw{Key(84)};
  for (const Index batch : {1, 5}) {
    Block block = some_block(draw, 4, 4);
    Conv2dGeometry &g = block.main, &h = block.beside;
    g.batch = h.batch = batch;
    Pair<float> pair(g, h, draw, Key(84));
    pair.main.options.live_out = {};
    for (const auto algorithm : {ConvAlgorithm::direct, ConvAlgorithm("blocked")}) {
      const auto [one, three] = with_one_and_three_threads([&] { return pair.forward(algorithm); });
      CHECK(std::ranges::equal(one, three));
    }
    PreparedWeights prepared;
    prepare_weights("blocked", h, pair.beside.w.data(), prepared);
    const Conv2dShortcut<float> shortcut{h, pair.beside.x.data(), pair.beside.w.data(), &prepared};
    auto options = pair.main.options;
    options.algorithm = ConvAlgorithm("blocked");
    options.shortcut = &shortcut;
    auto y = Tensor<float>::full(pair.main.dy.shape(), 7);
    conv2d<float>(g, pair.main.x.data(), pair.main.w.data(), y.data(), options);
    CHECK(std::ranges::equal(y, pair.forward(ConvAlgorithm("blocked"))));
  }
}

TEST_CASE("conv2d, shortcut: other outputs, scales and residuals are refused") {
  Draws draw{Key(85)};
  Block block = some_block(draw, 4, 4);
  Conv2dGeometry &g = block.main, &h = block.beside;
  const auto run = [&](const Conv2dGeometry& beside, Conv2dEpilogue<float> epilogue) {
    const Conv2dShortcut<float> shortcut{beside, nullptr, nullptr, nullptr};
    conv2d<float>(g, nullptr, nullptr, nullptr, {.epilogue = epilogue, .shortcut = &shortcut});
  };
  auto wrong = h;
  wrong.in_height += 2;
  CHECK_THROWS_AS(run(wrong, {}), ShapeError);
  wrong = h, wrong.out_channels += 1;
  CHECK_THROWS_AS(run(wrong, {}), ShapeError);
  wrong = h, wrong.batch += 1;
  CHECK_THROWS_AS(run(wrong, {}), ShapeError);
  const float one = 1;
  CHECK_THROWS_AS(run(h, {.scale = &one}), ValueError);
  CHECK_THROWS_AS(run(h, {.residual = &one}), ValueError);
}

TEST_CASE("conv2d, shortcut: small maps may take it, those of 56 pixels a side not") {
  Draws draw{Key(86)};
  const auto may = [&](Index size) {
    const Block block = some_block(draw, size, size);
    const Conv2dGeometry &g = block.main, &h = block.beside;
    return may_take_shortcut(forward_correlation(g), forward_correlation(h));
  };
  CHECK(may(4));
  CHECK(may(8));
  CHECK_FALSE(may(28));
  CHECK_FALSE(may(56));
}

}  // namespace conv2d_shortcut_test
