// Blocked channels against the naive loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/conv2d/blocked/blocked.hpp>

#include "random_conv2d.hpp"

namespace conv2d_blocked_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {

struct BlockedCall {
  Conv2dGeometry g;
  Tensor<float> x, w;

  explicit BlockedCall(const Conv2dGeometry& geometry)
      : g(geometry),
        x(Tensor<float>::randn({g.batch, g.in_channels, g.in_height, g.in_width}, Key(1))),
        w(Tensor<float>::randn({g.out_channels, g.in_channels, g.kernel_height, g.kernel_width},
                               Key(2))) {}

  Tensor<float> operator()(Conv2dOptions<float> options, ConvAlgorithm algorithm) const {
    options.algorithm = algorithm;
    auto y = Tensor<float>::full({g.batch, g.out_channels, g.out_height(), g.out_width()}, 7);
    conv2d(g, x.data(), w.data(), y.data(), options);
    return y;
  }
};

std::vector<std::int32_t> channels(Index first, Index count, Index step) {
  std::vector<std::int32_t> list;
  for (Index i = 0; i < count; ++i) list.push_back(static_cast<std::int32_t>(first + i * step));
  return list;
}

}  // namespace

TEST_CASE("conv2d, blocked: equals the naive loops on random geometries that fit") {
  int strided = 0, wide = 0;
  const auto fits = [](const Conv2dGeometry& g) { return blocked::fits(forward_correlation(g)); };
  for_random_convolutions<float>(31, 250, fits, [&](const RandomConv2d<float>& c) {
    CHECK(relative_error(c.forward(ConvAlgorithm("blocked")), c.forward(ConvAlgorithm::reference)) <
          2e-6);
    strided += c.g.stride_width == 2;
    wide += c.g.out_width() > blocked::tile_pixels;
  });
  CHECK(strided > 20);
  CHECK(wide > 20);
}

TEST_CASE("conv2d, blocked: taps that find neither the first nor the last pixel, or nothing") {
  for (const Index size : {1, 2, 9})
    for (const Index kernel : {1, 3}) {
      const auto g = square_convolution(2, 3, size, 18, 1, kernel);
      CAPTURE(size);
      CAPTURE(kernel);
      REQUIRE(blocked::fits(forward_correlation(g)));
      const BlockedCall call(g);
      CHECK(relative_error(call({}, ConvAlgorithm("blocked")), call({}, ConvAlgorithm::reference)) <
            2e-6);
    }
}

TEST_CASE("conv2d, blocked: any number of output channels, in one unit and in several") {
  for (const Index size : {3, 4, 7, 8, 9})
    for (const Index out : {1, 15, 16, 17, 32, 33, 48, 63, 64, 65, 80}) {
      CAPTURE(size);
      CAPTURE(out);
      const BlockedCall call(square_convolution(2, 5, size, out, 1 + out % 2));
      CHECK(relative_error(call({}, ConvAlgorithm("blocked")), call({}, ConvAlgorithm::reference)) <
            2e-6);
    }
}

TEST_CASE("conv2d, blocked: weights and sums that outgrow L1 are taken piece by piece") {
  // Many channels: several pieces of weights, shared by frames. A large map: several strips.
  for (const auto& g :
       {square_convolution(5, 300, 4, 40, 1), square_convolution(2, 70, 8, 40, 2),
        square_convolution(1, 3, 90, 40, 1), square_convolution(2, 60, 40, 17, 2)}) {
    CAPTURE(g.in_height);
    const BlockedCall call(g);
    const auto [one, three] =
        with_one_and_three_threads([&] { return call({}, ConvAlgorithm("blocked")); });
    CHECK(std::ranges::equal(one, three));
    CHECK(relative_error(one, call({}, ConvAlgorithm::im2col)) < 2e-6);
  }
}

TEST_CASE("conv2d, blocked: weights from beyond L2 serve all frames, whatever lives in each") {
  const BlockedCall call(square_convolution(5, 250, 5, 130, 1));
  REQUIRE(blocked::weights_beyond_l2(call.w.size()));
  const auto few = channels(3, 9, 27), even = channels(0, 125, 2), odd = channels(1, 125, 2);
  const LiveChannels one(few), other(even), third(odd), all, none(std::span<const std::int32_t>{});
  for (const auto& live_in :
       {std::vector<LiveChannels>{}, std::vector{one, other, third, all, none},
        std::vector{none, none, none, none, none}, std::vector{one, one, one, one, other}}) {
    const auto [alone, threads] = with_one_and_three_threads(
        [&] { return call({.live_in = live_in}, ConvAlgorithm("blocked")); });
    CHECK(std::ranges::equal(alone, threads));
    CHECK(relative_error(alone, call({.live_in = live_in}, ConvAlgorithm::im2col)) < 5e-6);
  }
}

