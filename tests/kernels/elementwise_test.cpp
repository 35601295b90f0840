// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/reference/elementwise.hpp>

namespace elementwise_test {

using namespace adafuse;

namespace {

template <class T>
bool same(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

/// A shape of 0 to 5 sizes between 1 and 6, and a partner that broadcasts with it.
struct Shapes {
  explicit Shapes(std::uint64_t number) {
    Draws draws(Key(1).of("shapes").of(number));
    for (Index d = draws.integer(6); d-- > 0;) full.push_back(1 + draws.integer(6));
    for (Index d = draws.integer(full.rank() + 1); d < full.rank(); ++d)
      part.push_back(draws.chance(0.4) ? 1 : full[d]);
    for (Index d = 0; d < full.rank(); ++d) holes.push_back(draws.chance(0.3) ? 1 : full[d]);
  }
  Shape full, part, holes;
};

}  // namespace

TEST_CASE("map: applies the function to each element, on every thread's share") {
  const auto x = Tensor<float>::randn({3, 20000}, Key(1));
  const auto y = kernels::map(x, [](float v) { return 2 * v; });
  CHECK(y.shape() == x.shape());
  bool all = true;
  for (Index i = 0; i < x.size(); ++i) all &= y.data()[i] == 2 * x.data()[i];
  CHECK(all);
}

TEST_CASE("map: the result has the type that the function returns") {
  const auto y = kernels::map(Tensor<float>::of({1.5f, 2.5f}), [](float v) { return double{v}; });
  CHECK(y(1) == 2.5);
  CHECK(kernels::map(Tensor<float>(Shape{0, 3}), [](float v) { return v; }).shape() == Shape{0, 3});
}

TEST_CASE("zip: equals its naive twin on shapes that broadcast") {
  const auto f = [](double a, double b) { return a - 2 * b; };
  for (std::uint64_t number = 0; number < 300; ++number) {
    const Shapes shapes(number);
    const auto full = Tensor<double>::randn(shapes.full, Key(2).of(number));
    const auto part = Tensor<double>::randn(shapes.part, Key(3).of(number));
    const auto holes = Tensor<double>::randn(shapes.holes, Key(4).of(number));
    CHECK_MESSAGE(same(kernels::zip(full, part, f), kernels::reference::zip(full, part, f)),
                  shapes.full, " with ", shapes.part);
    CHECK_MESSAGE(same(kernels::zip(part, full, f), kernels::reference::zip(part, full, f)),
                  shapes.part, " with ", shapes.full);
    CHECK_MESSAGE(same(kernels::zip(holes, part, f), kernels::reference::zip(holes, part, f)),
                  shapes.holes, " with ", shapes.part);
  }
}

TEST_CASE("zip: equals its naive twin on tensors of many chunks") {
  const auto f = [](float a, float b) { return a * b; };
  const auto x = Tensor<float>::randn({3, 7, 41, 43}, Key(1));
  for (const Shape& shape : {Shape{3, 7, 41, 43}, Shape{1, 7, 1, 1}, Shape{3, 7, 1, 1}, Shape{},
                             Shape{43}, Shape{41, 1}, Shape{3, 1, 41, 1}}) {
    const auto b = Tensor<float>::randn(shape, Key(2));
    CHECK_MESSAGE(same(kernels::zip(x, b, f), kernels::reference::zip(x, b, f)), shape);
  }
}

TEST_CASE("zip: mixes element types") {
  const auto y = kernels::zip(Tensor<float>::of({1, 2, 3}), Tensor<std::int64_t>::of({0, 1, 0}),
                              [](float v, std::int64_t keep) { return keep ? v : 0.f; });
  CHECK(same(y, Tensor<float>::of({0, 2, 0})));
}

TEST_CASE("zip: shapes that do not broadcast are told") {
  const auto f = [](float a, float b) { return a + b; };
  CHECK_THROWS_WITH_AS(kernels::zip(Tensor<float>(Shape{2, 3}), Tensor<float>(Shape{2, 2}), f),
                       "zip: [2,3] and [2,2] do not broadcast: 3 against 2", ShapeError);
}

TEST_CASE("broadcast_to: equals its naive twin") {
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Shapes shapes(number);
    for (const Shape& shape : {shapes.part, shapes.holes}) {
      const auto x = Tensor<float>::randn(shape, Key(number));
      CHECK_MESSAGE(same(kernels::broadcast_to(x, shapes.full),
                         kernels::reference::broadcast_to(x, shapes.full)),
                    shape, " to ", shapes.full);
    }
  }
}

TEST_CASE("permute: equals its naive twin in every order of four dimensions") {
  const auto x = Tensor<float>::randn({5, 3, 40, 38}, Key(1));
  std::vector<Index> order{0, 1, 2, 3};
  do {
    CHECK(same(kernels::permute<float>(x, order), kernels::reference::permute<float>(x, order)));
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace elementwise_test
