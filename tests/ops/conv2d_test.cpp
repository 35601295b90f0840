// The convolution as an operation: against the naive loops, its adjoints, and what it refuses.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/kernels/reference/conv2d.hpp>
#include <adafuse/ops/conv2d.hpp>

namespace conv2d_test {

using namespace adafuse;

namespace {

double dot(const Tensor<double>& a, const Tensor<double>& b) {
  REQUIRE(a.shape() == b.shape());
  double sum = 0;
  for (Index i = 0; i < a.size(); ++i) sum += a.data()[i] * b.data()[i];
  return sum;
}

/// Calls `check(x shape, w shape, options)` for strides, paddings, dilations and groups.
template <class Check>
void for_each_setting(const Check& check) {
  for (const Index groups : {1, 2, 3})
    for (const Size2 stride : {Size2(1), Size2(2), Size2(1, 3)})
      for (const Size2 padding : {Size2(0), Size2(1), Size2(2, 1)})
        for (const Size2 dilation : {Size2(1), Size2(1, 2)})
          check(Shape{2, 2 * groups, 5, 7}, Shape{3 * groups, 2, 3, 2},
                Conv2dOptions{stride, padding, dilation, groups});
}

}  // namespace

TEST_CASE("conv2d: the sum of its definition, with a bias for each channel") {
  for_each_setting([](const Shape& in, const Shape& kernel, const Conv2dOptions& options) {
    const auto x = Tensor<double>::randn(in, Key(1)), w = Tensor<double>::randn(kernel, Key(2));
    const auto b = Tensor<double>::randn({kernel[0]}, Key(3));
    const auto y = conv2d(x, w, b, options).value();
    const auto g = conv2d_geometry(in, kernel, options);
    Tensor<double> expected({2, kernel[0], g.out_height(), g.out_width()});
    kernels::reference::conv2d(g, x.data(), w.data(), expected.data());
    REQUIRE(y.shape() == expected.shape());
    for (Index n = 0; n < 2; ++n)
      for (Index o = 0; o < kernel[0]; ++o)
        for (Index i = 0; i < g.out_height(); ++i)
          for (Index j = 0; j < g.out_width(); ++j)
            REQUIRE(y(n, o, i, j) == doctest::Approx(expected(n, o, i, j) + b(o)));
  });
}

TEST_CASE("conv2d: <dy, conv(x, w)> = <data(dy, w), x> = <weights(x, dy), w>") {
  for_each_setting([](const Shape& in, const Shape& kernel, const Conv2dOptions& options) {
    const auto x = Tensor<double>::randn(in, Key(1)), w = Tensor<double>::randn(kernel, Key(2));
    const auto y = conv2d(x, w, options).value();
    const auto dy = Tensor<double>::randn(y.shape(), Key(3));
    const auto g = conv2d_geometry(in, kernel, options);
    const double form = dot(dy, y);
    CHECK(dot(conv2d_backward_data<double>(g, dy, w).value(), x) == doctest::Approx(form));
    CHECK(dot(conv2d_backward_weights<double>(g, x, dy).value(), w) == doctest::Approx(form));
  });
}

TEST_CASE("conv2d: the named algorithms agree, and pictures get no gradient") {
  const auto x = Tensor<float>::randn({2, 4, 6, 5}, Key(1));
  const auto w = parameter(Tensor<float>::randn({3, 4, 3, 3}, Key(2)));
  const auto b = parameter(Tensor<float>::randn({3}, Key(3)));
  const auto y = conv2d(x, w, b, {.padding = 1});
  const auto naive =
      conv2d(x, w, b, {.padding = 1, .algorithm = kernels::ConvAlgorithm::reference});
  for (Index i = 0; i < y.size(); ++i)
    CHECK(y.value().data()[i] == doctest::Approx(naive.value().data()[i]).epsilon(1e-5));
  backward(y, Tensor<float>::ones(y.shape()));
  CHECK(b.grad().value()(0) == 2 * 6 * 5);
  CHECK(w.grad().defined());
}

TEST_CASE("conv2d: an undefined bias is none, and an empty batch stays empty") {
  const auto x = Tensor<float>::randn({1, 2, 4, 4}, Key(1));
  const auto w = Tensor<float>::randn({3, 2, 3, 3}, Key(2));
  const auto y = conv2d(x, w, Variable<float>(), {}).value(), same = conv2d(x, w).value();
  CHECK(std::equal(y.begin(), y.end(), same.begin()));
  CHECK(conv2d(Tensor<float>({0, 2, 4, 4}), w).shape() == Shape{0, 3, 2, 2});
}

TEST_CASE("conv2d: a wrong call is refused with what was expected and got") {
  const Tensor<float> x({8, 3, 32, 32}), w({32, 16, 3, 3}), image({3, 32, 32});
  CHECK_THROWS_WITH_AS(conv2d(x, w),
                       "conv2d: weight [32,16,3,3] expects 16 input channels, x [8,3,32,32] has 3",
                       ShapeError);
  CHECK_THROWS_WITH_AS(
      conv2d(image, w),
      "conv2d: expects x [N,C,H,W] and weight [out,in/groups,kh,kw], got x [3,32,32] and weight "
      "[32,16,3,3]",
      ShapeError);
  const Tensor<float> fits({32, 3, 3, 3}), bias({31});
  CHECK_THROWS_WITH_AS(conv2d(x, fits, bias), "conv2d: expects bias [32], got [31]", ShapeError);
  CHECK_THROWS_AS(conv2d(x, fits, {.stride = 0}), ValueError);
  CHECK_THROWS_AS(conv2d(x, fits, {.groups = 0}), ValueError);
  CHECK_THROWS_AS(conv2d(x, Tensor<float>({4, 1, 3, 3}), {.groups = 3}), ShapeError);
  CHECK_THROWS_AS(conv2d(x, Tensor<float>({4, 3, 35, 3}), {.padding = 1}), ShapeError);
  const auto g = conv2d_geometry(x.shape(), fits.shape());
  CHECK_THROWS_AS(conv2d_backward_data<float>(g, x, fits), ShapeError);
  CHECK_THROWS_AS(conv2d_backward_weights<float>(g, x, x), ShapeError);
}

}  // namespace conv2d_test
