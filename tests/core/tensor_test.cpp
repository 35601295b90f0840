// Tensors: making them, sharing and copying them, and what wrong use is told.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/core/tensor.hpp>
#include <cstdint>
#include <new>
#include <vector>

namespace tensor_test {

using namespace adafuse;

namespace {

template <class T>
std::vector<T> elements(const Tensor<T>& x) {
  return {x.begin(), x.end()};
}

}  // namespace

TEST_CASE_TEMPLATE("tensor: holds each scalar type", T, float, double, std::int32_t, std::int64_t,
                   std::uint8_t) {
  Tensor<T> x(Shape{2, 3});
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x.size() == 6);
  CHECK(elements(x) == std::vector<T>(6, T{0}));
  x(1, 2) = T{7};
  CHECK(x.data()[5] == T{7});
  CHECK(reinterpret_cast<std::uintptr_t>(x.data()) % storage_alignment == 0);
  CHECK(elements(Tensor<T>::arange(4)) == std::vector<T>{0, 1, 2, 3});
}

TEST_CASE("tensor: one that was never made is undefined") {
  const Tensor<float> x;
  CHECK_FALSE(x.defined());
  CHECK(x.size() == 0);
  CHECK_FALSE(x.clone().defined());
  CHECK_FALSE(x.cast<double>().defined());
  CHECK_THROWS_AS(x.item(), ShapeError);
  CHECK(Tensor<float>(Shape{0}).defined());
}

TEST_CASE("tensor: of writes rows and planes down") {
  CHECK(Tensor<float>::of({1, 2}).shape() == Shape{2});
  const auto x = Tensor<int>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(x.shape() == Shape{2, 3});
  CHECK(elements(x) == std::vector{1, 2, 3, 4, 5, 6});
  const auto y = Tensor<double>::of({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}, {{9, 10}, {11, 12}}});
  CHECK(y.shape() == Shape{3, 2, 2});
  CHECK(y(2, 0, 1) == 10);
}

TEST_CASE("tensor: of refuses parts that differ in shape, even with equal numbers of elements") {
  CHECK(Tensor<float>::of({{0.0}, {1.0}}).shape() == Shape{2, 1});
  CHECK(Tensor<int>::of({{10}, {20}})(1, 0) == 20);
  CHECK(Tensor<int>::of({{10}}).shape() == Shape{1, 1});
  CHECK_THROWS_WITH_AS(Tensor<int>::of({{1, 2}, {3}}),
                       "Tensor::of: expects parts of one shape, got [2] and [1]", ShapeError);
  CHECK_THROWS_AS(Tensor<int>::of({{{1, 2}, {3, 4}}, {{1, 2, 3, 4}}}), ShapeError);
}

TEST_CASE("tensor: made from values, filled, and of one number") {
  const std::vector<float> values{1, 2, 3, 4};
  const Tensor<float> x({2, 2}, values);
  CHECK(elements(x) == values);
  CHECK(std::vector<float>(x.values().begin(), x.values().end()) == values);
  CHECK_THROWS_WITH_AS(Tensor<float>({2, 3}, values), "Tensor: [2,3] has 6 elements, got 4",
                       ShapeError);
  CHECK(elements(Tensor<float>::ones({3})) == std::vector<float>{1, 1, 1});
  CHECK(elements(Tensor<float>::full({2}, 5)) == std::vector<float>{5, 5});
  const auto one = Tensor<float>::scalar(2.5f);
  CHECK(one.rank() == 0);
  CHECK(one.item() == 2.5f);
  CHECK(one() == 2.5f);
  CHECK_THROWS_WITH_AS(x.item(), "item: expects one element, got [2,2]", ShapeError);
}