TEST_CASE("conv2d, blocked: lists of outputs, the same in a row of frames and not") {
  const BlockedCall call(square_convolution(6, 20, 6, 90, 1));
  const auto few = channels(3, 5, 7), more = channels(0, 40, 2), most = channels(1, 85, 1);
  const LiveChannels one(few), other(more), large(most), all, none(std::span<const std::int32_t>{});
  for (const auto& live_out : {std::vector{one, one, other, other, other, one},
                               std::vector{large, all, all, one, none, large}}) {
    const auto [alone, threads] = with_one_and_three_threads(
        [&] { return call({.live_out = live_out}, ConvAlgorithm("blocked")); });
    CHECK(std::ranges::equal(alone, threads));
    CHECK(relative_error(alone, call({.live_out = live_out}, ConvAlgorithm::reference)) < 2e-6);
  }
}

TEST_CASE("conv2d, blocked: weights that are packed beforehand give the same bits") {
  const BlockedCall call(square_convolution(3, 20, 8, 40, 1));
  PreparedWeights prepared;
  prepare_weights("blocked", call.g, call.w.data(), prepared);
  const float* const packed = prepared.find("blocked");
  REQUIRE(packed != nullptr);
  for (Index o = 0; o < 48; ++o)  // [units][in][taps][16]
    for (Index k = 0; k < 180; ++k)
      CHECK(packed[(o / 16 * 180 + k) * 16 + o % 16] == (o < 40 ? call.w.data()[o * 180 + k] : 0));
  CHECK(std::ranges::equal(call({.prepared = &prepared}, ConvAlgorithm("blocked")),
                           call({}, ConvAlgorithm("blocked"))));
}

TEST_CASE("conv2d, blocked: chosen for small maps, not for others") {
  const auto chosen = [&](const Conv2dGeometry& g) {
    return choose_algorithm(forward_correlation(g), {.algorithm = ConvAlgorithm::direct}, true)
        .name;
  };
  CHECK(chosen(square_convolution(8, 64, 8, 64, 1)) == ConvAlgorithm("blocked"));
  CHECK(chosen(square_convolution(8, 32, 8, 64, 2)) == ConvAlgorithm("blocked"));
  CHECK(chosen(square_convolution(8, 512, 7, 512, 1)) == ConvAlgorithm("blocked"));
  CHECK(chosen(square_convolution(8, 64, 56, 64, 1)) != ConvAlgorithm("blocked"));
}

TEST_CASE("conv2d, blocked: chosen for lists of inputs of weights beyond L2, not of outputs") {
  const auto some = channels(0, 128, 4);
  const std::vector<LiveChannels> lists(8, LiveChannels(some));
  auto other = channels(1, 128, 4);
  std::vector<LiveChannels> different(8, LiveChannels(some));
  for (std::size_t n = 0; n < 8; n += 2) different[n] = LiveChannels(other);
  const auto chosen = [&](const Conv2dOptions<float>& options, bool ready) {
    return choose_algorithm(forward_correlation(square_convolution(8, 512, 7, 512)), options, ready)
        .name;
  };
  CHECK(chosen({.algorithm = ConvAlgorithm::direct, .live_in = lists}, true) ==
        ConvAlgorithm("blocked"));
  CHECK(chosen({.algorithm = ConvAlgorithm::direct, .live_out = different}, false) !=
        ConvAlgorithm("blocked"));
}

TEST_CASE("conv2d, blocked: chosen with lists of inputs, and of outputs that fill units") {
  const auto chosen = [&](Index in, Index out) {
    const auto ins = channels(0, in, 64 / in), outs = channels(0, out, 64 / out);
    const std::vector<LiveChannels> live_in(8, LiveChannels(ins)), live_out(8, LiveChannels(outs));
    return choose_algorithm(
               forward_correlation(square_convolution(8, 64, 7, 64)),
               {.algorithm = ConvAlgorithm::direct, .live_out = live_out, .live_in = live_in}, true)
        .name;
  };
  CHECK(chosen(16, 64) == ConvAlgorithm("blocked"));
  CHECK(chosen(64, 32) == ConvAlgorithm("blocked"));
  CHECK(chosen(64, 2) != ConvAlgorithm("blocked"));  // Two lanes of sixteen.
}

}  // namespace conv2d_blocked_test
