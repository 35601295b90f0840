// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/shape.hpp>

namespace shape_test {

using namespace adafuse;

namespace {

template <class T>
bool same(const Variable<T>& a, const Variable<T>& b) {
  return a.shape() == b.shape() &&
         std::equal(a.value().begin(), a.value().end(), b.value().begin());
}

const Tensor<float> x = Tensor<float>::randn({2, 5, 3}, Key(1));

}  // namespace

TEST_CASE("reshape: shares the memory, and works out one size") {
  const auto y = reshape(x, {3, -1});
  CHECK(y.shape() == Shape{3, 10});
  CHECK(y.value().data() == x.data());
  CHECK(flatten(x).shape() == Shape{2, 15});
  CHECK(flatten(x, 0).shape() == Shape{30});
  CHECK(flatten(x, -1).shape() == x.shape());
  CHECK_THROWS_AS(reshape(x, {4, -1}), ShapeError);
  CHECK_THROWS_AS(reshape(x, {-1, -1}), ShapeError);
}

TEST_CASE("permute: moves dimensions, and back again") {
  const auto y = permute(x, {2, 0, 1});
  CHECK(y.shape() == Shape{3, 2, 5});
  CHECK(y.value()(2, 1, 4) == x(1, 4, 2));
  CHECK(same(permute(y, {1, 2, 0}), Variable<float>(x)));
  CHECK_THROWS_WITH_AS(permute(x, {0, 1}), "permute: 2 dimensions for [2,5,3]", ShapeError);
  CHECK_THROWS_WITH_AS(permute(x, {0, 1, 1}), "permute: dimension 1 is named twice", ShapeError);
}

TEST_CASE("transpose: exchanges two dimensions, and twice is nothing") {
  CHECK(transpose(x, 0, -1).shape() == Shape{3, 5, 2});
  CHECK(transpose(x, 0, -1).value()(2, 4, 1) == x(1, 4, 2));
  CHECK(same(transpose(transpose(x, 1, 2), 1, 2), Variable<float>(x)));
  CHECK_THROWS_WITH_AS(transpose(x, 0, 3), "transpose: dimension 3 is outside of [2,5,3]",
                       ShapeError);
}

TEST_CASE("slice: agrees with a strided view, upwards and downwards") {
  for (const auto& [start, stop, step] : std::vector<std::array<Index, 3>>{
           {0, 5, 1}, {1, 3, 1}, {0, 5, 2}, {1, 5, 3}, {4, -1, -1}, {3, 0, -2}, {2, 2, 1}}) {
    const auto expected = contiguous(x.view<3>().slice(1, start, stop, step));
    CHECK(same(slice(x, 1, start, stop, step), Variable<float>(expected)));
    CHECK(same(slice(x, -2, start, stop, step), Variable<float>(expected)));
  }
}

TEST_CASE("slice: negative positions count from the end") {
  const auto row = Tensor<float>::arange(5);
  const auto values = [&](Index start, Index stop, Index step = 1) {
    const auto y = slice(row, 0, start, stop, step).value();
    return std::vector<float>(y.begin(), y.end());
  };
  CHECK(values(0, -1) == std::vector<float>{0, 1, 2, 3});
  CHECK(values(-2, 5) == std::vector<float>{3, 4});
  CHECK(values(-5, -3) == std::vector<float>{0, 1});
  CHECK(values(-1, -1).empty());
  CHECK(values(4, -4, -2) == std::vector<float>{4, 2});
  CHECK(values(-1, -6, -1) == std::vector<float>{4, 3, 2, 1, 0});
  CHECK(values(4, -1, -1) == std::vector<float>{4, 3, 2, 1, 0});  // before the first
}

TEST_CASE("slice: positions outside are told") {
  CHECK_THROWS_WITH_AS(slice(x, 1, 2, 6), "slice: 2:6:1 is outside of dimension 1 of [2,5,3]",
                       ShapeError);
  CHECK_THROWS_AS(slice(x, 1, -6, 3), ShapeError);
  CHECK_THROWS_AS(slice(x, 1, 0, -6), ShapeError);
  CHECK_THROWS_AS(slice(x, 1, 4, -7, -1), ShapeError);
  CHECK_THROWS_AS(slice(x, 1, 6, 6), ShapeError);
  CHECK_THROWS_WITH_AS(slice(x, 1, 0, 3, 0), "slice: step is 0", ShapeError);
  CHECK_THROWS_AS(slice(x, 3, 0, 1), ShapeError);
}

TEST_CASE("embed: slice reads back what embed wrote, and the rest is 0") {
  const auto y = embed(x, {2, 11, 3}, 1, 9, -2);
  CHECK(same(slice(y, 1, 9, -1, -2), Variable<float>(x)));
  CHECK(std::count(y.value().begin(), y.value().end(), 0.f) == 2 * 6 * 3);
  CHECK_THROWS_AS(embed(x, {2, 6, 3}, 1, 2), ShapeError);
  CHECK_THROWS_AS(embed(x, {2, 9, 4}, 1, 0), ShapeError);
}

TEST_CASE("select: is a slice without its dimension") {
  const auto y = select(x, 1, 3);
  CHECK(y.shape() == Shape{2, 3});
  CHECK(y.value()(1, 2) == x(1, 3, 2));
  CHECK(same(select(x, 1, -2), y));
  CHECK_THROWS_AS(select(x, 1, -6), ShapeError);
  CHECK_THROWS_WITH_AS(select(x, 1, 5), "select: position 5 is outside of dimension 1 of [2,5,3]",
                       ShapeError);
}

TEST_CASE("cat: the slices of the result are its parts") {
  const auto wide = Tensor<float>::randn({2, 2, 3}, Key(2));
  const auto y = cat({x, wide, x}, 1);
  CHECK(y.shape() == Shape{2, 12, 3});
  CHECK(same(slice(y, 1, 0, 5), Variable<float>(x)));
  CHECK(same(slice(y, 1, 5, 7), Variable<float>(wide)));
  CHECK(same(slice(y, 1, 7, 12), Variable<float>(x)));
}

TEST_CASE("cat: only the parts that require a gradient get one") {
  const auto p = parameter(Tensor<float>::of({1, 2}));
  const Variable<float> constant = Tensor<float>::of({3});
  const auto y = cat({constant, p}, 0);
  backward(y, Tensor<float>::of({10, 20, 30}));
  CHECK(same(p.grad(), Variable<float>(Tensor<float>::of({20, 30}))));
}

TEST_CASE("cat: parts that do not fit are told") {
  CHECK_THROWS_WITH_AS(cat({x, Tensor<float>(Shape{2, 5, 4})}, 1),
                       "cat: [2,5,4] and [2,5,3] differ in more than dimension 1", ShapeError);
  CHECK_THROWS_AS(cat({x, Tensor<float>(Shape{2, 5})}, 1), ShapeError);
  CHECK_THROWS_WITH_AS(cat(std::vector<Tensor<float>>{}, 0), "cat: nothing to join", ValueError);
}

TEST_CASE("stack: the positions of the new dimension are its parts") {
  const auto other = Tensor<float>::randn({2, 5, 3}, Key(2));
  for (const Index dim : {0, 1, 2, 3, -1}) {
    const auto y = stack({x, other}, dim);
    CHECK(y.rank() == 4);
    CHECK(same(select(y, dim, 0), Variable<float>(x)));
    CHECK(same(select(y, dim, 1), Variable<float>(other)));
  }
  CHECK_THROWS_AS(stack({x, Tensor<float>(Shape{2, 5, 4})}, 0), ShapeError);
  CHECK_THROWS_AS(stack({x, other}, 4), ShapeError);
}

TEST_CASE("cat and stack: a mix of variables and tensors is one of variables") {
  const auto p = parameter(Tensor<double>::of({1, 2}));
  const auto t = Tensor<double>::of({3, 4});
  const auto y = cat({p, t}, 0), z = stack({t, p, t}, 0);
  CHECK(y.shape() == Shape{4});
  CHECK(y.requires_grad());
  CHECK(z.shape() == Shape{3, 2});
  backward(z, Tensor<double>::of({{1, 2}, {3, 4}, {5, 6}}));
  CHECK(same(p.grad(), Variable<double>(Tensor<double>::of({3, 4}))));
  const Variable<float> f = Tensor<float>::of({1});
  CHECK(cat({Tensor<float>::of({2, 3}), Tensor<float>::of({4})}, 0).size() == 3);
  CHECK(cat({f, f}, 0).size() == 2);
  CHECK(cat({f, Tensor<float>::of({2, 3})}, 0).value()(2) == 3);
}

TEST_CASE("cat, stack and slice: of integers too, which stay tensors") {
  using Labels = Tensor<std::int64_t>;
  const auto a = Labels::of({1, 2, 3}), b = Labels::of({4});
  const auto y = cat({a, b}, 0);
  static_assert(std::is_same_v<decltype(y), const Labels>);
  CHECK(y(3) == 4);
  CHECK(stack({a, a}, -1)(2, 1) == 3);
  CHECK(slice(y, 0, 1, -1)(1) == 3);
  CHECK(slice(Tensor<std::uint8_t>::of({1, 2, 3}), 0, 2, -1, -1)(0) == 3);
  CHECK_THROWS_WITH_AS(slice(y, 0, 2, 6), "slice: 2:6:1 is outside of dimension 0 of [4]",
                       ShapeError);
  CHECK_THROWS_WITH_AS(cat(std::vector<Labels>{}, 0), "cat: nothing to join", ValueError);
  CHECK_THROWS_AS(cat({a, Labels(Shape{1, 1})}, 0), ShapeError);
  CHECK_THROWS_WITH_AS(stack({a, b}, 0), "stack: [1] and [3] differ", ShapeError);
}

}  // namespace shape_test