TEST_CASE("tensor: random numbers are a function of the key and the position") {
  const Key key(3);
  const auto x = Tensor<double>::randn({4, 5}, key);
  CHECK(elements(x) == elements(Tensor<double>::randn({20}, key)));
  CHECK(elements(x) != elements(Tensor<double>::randn({4, 5}, Key(4))));
  for (Index i = 0; i < x.size(); ++i)
    CHECK(x.data()[i] == key.normal(static_cast<std::uint64_t>(i)));
  for (double u : Tensor<double>::uniform({100}, key, -2, 3)) CHECK((-2 < u && u < 3));
}

TEST_CASE("tensor: indices are checked, and the text says which") {
  const auto x = Tensor<int>::of({{1, 2, 3}, {4, 5, 6}});
  CHECK(x(1, 0) == 4);
  CHECK_THROWS_WITH_AS(x(2, 0), "index 2 is outside of dimension 0 of [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(x(0, -1), "index -1 is outside of dimension 1 of [2,3]", ShapeError);
  CHECK_THROWS_WITH_AS(x(0), "1 indices into [2,3]", ShapeError);
  CHECK_THROWS_AS(Tensor<int>()(0), ShapeError);
}

TEST_CASE("reshape: shares the elements and works one size out") {
  auto x = Tensor<int>::arange(12);
  auto y = x.reshape({3, -1});
  CHECK(y.shape() == Shape{3, 4});
  CHECK(x.reshape({-1}).shape() == Shape{12});
  CHECK(x.reshape(Shape{2, 6}).shape() == Shape{2, 6});
  CHECK(Tensor<int>::scalar(1).reshape({1, 1}).shape() == Shape{1, 1});
  CHECK(Tensor<int>::of({7}).reshape({}).item() == 7);
  y(2, 3) = 99;
  CHECK(x(11) == 99);
  CHECK(y.shares_with(x));
}

TEST_CASE("reshape: refuses what does not fit") {
  const auto x = Tensor<int>::arange(12);
  CHECK_THROWS_WITH_AS(x.reshape({5, 2}), "reshape: [12] has 12 elements, and [5,2] has 10",
                       ShapeError);
  CHECK_THROWS_AS(x.reshape({5, -1}), ShapeError);
  CHECK_THROWS_AS(x.reshape({0, -1}), ShapeError);
  CHECK_THROWS_WITH_AS(x.reshape({-1, -1}), "reshape: at most one size is -1", ShapeError);
  CHECK_THROWS_AS(x.reshape({-3, -4}), ShapeError);
  CHECK_THROWS_AS(x.reshape({-3, -1}), ShapeError);
  // 2^32 * 2^32 * 12 is 0 in 64 bits; that must not be taken for a fit, nor be undefined.
  CHECK_THROWS_AS(x.reshape({Index{1} << 32, Index{1} << 32, 12, -1}), ShapeError);
}

TEST_CASE("tensor: an index or a range of the first dimension shares the elements") {
  auto x = Tensor<int>::arange(24).reshape({4, 3, 2});
  auto plane = x[2];
  CHECK(plane.shape() == Shape{3, 2});
  CHECK(plane(1, 1) == 15);
  CHECK(x[3][0][1].item() == 19);
  plane.fill(-1);
  CHECK(x(2, 2, 1) == -1);
  auto middle = x.narrow(1, 3);
  CHECK(middle.shape() == Shape{2, 3, 2});
  CHECK(middle.data() == x.data() + 6);
  CHECK(middle[1].data() == plane.data());
  CHECK(x.narrow(4, 4).size() == 0);
  CHECK(x.narrow(0, 4).shape() == x.shape());
  CHECK(Tensor<int>(Shape{0, 3}).narrow(0, 0).shape() == Shape{0, 3});
}

TEST_CASE("tensor: an index or a range outside of the first dimension is refused") {
  const auto x = Tensor<int>::arange(6).reshape({3, 2});
  CHECK_THROWS_WITH_AS(x[3], "index 3 is outside of [3,2]", ShapeError);
  CHECK_THROWS_AS(x[-1], ShapeError);
  CHECK_THROWS_AS(Tensor<int>::scalar(1)[0], ShapeError);
  CHECK_THROWS_WITH_AS(x.narrow(1, 4), "narrow: 1:4 is outside of dimension 0 of [3,2]",
                       ShapeError);
  CHECK_THROWS_AS(x.narrow(2, 1), ShapeError);
  CHECK_THROWS_AS(x.narrow(-1, 1), ShapeError);
  CHECK_THROWS_AS(Tensor<int>::scalar(1).narrow(0, 0), ShapeError);
}

TEST_CASE("tensor: a copy shares, a clone does not") {
  auto x = Tensor<int>::arange(3);
  auto shared = x;
  auto cloned = x.clone();
  x(0) = 50;
  CHECK(shared(0) == 50);
  CHECK(cloned(0) == 0);
  CHECK(shared.shares_with(x));
  CHECK_FALSE(cloned.shares_with(x));
  const auto part = Tensor<int>::arange(6).reshape({3, 2})[1].clone();
  CHECK(elements(part) == std::vector{2, 3});
}

TEST_CASE("tensor: elements live as long as any window onto them") {
  Tensor<int> row;
  {
    const auto x = Tensor<int>::arange(100000).reshape({1000, 100});
    row = x[999];
  }
  CHECK(row(99) == 99999);
}

TEST_CASE("tensor: a borrowed one reads and writes its owner's memory") {
  std::vector<float> owner{1, 2, 3, 4};
  {
    auto x = Tensor<float>::borrow(owner.data(), {2, 2});
    CHECK(x(1, 1) == 4);
    x(0, 1) = 20;
    CHECK(x[0].data() == owner.data());
  }
  CHECK(owner == std::vector<float>{1, 20, 3, 4});
}

TEST_CASE("tensor: cast converts each element") {
  const auto x = Tensor<double>::of({1.75, -2.5, 3});
  CHECK(elements(x.cast<int>()) == std::vector{1, -2, 3});
  CHECK(elements(x.cast<float>()) == std::vector<float>{1.75f, -2.5f, 3});
  CHECK_FALSE(x.cast<double>().data() == x.data());
}

TEST_CASE("tensor: copy_from overwrites all elements of a tensor of the same shape") {
  auto x = Tensor<int>::arange(4).reshape({2, 2});
  x.narrow(1, 2).copy_from(Tensor<int>::of({{8, 9}}));
  CHECK(elements(x) == std::vector{0, 1, 8, 9});
  CHECK_THROWS_WITH_AS(x.copy_from(Tensor<int>::arange(4)), "copy_from: expects [2,2], got [4]",
                       ShapeError);
}

TEST_CASE("tensor: more elements than memory could hold are refused, not wrapped around") {
  CHECK_THROWS_AS(Tensor<double>(Shape{Index{1} << 61}), std::bad_alloc);
}

TEST_CASE("tensor: one that was moved from is undefined, and has no elements") {
  auto x = Tensor<float>::ones({2, 3});
  const auto check_undefined = [](const Tensor<float>& t) {
    CHECK_FALSE(t.defined());
    CHECK_FALSE(t.unique());
    CHECK(t.shape() == Shape{0});
    CHECK(t.begin() == t.end());
    CHECK_FALSE(t.clone().defined());
    CHECK_THROWS_AS(t(0), ShapeError);
    CHECK_THROWS_AS(t.item(), ShapeError);
    CHECK_THROWS_AS(t.view<2>(), ShapeError);
  };
  Tensor<float> y = std::move(x);
  check_undefined(x);  // NOLINT(bugprone-use-after-move): this is what is tested
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y(1, 2) == 1);
  x = Tensor<float>::ones({4});
  x = std::move(y);
  check_undefined(y);  // NOLINT(bugprone-use-after-move)
  CHECK(x.shape() == Shape{2, 3});
  auto& self = x;
  x = std::move(self);
  CHECK(x.shape() == Shape{2, 3});
  CHECK(x(1, 2) == 1);
}

}  // namespace tensor_test
