// The whole convolution, as callers meet it: every choice of algorithm against the naive loops,
// live channels, threads, the Winograd switch, wrong calls.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/core/parallel.hpp>

#include "algorithms_for.hpp"
#include "random_conv2d.hpp"

namespace conv2d_test {

using namespace adafuse;
using namespace adafuse::kernels;
using namespace adafuse::testing;

namespace {
const auto any = [](const Conv2dGeometry&) { return true; };
}

TEST_CASE_TEMPLATE("conv2d: forward and both gradients equal the naive loops on random geometries",
                   T, float, double) {
  const double tolerance = std::is_same_v<T, float> ? 2e-5 : 1e-13;  // float: Winograd takes part.
  for_random_convolutions<T>(1, 100, any, [&](const RandomConv2d<T>& c) {
    CAPTURE(c.g.kernel_height);
    CAPTURE(c.g.stride_width);
    const auto y = c.forward(ConvAlgorithm::reference),
               dx = c.backward_data(ConvAlgorithm::reference),
               dw = c.backward_weights(ConvAlgorithm::reference);
    for (const auto algorithm :
         {ConvAlgorithm::automatic, ConvAlgorithm::direct, ConvAlgorithm::im2col}) {
      CAPTURE(std::string(algorithm.name()));
      CHECK(relative_error(c.forward(algorithm), y) < tolerance);
      CHECK(relative_error(c.backward_data(algorithm), dx) < tolerance);
      CHECK(relative_error(c.backward_weights(algorithm), dw) < tolerance);
    }
  });
}

TEST_CASE("conv2d: the bits do not depend on the number of threads") {
  const int before = num_threads();
  for_random_convolutions<float>(2, 25, any, [&](const RandomConv2d<float>& c) {
    set_num_threads(1);
    const auto y = c.forward(ConvAlgorithm::automatic),
               dx = c.backward_data(ConvAlgorithm::automatic),
               dw = c.backward_weights(ConvAlgorithm::automatic);
    for (const int threads : {2, 3}) {
      set_num_threads(threads);
      CHECK(std::ranges::equal(c.forward(ConvAlgorithm::automatic), y));
      CHECK(std::ranges::equal(c.backward_data(ConvAlgorithm::automatic), dx));
      CHECK(std::ranges::equal(c.backward_weights(ConvAlgorithm::automatic), dw));
    }
  });
  set_num_threads(before);
}

TEST_CASE("conv2d: a dead channel may hold anything, is not read, and is not written") {
  const Conv2dGeometry g{.batch = 2,
                         .in_channels = 20,
                         .in_height = 9,
                         .in_width = 9,
                         .out_channels = 24,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .padding_height = 1,
                         .padding_width = 1};
  auto x = Tensor<float>::randn({2, 20, 9, 9}, Key(1));
  const auto w = Tensor<float>::randn({24, 20, 3, 3}, Key(2));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::int32_t> in = {0, 3, 4, 11, 19}, out = {1, 2, 7, 8, 9, 10, 13, 20, 22},
                                  none;
  for (Index c = 0; c < 20; ++c)
    if (!std::ranges::binary_search(in, c)) x[0][c].fill(nan), x[1][c].fill(nan);
  const std::vector<LiveChannels> live_in = {LiveChannels(in), LiveChannels(in)};
  const std::vector<LiveChannels> live_out = {LiveChannels(out), LiveChannels(none)};
  for (const auto algorithm : algorithms_for(g)) {
    CAPTURE(std::string(algorithm.name()));
    auto y = Tensor<float>::full({2, 24, 9, 9}, 5);
    conv2d(g, x.data(), w.data(), y.data(),
           {.algorithm = algorithm, .live_out = live_out, .live_in = live_in});
    for (Index n = 0; n < 2; ++n)
      for (Index c = 0; c < 24; ++c) {
        const bool live = n == 0 && std::ranges::binary_search(out, c);
        const auto plane = y[n][c];
        CHECK(std::ranges::all_of(
            plane, [&](float v) { return live ? std::isfinite(v) && v != 5 : v == 5; }));
      }
  }
}

TEST_CASE("conv2d: no live input channel leaves the epilogue of zero") {
  const Conv2dGeometry g{.batch = 1,
                         .in_channels = 16,
                         .in_height = 12,
                         .in_width = 12,
                         .out_channels = 16,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .padding_height = 1,
                         .padding_width = 1};
  const auto x = Tensor<float>::randn({1, 16, 12, 12}, Key(1)),
             w = Tensor<float>::randn({16, 16, 3, 3}, Key(2));
  const auto shift = Tensor<float>::full({16}, 3);
  const std::vector<LiveChannels> none = {LiveChannels(std::span<const std::int32_t>{})};
  for (const auto algorithm : algorithms_for(g)) {
    Tensor<float> y({1, 16, 12, 12});
    conv2d(g, x.data(), w.data(), y.data(),
           {.algorithm = algorithm, .epilogue = {.shift = shift.data()}, .live_in = none});
    CHECK(std::ranges::all_of(y, [](float v) { return v == 3; }));
  }
}

TEST_CASE("conv2d: the residual may be the output itself, by every algorithm") {
  const auto g = square_convolution(2, 5, Floats::width, 6);
  const auto x = Tensor<float>::randn({2, 5, g.in_height, g.in_width}, Key(4)),
             w = Tensor<float>::randn({6, 5, 3, 3}, Key(5)),
             residual = Tensor<float>::randn({2, 6, g.in_height, g.in_width}, Key(6));
  for (const auto algorithm : algorithms_for(g)) {
    auto y = residual.clone(), expected = residual.clone();
    const auto run = [&](const float* added, Tensor<float>& to) {
      conv2d<float>(g, x.data(), w.data(), to.data(),
                    {.algorithm = algorithm,
                     .epilogue = {.residual = added, .activation = Activation::relu}});
    };
    run(residual.data(), expected);
    run(y.data(), y);
    CHECK(std::ranges::equal(y, expected));
  }
  for_random_convolutions<float>(3, 25, any, [](const RandomConv2d<float>& c) {
    auto y = c.dy.clone(), expected = c.dy.clone();
    conv2d(c.g, c.x.data(), c.w.data(), y.data(), {.epilogue = {.residual = y.data()}});
    conv2d(c.g, c.x.data(), c.w.data(), expected.data(),
           {.algorithm = ConvAlgorithm::im2col, .epilogue = {.residual = c.dy.data()}});
    CHECK(relative_error(y, expected) < 2e-5);
  });
}

TEST_CASE("conv2d: Winograd can be forbidden for the process, and its weights prepared once") {
  const Conv2dGeometry g{.batch = 4,
                         .in_channels = 64,
                         .in_height = 16,
                         .in_width = 16,
                         .out_channels = 64,
                         .kernel_height = 3,
                         .kernel_width = 3,
                         .padding_height = 1,
                         .padding_width = 1};
  const auto x = Tensor<float>::randn({4, 64, 16, 16}, Key(1)),
             w = Tensor<float>::randn({64, 64, 3, 3}, Key(2));
  const auto run = [&](const Conv2dOptions<float>& options) {
    Tensor<float> y({4, 64, 16, 16});
    conv2d(g, x.data(), w.data(), y.data(), options);
    return y;
  };
  const auto direct = run({.algorithm = ConvAlgorithm::direct}),
             winograd = run({.algorithm = ConvAlgorithm("winograd")});
  CHECK_FALSE(std::ranges::equal(direct, winograd));
  CHECK(winograd_allowed());
  CHECK(std::ranges::equal(run({}), winograd));
  PreparedWeights prepared;
  prepare_weights("winograd", g, w.data(), prepared);
  CHECK(std::ranges::equal(run({.prepared = &prepared}), winograd));
  set_winograd_allowed(false);
  CHECK(std::ranges::equal(run({}), direct));
  set_winograd_allowed(true);
}

TEST_CASE("conv2d: an empty batch is no work, and its weights have no gradient") {
  const Conv2dGeometry g{.batch = 0,
                         .in_channels = 3,
                         .in_height = 5,
                         .in_width = 5,
                         .out_channels = 2,
                         .kernel_height = 3,
                         .kernel_width = 3};
  std::vector<float> none, w(54, 1), dw(54, 1);
  for (const auto algorithm :
       {ConvAlgorithm::automatic, ConvAlgorithm("packed"), ConvAlgorithm("winograd")}) {
    conv2d(g, none.data(), w.data(), none.data(), {.algorithm = algorithm});
    conv2d_backward_data(g, none.data(), w.data(), none.data());
  }
  conv2d_backward_weights(g, none.data(), none.data(), dw.data());
  CHECK(std::ranges::all_of(dw, [](float v) { return v == 0; }));
}

TEST_CASE("conv2d: a wrong call is refused with op, expected and got") {
  Conv2dGeometry g{.batch = 1, .in_channels = 4, .in_height = 5, .in_width = 5, .out_channels = 6};
  std::vector<float> x(100), w(24), y(150);
  const std::vector<std::int32_t> twice = {1, 1}, beyond = {6};
  const std::vector<LiveChannels> live = {LiveChannels(twice)}, outside = {LiveChannels(beyond)},
                                  two(2);
  const auto call = [&](const Conv2dOptions<float>& options = {}) {
    conv2d(g, x.data(), w.data(), y.data(), options);
  };
  CHECK_THROWS_AS(call({.live_out = live}), ValueError);
  CHECK_THROWS_AS(call({.live_out = outside}), ValueError);
  CHECK_THROWS_AS(call({.live_in = two}), ShapeError);
  CHECK_THROWS_AS(call({.algorithm = ConvAlgorithm("winograd")}), ValueError);
  CHECK_THROWS_AS(call({.algorithm = ConvAlgorithm("depthwise")}), ValueError);
  CHECK_THROWS_AS(call({.algorithm = ConvAlgorithm("whole_rows")}), ValueError);
  std::vector<double> d(150);
  CHECK_THROWS_AS(conv2d(g, d.data(), d.data(), d.data(), {.algorithm = ConvAlgorithm("packed")}),
                  ValueError);
  g.groups = 3;
  CHECK_THROWS_AS(call(), ShapeError);
  g.groups = 1, g.kernel_height = 6;
  CHECK_THROWS_AS(call(), ShapeError);
  g.kernel_height = 1, g.stride_width = 0;
  CHECK_THROWS_AS(call(), ValueError);
  g.stride_width = 1, g.kernel_width = 2, g.padding_width = 0;
  CHECK_THROWS_AS(call({.algorithm = ConvAlgorithm("masked_direct")}), ValueError);
  g.kernel_width = 1, g.padding_width = 2;
  CHECK_THROWS_AS(call({.algorithm = ConvAlgorithm("blocked")}), ValueError);
  PreparedWeights prepared;
  CHECK_THROWS_AS(prepare_weights("blocked", g, w.data(), prepared), ValueError);
  CHECK_THROWS_WITH_AS(prepare_weights("packed", g, w.data(), prepared),
                       "prepare_weights: the packed algorithm reads plain weights", ValueError);
  CHECK_THROWS_WITH_AS(
      call({.algorithm = "fastest"}),
      doctest::Contains("no algorithm is named \"fastest\"; there are depthwise, "), ValueError);
}

}  // namespace conv2d_test
