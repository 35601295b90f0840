// Transposed convolutions: by hand, as the transposes that they are, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/conv_transpose.hpp>

#include "sizes_table.hpp"

namespace conv_transpose_test {

using namespace sizes_table;

namespace {

using D = Variable<double>;

D randn(Shape shape, std::uint64_t number) { return Tensor<double>::randn(shape, Key(number)); }

}  // namespace

TEST_CASE("conv_transpose1d: each position writes its window") {
  const auto x = Tensor<float>::of({1, 10}).reshape({1, 1, 2});
  const F w = Tensor<float>::of({1, 2, 3}).reshape({1, 1, 3});
  const auto list = [](const F& y) {
    return std::vector<float>(y.value().begin(), y.value().end());
  };
  CHECK(list(conv_transpose1d(x, w)) == std::vector<float>{1, 12, 23, 30});
  CHECK(list(conv_transpose1d(x, w, {.stride = 2})) == std::vector<float>{1, 2, 13, 20, 30});
  CHECK(list(conv_transpose1d(x, w, {.stride = 2, .padding = 1, .output_padding = 1})) ==
        std::vector<float>{2, 13, 20, 30});
  CHECK(list(conv_transpose1d(x, w, F(Tensor<float>::of({100})), {.stride = 2})) ==
        std::vector<float>{101, 102, 113, 120, 130});
  CHECK(list(conv_transpose1d(x, w, {.output_padding = 2, .dilation = 3})) ==
        std::vector<float>{1, 10, 0, 2, 20, 0, 3, 30, 0, 0});
}

TEST_CASE("conv_transpose2d, conv_transpose3d: are the transposes of convolutions") {
  const auto w2 = randn({4, 3, 3, 2}, 1), x2 = randn({2, 6, 7, 6}, 2);
  const auto y2 = conv2d(x2, w2, {.stride = 2, .padding = 1, .groups = 2});
  const auto d2 = randn(y2.shape(), 3);
  // 7 + 2 - 3 is whole strides; 6 + 2 - 2 leaves none either.
  const auto back2 = conv_transpose2d(d2, w2, {.stride = 2, .padding = 1, .groups = 2});
  REQUIRE(back2.shape() == x2.shape());
  CHECK(sum(y2 * d2).item() == doctest::Approx(sum(x2 * back2).item()));

  const auto w3 = randn({4, 3, 2, 3, 2}, 1), x3 = randn({2, 6, 5, 7, 6}, 2);
  const Conv3dOptions o{.stride = {1, 2, 2}, .padding = 1, .dilation = {2, 1, 1}, .groups = 2};
  const auto y3 = conv3d(x3, w3, o);
  const auto d3 = randn(y3.shape(), 3);
  const auto back3 = conv_transpose3d(
      d3, w3, {.stride = o.stride, .padding = 1, .groups = 2, .dilation = o.dilation});
  REQUIRE(back3.shape() == x3.shape());
  CHECK(sum(y3 * d3).item() == doctest::Approx(sum(x3 * back3).item()));
}

TEST_CASE("conv_transpose2d: output_padding chooses among the sizes") {
  const F w = Tensor<float>::ones({2, 3, 3, 3});
  const Tensor<float> x({1, 2, 4, 5});
  CHECK(conv_transpose2d(x, w, {.stride = 2, .padding = 1}).shape() == Shape{1, 3, 7, 9});
  CHECK(conv_transpose2d(x, w, {.stride = 2, .padding = 1, .output_padding = {1, 0}}).shape() ==
        Shape{1, 3, 8, 9});
  CHECK(conv_transpose2d(Tensor<float>({0, 2, 4, 5}), w).shape() == Shape{0, 3, 6, 7});
  CHECK(conv_transpose2d(Tensor<float>({3, 2, 1, 1}), w).shape() == Shape{3, 3, 3, 3});
}

TEST_CASE("conv_transpose: what does not fit is refused by name") {
  const Tensor<float> x({1, 2, 4, 5});
  const auto weight = [](Shape shape) { return F(Tensor<float>(shape)); };
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight({3, 2, 1, 1})),
                       "conv_transpose2d: weight [3,2,1,1] expects 3 input channels, x [1,2,4,5] "
                       "has 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      conv_transpose2d(x, weight({2, 2, 1, 1}), {.stride = 2, .output_padding = 2}),
      "conv_transpose2d: output_padding is below stride 2 or dilation 1, got 2", ValueError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight({2, 3, 1, 1}), weight({3}), {.groups = 2}),
                       "conv_transpose2d: expects bias [6], got [3]", ShapeError);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight({2, 3, 1, 1}), {.padding = 2}),
                       "conv_transpose2d: of 4 positions nothing is left by kernel 1, stride 1, "
                       "padding 2",
                       ShapeError);
  CHECK_THROWS_AS(conv_transpose2d(x, weight({2, 3, 1, 1}), {.groups = 3}), ShapeError);
  CHECK_THROWS_AS(conv_transpose2d(x, weight({2, 3, 1, 1}), {.groups = 0}), ValueError);
  CHECK_THROWS_AS(conv_transpose2d(x, weight({2, 3, 0, 1})), ShapeError);
  CHECK_THROWS_AS(conv_transpose2d(x, weight({2, 3, 1})), ShapeError);
  CHECK_THROWS_AS(conv_transpose2d(Tensor<float>({1, 2, 0, 5}), weight({2, 3, 1, 1})), ShapeError);
  CHECK_THROWS_AS(conv_transpose1d(x, weight({2, 3, 1})), ShapeError);
  CHECK_THROWS_AS(conv_transpose3d(x, weight({2, 3, 1, 1, 1})), ShapeError);
  CHECK_THROWS_AS(conv_transpose2d(x, weight({2, 3, 1, 1}), {.padding = -1}), ValueError);
}

TEST_CASE("conv_transpose: tensors of any shape, options of any size") {
  const F w = Tensor<float>::ones({4, 2, 2}), w2 = Tensor<float>::ones({3, 2, 2, 2}),
          w3 = Tensor<float>::ones({2, 3, 2, 2, 2});
  on_every_shape("conv_transpose1d", [&](const F& x) { return conv_transpose1d(x, w); });
  on_every_shape("conv_transpose2d", [&](const F& x) { return conv_transpose2d(x, w2); });
  on_every_shape("conv_transpose3d", [&](const F& x) { return conv_transpose3d(x, w3); });
  with_every_number("conv_transpose2d, padding",
                    [&](const F& x, Index n) { return conv_transpose2d(x, w2, {.padding = n}); });
  with_every_number("conv_transpose2d, output_padding", [&](const F& x, Index n) {
    return conv_transpose2d(x, w2, {.output_padding = n});
  });
  with_every_number("conv_transpose3d, groups",
                    [&](const F& x, Index n) { return conv_transpose3d(x, w3, {.groups = n}); });
}

}  // namespace conv_transpose_test
