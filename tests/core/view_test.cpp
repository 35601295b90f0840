// Views: strided windows, checked against plain index arithmetic.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/tensor.hpp>
#include <type_traits>
#include <vector>

namespace view_test {

using namespace adafuse;

namespace {

template <class T>
std::vector<T> elements(const Tensor<T>& x) {
  return {x.begin(), x.end()};
}

}  // namespace

TEST_CASE("view: the last dimension is the fastest") {
  auto x = Tensor<int>::arange(24).reshape({2, 3, 4});
  const auto v = x.view<3>();
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index k = 0; k < 4; ++k) CHECK(v(i, j, k) == (i * 3 + j) * 4 + k);
  CHECK(v.shape() == Shape{2, 3, 4});
  CHECK(v.stride(0) == 12);
  CHECK(v.stride(2) == 1);
  CHECK(v.is_contiguous());
}

TEST_CASE("view: writes through to the tensor, and a const tensor gives one that only reads") {
  Tensor<float> x({2, 2});
  x.view<2>()(1, 0) = 5;
  CHECK(x(1, 0) == 5);
  const auto& reader = x;
  static_assert(std::is_same_v<decltype(reader.view<2>()), View<const float, 2>>);
  const View<const float, 2> converted = x.view<2>();
  CHECK(converted(1, 0) == 5);
  CHECK(converted.data() == x.data());
}

TEST_CASE("view: another rank is refused") {
  Tensor<float> x({2, 2});
  CHECK_THROWS_WITH_AS(x.view<3>(), "view: expects rank 3, got [2,2]", ShapeError);
}

TEST_CASE("view: an index drops the first dimension") {
  auto x = Tensor<int>::arange(24).reshape({2, 3, 4});
  const auto v = x.view<3>();
  CHECK(v[1](2, 3) == v(1, 2, 3));
  CHECK(v[1][2](3) == v(1, 2, 3));
  CHECK(v.transpose(0, 2)[3](2, 1) == v(1, 2, 3));
}

TEST_CASE("slice: takes every step-th position, upwards or downwards") {
  auto x = Tensor<int>::arange(10);
  const auto v = x.view<1>();
  CHECK(elements(contiguous(v.slice(0, 2, 5))) == std::vector{2, 3, 4});
  CHECK(elements(contiguous(v.slice(0, 1, 10, 3))) == std::vector{1, 4, 7});
  CHECK(elements(contiguous(v.slice(0, 0, 10, 9))) == std::vector{0, 9});
  CHECK(elements(contiguous(v.slice(0, 9, -1, -1))) == std::vector{9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
  CHECK(elements(contiguous(v.slice(0, 8, 1, -3))) == std::vector{8, 5, 2});
  CHECK(elements(contiguous(v.slice(0, 4, 4))).empty());
  CHECK(elements(contiguous(v.slice(0, 7, 3))).empty());
  CHECK(elements(contiguous(v.slice(0, 3, 7, -2))).empty());
}

TEST_CASE("slice: agrees with a plain loop for every start, stop and step") {
  auto x = Tensor<int>::arange(6);
  const auto v = x.view<1>();
  for (Index step : {-4, -3, -2, -1, 1, 2, 3, 4})
    for (Index start = 0; start < 6; ++start)
      for (Index stop = -1; stop <= 6; ++stop) {
        std::vector<int> expected;
        for (Index i = start; step > 0 ? i < stop : i > stop; i += step)
          expected.push_back(static_cast<int>(i));
        CAPTURE(start);
        CAPTURE(stop);
        CAPTURE(step);
        CHECK(elements(contiguous(v.slice(0, start, stop, step))) == expected);
      }
}

TEST_CASE("slice: of a slice composes, along any dimension") {
  auto x = Tensor<int>::arange(60).reshape({3, 4, 5});
  const auto v = x.view<3>();
  const auto s = v.slice(2, 4, -1, -2).slice(1, 1, 4).slice(2, 2, 0, -1).slice(0, 2, 3);
  CHECK(s.shape() == Shape{1, 3, 2});
  for (Index j = 0; j < 3; ++j)
    for (Index k = 0; k < 2; ++k) CHECK(s(0, j, k) == v(2, 1 + j, 2 * k));
}

TEST_CASE("slice: says what lies outside") {
  auto x = Tensor<int>::arange(10);
  const auto v = x.view<1>();
  CHECK_THROWS_WITH_AS(v.slice(0, 5, 11), "slice: 5:11:1 is outside of dimension 0 of [10]",
                       ShapeError);
  CHECK_THROWS_AS(v.slice(0, -1, 3), ShapeError);
  CHECK_THROWS_AS(v.slice(0, 10, 0, -1), ShapeError);
  CHECK_THROWS_AS(v.slice(0, 3, -2, -1), ShapeError);
  CHECK_THROWS_WITH_AS(v.slice(0, 0, 5, 0), "slice: step is 0", ShapeError);
  CHECK_THROWS_WITH_AS(v.slice(1, 0, 5), "slice: dimension 1 of [10]", ShapeError);
}

TEST_CASE("transpose: exchanges two dimensions, and twice is the identity") {
  auto x = Tensor<int>::arange(24).reshape({2, 3, 4});
  const auto v = x.view<3>();
  const auto t = v.transpose(0, 2);
  CHECK(t.shape() == Shape{4, 3, 2});
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index k = 0; k < 4; ++k) CHECK(t(k, j, i) == v(i, j, k));
  CHECK(elements(contiguous(t.transpose(2, 0))) == elements(x));
  CHECK_THROWS_AS(v.transpose(0, 3), ShapeError);
}

TEST_CASE("is_contiguous: holds for what lies in order, whatever stride a size of 1 has") {
  auto x = Tensor<int>::arange(24).reshape({2, 3, 4});
  const auto v = x.view<3>();
  CHECK(v.slice(0, 1, 2).is_contiguous());
  CHECK(v.slice(0, 1, -1, -1).slice(0, 0, 1).is_contiguous());
  CHECK_FALSE(v.slice(1, 0, 2).is_contiguous());
  CHECK_FALSE(v.slice(2, 3, -1, -1).is_contiguous());
  CHECK_FALSE(v.transpose(1, 2).is_contiguous());
}

TEST_CASE("contiguous: copies a window into a tensor of its own") {
  auto x = Tensor<float>::of({{1, 2, 3}, {4, 5, 6}});
  const Tensor<float> t = contiguous(x.view<2>().transpose(0, 1));
  CHECK(t.shape() == Shape{3, 2});
  CHECK(elements(t) == std::vector<float>{1, 4, 2, 5, 3, 6});
  CHECK_FALSE(t.shares_with(x));
  const Tensor<float>& reader = x;
  static_assert(std::is_same_v<decltype(contiguous(reader.view<2>())), Tensor<float>>);
  CHECK(contiguous(x.view<2>().slice(1, 1, 1)).shape() == Shape{2, 0});
}

}  // namespace view_test
