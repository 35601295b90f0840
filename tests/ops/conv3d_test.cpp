// Convolution over a volume: the definition, loop by loop, and what is refused.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/ops/conv3d.hpp>

#include "sizes_table.hpp"

namespace conv3d_test {

using namespace sizes_table;

namespace {

using D = Variable<double>;

/// The sum over c, r, p, q for output (n, o, l, i, j), without a bias.
double output(const Tensor<double>& x, const Tensor<double>& w, const Conv3dOptions& o,
              const std::array<Index, 5>& at) {
  const Index ins = w.size(1), outs = w.size(0) / o.groups;
  double sum = 0;
  for (Index c = 0; c < ins; ++c)
    for (Index r = 0; r < w.size(2); ++r)
      for (Index p = 0; p < w.size(3); ++p)
        for (Index q = 0; q < w.size(4); ++q) {
          const Index l = at[2] * o.stride.depth - o.padding.depth + r * o.dilation.depth,
                      i = at[3] * o.stride.height - o.padding.height + p * o.dilation.height,
                      j = at[4] * o.stride.width - o.padding.width + q * o.dilation.width;
          if (0 <= l && l < x.size(2) && 0 <= i && i < x.size(3) && 0 <= j && j < x.size(4))
            sum += w(at[1], c, r, p, q) * x(at[0], at[1] / outs * ins + c, l, i, j);
        }
  return sum;
}

}  // namespace

TEST_CASE("conv3d: is its definition, over strides, paddings, dilations and groups") {
  const auto x = Tensor<double>::randn({2, 4, 5, 4, 6}, Key(1));
  for (const Conv3dOptions& o :
       {Conv3dOptions{}, Conv3dOptions{.stride = {2, 1, 3}, .padding = {1, 2, 0}},
        Conv3dOptions{.padding = 2, .dilation = {2, 1, 2}, .groups = 2},
        Conv3dOptions{.stride = {1, 2, 1}, .dilation = {1, 2, 1}, .groups = 4}}) {
    const auto w = Tensor<double>::randn({4, 4 / o.groups, 3, 2, 2}, Key(2));
    const auto y = conv3d(x, D(w), o).value();
    for (Index n = 0; n < y.size(0); ++n)
      for (Index c = 0; c < y.size(1); ++c)
        for (Index l = 0; l < y.size(2); ++l)
          for (Index i = 0; i < y.size(3); ++i)
            for (Index j = 0; j < y.size(4); ++j)
              REQUIRE(y(n, c, l, i, j) == doctest::Approx(output(x, w, o, {n, c, l, i, j})));
  }
}

TEST_CASE("conv3d: without examples, of one position") {
  const F w = Tensor<float>::ones({3, 2, 1, 1, 1});
  CHECK(conv3d(Tensor<float>({0, 2, 4, 3, 2}), w).shape() == Shape{0, 3, 4, 3, 2});
  CHECK(conv3d(Tensor<float>::ones({1, 2, 1, 1, 1}), w).value()(0, 2, 0, 0, 0) == 2);
}

TEST_CASE("conv3d: what does not fit is refused by name") {
  const Tensor<float> x({1, 2, 3, 4, 5});
  const auto weight = [](Shape shape) { return F(Tensor<float>(shape)); };
  CHECK_THROWS_WITH_AS(conv3d(x, weight({3, 1, 1, 1, 1})),
                       "conv3d: weight [3,1,1,1,1] expects 1 input channels, x [1,2,3,4,5] has 2",
                       ShapeError);
  CHECK_THROWS_WITH_AS(conv3d(x, weight({3, 2, 5, 1, 1})),
                       "conv3d: 3 positions padded by 0 have no window of 5 by 1", ShapeError);
  CHECK_THROWS_AS(conv3d(x, weight({3, 2, 1, 5, 1})), ShapeError);
  CHECK_THROWS_AS(conv3d(x, weight({3, 2, 1, 1})), ShapeError);
  CHECK_THROWS_AS(conv3d(x, weight({3, 2, 1, 1, 1}), weight({2})), ShapeError);
  CHECK_THROWS_AS(conv3d(x, weight({3, 2, 1, 1, 1}), {.stride = {0, 1, 1}}), ValueError);
  CHECK_THROWS_AS(conv3d(x, weight({3, 2, 1, 1, 1}), {.padding = {0, -1, 0}}), ValueError);
  CHECK_THROWS_AS(conv3d(x, weight({3, 2, 1, 1, 1}), {.groups = 2}), ShapeError);
}

TEST_CASE("conv3d: tensors of any shape, options of any size") {
  const F w = Tensor<float>::ones({2, 2, 1, 1, 1});
  on_every_shape("conv3d", [&](const F& x) { return conv3d(x, w, {.padding = 1}); });
  with_every_number("conv3d, stride",
                    [&](const F& x, Index n) { return conv3d(x, w, {.stride = n}); });
  with_every_number("conv3d, dilation",
                    [&](const F& x, Index n) { return conv3d(x, w, {.dilation = n}); });
  with_every_number("conv3d, groups",
                    [&](const F& x, Index n) { return conv3d(x, w, {.groups = n}); });
}

}  // namespace conv3d_test
