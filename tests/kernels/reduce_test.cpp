// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/reduce.hpp>
#include <adafuse/kernels/reference/reduce.hpp>

namespace reduce_test {

using namespace adafuse;

namespace {

template <class T>
bool same(const Tensor<T>& a, const Tensor<T>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

/// Whole numbers, whose sums do not round whatever their order.
template <class T>
Tensor<T> whole(const Shape& shape, std::uint64_t number) {
  return kernels::map(Tensor<double>::uniform(shape, Key(number), -50, 50),
                      [](double v) { return static_cast<T>(std::floor(v)); });
}

}  // namespace

TEST_CASE("sum_to: equals its naive twin on random shapes") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    Draws draws(Key(1).of(number));
    Shape full, kept;
    for (Index d = draws.integer(6); d-- > 0;) full.push_back(draws.integer(7));
    for (Index d = draws.integer(full.rank() + 1); d < full.rank(); ++d)
      kept.push_back(draws.chance(0.5) ? 1 : full[d]);
    const auto x = whole<float>(full, number);
    CHECK_MESSAGE(same(kernels::sum_to(x, kept), kernels::reference::sum_to(x, kept)), full, " to ",
                  kept);
  }
}

TEST_CASE("sum_to: equals its naive twin where a sum takes many chunks") {
  struct Case {
    Shape full, kept;
  };
  for (const auto& c : std::vector<Case>{{{100003}, {}},
                                         {{4, 9, 61, 59}, {1, 9, 1, 1}},
                                         {{4, 9, 61, 59}, {4, 1, 61, 1}},
                                         {{50001, 3}, {3}},
                                         {{3, 50001}, {3, 1}},
                                         {{70, 5003}, {5003}},
                                         {{2, 20000, 5}, {2, 1, 5}}}) {
    const auto x = whole<double>(c.full, 1);
    CHECK_MESSAGE(same(kernels::sum_to(x, c.kept), kernels::reference::sum_to(x, c.kept)), c.full,
                  " to ", c.kept);
    const auto n = whole<std::int64_t>(c.full, 2);
    CHECK_MESSAGE(same(kernels::sum_to(n, c.kept), kernels::reference::sum_to(n, c.kept)), c.full,
                  " to ", c.kept);
  }
}

TEST_CASE("sum_to: has the same bits for any number of threads") {
  const int before = num_threads();
  const auto x = Tensor<float>::randn({7, 11, 53, 47}, Key(1));
  for (const Shape& shape : {Shape{}, Shape{11, 1, 1}, Shape{7, 11, 1, 1}, Shape{53, 47}}) {
    set_num_threads(1);
    const auto alone = kernels::sum_to(x, shape);
    for (const int threads : {2, 3}) {
      set_num_threads(threads);
      CHECK(same(kernels::sum_to(x, shape), alone));
    }
  }
  set_num_threads(before);
}

TEST_CASE("sum_to: ten million floats keep their digits") {
  // A running float sum stops growing at 2^24 * 0.1.
  const float sum = kernels::sum_to(Tensor<float>::full({10'000'000}, 0.1f), {}).item();
  CHECK(sum == doctest::Approx(1e6).epsilon(1e-6));
}

TEST_CASE("sum_to: no elements add up to 0") {
  CHECK(kernels::sum_to(Tensor<float>(Shape{0}), {}).item() == 0);
  CHECK(same(kernels::sum_to(Tensor<float>(Shape{0, 3}), {3}), Tensor<float>::of({0, 0, 0})));
  CHECK(kernels::sum_to(Tensor<float>(Shape{3, 0}), {1, 0}).shape() == Shape{1, 0});
}

TEST_CASE(
    "argmax, argmin: equal their naive twins, along every dimension, with equals and NaN among "
    "them") {
  for (const Shape& shape : {Shape{9}, Shape{4, 7}, Shape{3, 5, 6}, Shape{2, 3, 300, 50}})
    for (Index dim = 0; dim < shape.rank(); ++dim) {
      auto x = kernels::map(Tensor<double>::uniform(shape, Key(3), 0, 20),
                            [](double v) { return std::floor(v); });
      CHECK_MESSAGE(same(kernels::argmax(x, dim), kernels::reference::argmax(x, dim)), shape, dim);
      CHECK_MESSAGE(same(kernels::argmin(x, dim), kernels::reference::argmin(x, dim)), shape, dim);
      for (Index i = 0; i < x.size(); i += 11) x.data()[i] = NAN;
      CHECK_MESSAGE(same(kernels::argmin(x, dim), kernels::reference::argmin(x, dim)), shape, dim);
      CHECK_MESSAGE(same(kernels::argmax(x, dim), kernels::reference::argmax(x, dim)), shape, dim);
    }
}

TEST_CASE("argmax: the first of equals, and minus infinity is a number like others") {
  CHECK(kernels::argmax(Tensor<float>::of({1, 3, 3, 2}), 0).item() == 1);
  const float inf = INFINITY;
  CHECK(kernels::argmax(Tensor<float>::of({-inf, -inf, -5}), 0).item() == 2);
  CHECK(kernels::argmax(Tensor<std::int32_t>::of({-3, 4, 4}), 0).item() == 1);
}

TEST_CASE("sum_of: a function of the elements is what is summed, along any dimensions") {
  const auto square = [](double v) { return v * v; };
  for (const Shape& full : std::vector<Shape>{{4, 7, 6}, {20000, 3}, {3, 40000}, {1, 1}}) {
    const auto x = whole<float>(full, 4);
    for (const Shape& kept : std::vector<Shape>{{}, full, full.with(0, 1), full.with(-1, 1)}) {
      const auto squares = kernels::map(x, [](float v) { return static_cast<double>(v * v); });
      CHECK_MESSAGE(same(kernels::sum_of(x, kept, square), kernels::sum_to(squares, kept)), full,
                    " to ", kept);
    }
  }
}

TEST_CASE("argmax, argmin: long rows, in parts, as their naive twins") {
  const int before = num_threads();
  for (const Index count : {65, 1000, 100003}) {
    auto x = kernels::map(Tensor<double>::uniform({2, count}, Key(5), 0, 500),
                          [](double v) { return static_cast<float>(std::floor(v)); });
    for (const int threads : {1, 3}) {
      set_num_threads(threads);
      CHECK(same(kernels::argmax(x, 1), kernels::reference::argmax(x, 1)));
      CHECK(same(kernels::argmin(x, 1), kernels::reference::argmin(x, 1)));
    }
    x(1, count - 1) = NAN;
    CHECK(kernels::argmax(x, 1)(1) == count - 1);
    x(1, count / 2) = NAN;
    CHECK(kernels::argmin(x, 1)(1) == count / 2);
  }
  set_num_threads(before);
}

}  // namespace reduce_test
