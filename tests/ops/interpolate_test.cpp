// Resizing: by hand, where each mode puts its points, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/interpolate.hpp>

#include "lists.hpp"
#include "sizes_table.hpp"

namespace interpolate_test {

using namespace lists;
using namespace sizes_table;
using enum InterpolateMode;

TEST_CASE("interpolate: nearest takes the position below, nearest_exact that of the centre") {
  const auto x = Tensor<float>::of({10, 20, 30, 40}).reshape({1, 1, 4});
  CHECK(list(interpolate(x, {.scale_factor = 2})) ==
        std::vector<float>{10, 10, 20, 20, 30, 30, 40, 40});
  CHECK(list(interpolate(x, {.size = 2})) == std::vector<float>{10, 30});
  CHECK(list(interpolate(x, {.size = 2, .mode = nearest_exact})) == std::vector<float>{20, 40});
  CHECK(list(interpolate(x, {.size = 4})) == list(F(x)));
}

TEST_CASE("interpolate: linear scales centres of pixels, or keeps the corners") {
  const auto x = Tensor<float>::of({0, 8}).reshape({1, 1, 2});
  CHECK(list(interpolate(x, {.size = 4, .mode = linear})) == std::vector<float>{0, 2, 6, 8});
  CHECK(list(interpolate(x, {.size = 5, .mode = linear, .align_corners = true})) ==
        std::vector<float>{0, 2, 4, 6, 8});
  CHECK(list(interpolate(x, {.size = 1, .mode = linear, .align_corners = true})) ==
        std::vector<float>{0});
  CHECK(list(interpolate(x, {.size = 1, .mode = linear})) == std::vector<float>{4});
  const auto one = Tensor<float>::of({3}).reshape({1, 1, 1});
  CHECK(list(interpolate(one, {.size = 3, .mode = linear})) == std::vector<float>{3, 3, 3});
}

TEST_CASE("interpolate: a scale factor gives floor(in scale) positions, and its own step") {
  const Tensor<float> x({1, 2, 5, 4});
  CHECK(interpolate(x, {.scale_factor = {1.5, 0.6}}).shape() == Shape{1, 2, 7, 2});
  CHECK(interpolate(x, {.size = 3}).shape() == Shape{1, 2, 3, 3});
  CHECK(interpolate(Tensor<float>({0, 2, 5, 4}), {.size = {3, 7}}).shape() == Shape{0, 2, 3, 7});
  // The third of seven positions of a line of five: by steps of 1 / 1.5, or of 5 / 7.
  const auto line = Tensor<double>::arange(5).reshape({1, 1, 5});
  const auto scaled = interpolate(line, {.scale_factor = 1.5, .mode = linear}).value();
  const auto sized = interpolate(line, {.size = 7, .mode = linear}).value();
  CHECK(scaled(0, 0, 2) == doctest::Approx(2.5 / 1.5 - 0.5));
  CHECK(sized(0, 0, 2) == doctest::Approx(2.5 * 5 / 7 - 0.5));
}

TEST_CASE("interpolate: bicubic weighs four neighbours by Keys' kernel with a = -3/4") {
  // At 1/4 it is -27/256, 225/256, 67/256, -9/256: their mean is at 19/64, and not at 16/64.
  const auto weights = detail::cubic_weights(0.25);
  CHECK(weights[0] == -27.0 / 256);
  CHECK(weights[1] == 225.0 / 256);
  CHECK(weights[2] == 67.0 / 256);
  CHECK(weights[3] == -9.0 / 256);
  const auto x = Tensor<double>::arange(8).reshape({1, 1, 1, 8});
  const auto y = interpolate(x, {.size = {1, 16}, .mode = bicubic}).value();
  CHECK(y(0, 0, 0, 7) == doctest::Approx(3 + 19.0 / 64));
  CHECK(y(0, 0, 0, 8) == doctest::Approx(4 - 19.0 / 64));
}

TEST_CASE("interpolate: area is the adaptive average") {
  const auto x = Tensor<float>::arange(24).reshape({1, 1, 4, 6});
  CHECK(list(interpolate(x, {.size = {2, 3}, .mode = area})) ==
        list(adaptive_avg_pool2d(x, {2, 3})));
}

TEST_CASE("interpolate: what is not finite stays where it is") {
  const auto x = Tensor<float>::of({1, INFINITY, 3, 4}).reshape({1, 1, 4});
  const auto y = list(interpolate(x, {.size = 7, .mode = linear, .align_corners = true}));
  CHECK(y[0] == 1);
  CHECK(std::isinf(y[1]));
  CHECK(std::isinf(y[2]));
  CHECK(y[4] == 3);
}

TEST_CASE("interpolate: what does not fit is refused") {
  const Tensor<float> x({1, 2, 4, 5});
  CHECK_THROWS_WITH_AS(interpolate(x, {}), "interpolate: expects either a size or a scale_factor",
                       ValueError);
  CHECK_THROWS_AS(interpolate(x, {.size = 2, .scale_factor = 2}), ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = 2, .mode = linear}),
                       "interpolate: linear expects x of rank 3, got [1,2,4,5]", ShapeError);
  CHECK_THROWS_WITH_AS(interpolate(Tensor<float>({4, 5}), {.size = 2}),
                       "interpolate: nearest expects x of rank 3 to 5, got [4,5]", ShapeError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = {2, 3, 4}}),
                       "interpolate: 3 sizes or scale factors for x [1,2,4,5]", ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.size = 2, .align_corners = true}),
                       "interpolate: nearest has no align_corners", ValueError);
  CHECK_THROWS_WITH_AS(interpolate(x, {.scale_factor = 0.1}),
                       "interpolate: dimension 3 of [1,2,4,5] times 0.1 has no positions",
                       ShapeError);
  CHECK_THROWS_AS(interpolate(x, {.scale_factor = -1}), ValueError);
  CHECK_THROWS_AS(interpolate(x, {.scale_factor = NAN}), ValueError);
  CHECK_THROWS_AS(interpolate(x, {.size = 0}), ValueError);
  CHECK_THROWS_WITH_AS(interpolate(Tensor<float>({1, 2, 0, 5}), {.size = 2}),
                       "interpolate: dimension 2 of [1,2,0,5] is empty", ShapeError);
}

TEST_CASE("interpolate: tensors of any shape") {
  for (const auto mode : {nearest, nearest_exact, linear, bilinear, trilinear, bicubic, area}) {
    on_every_shape("interpolate, size",
                   [=](const F& x) { return interpolate(x, {.size = 3, .mode = mode}); });
    on_every_shape("interpolate, scale",
                   [=](const F& x) { return interpolate(x, {.scale_factor = 0.5, .mode = mode}); });
  }
}

}  // namespace interpolate_test
