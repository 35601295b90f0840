// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/reference/take.hpp>
#include <adafuse/kernels/take.hpp>

namespace take_test {

using namespace adafuse;

TEST_CASE("take: reads positions, in any order and as often as they are named") {
  const auto y = kernels::take(Tensor<float>::of({{10, 11}, {12, 13}}),
                               Tensor<std::int64_t>::of({{3, 0, 0}, {2, 3, 1}}));
  CHECK(y.shape() == Shape{2, 3});
  const auto expected = {13, 10, 10, 12, 13, 11};
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
}

TEST_CASE("put: adds to positions, those named twice twice") {
  const auto y =
      kernels::put(Tensor<float>::of({1, 2, 4}), Tensor<std::int64_t>::of({3, 0, 3}), {2, 2});
  const auto expected = {2, 0, 0, 5};
  CHECK(y.shape() == Shape{2, 2});
  CHECK(std::equal(y.begin(), y.end(), expected.begin()));
}

TEST_CASE("take and put: are each other's transpose") {
  const auto index =
      kernels::take(Tensor<std::int64_t>::arange(50), Tensor<std::int64_t>::of({7, 49, 7, 3}));
  const auto x = Tensor<double>::randn({50}, Key(1)), y = Tensor<double>::randn({4}, Key(2));
  const auto taken = kernels::take(x, index), added = kernels::put(y, index, {50});
  double left = 0, right = 0;  // <take x, y> = <x, put y>
  for (Index i = 0; i < 4; ++i) left += taken(i) * y(i);
  for (Index i = 0; i < 50; ++i) right += x(i) * added(i);
  CHECK(left == doctest::Approx(right));
}

TEST_CASE("take and put: equal the naive loops, NaN and infinities among what they carry") {
  Draws draw{Key(1)};
  for (int attempt = 0; attempt < 20; ++attempt) {
    const Index size = 1 + draw.integer(40), count = draw.integer(60);
    auto x = Tensor<float>::randn({size}, Key(2)), y = Tensor<float>::randn({count}, Key(3));
    x(draw.integer(size)) = std::numeric_limits<float>::quiet_NaN();
    if (count > 0) y(draw.integer(count)) = -std::numeric_limits<float>::infinity();
    Tensor<std::int64_t> index({count});
    for (auto& i : index) i = draw.integer(size);
    const auto same = [](const Tensor<float>& a, const Tensor<float>& b) {
      return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float v, float w) {
        return v == doctest::Approx(w).epsilon(1e-5) || v == w || (v != v && w != w);
      });
    };
    CHECK(same(kernels::take(x, index), kernels::reference::take(x, index)));
    CHECK(same(kernels::put(y, index, {size}), kernels::reference::put(y, index, {size})));
  }
}

TEST_CASE("put: a million terms at one position keep their digits, and others stay apart") {
  const auto x = Tensor<float>::full({1000000}, 0.1f);
  Tensor<std::int64_t> index(x.shape());
  index(17) = 2;
  const auto y = kernels::put(x, index, {3});
  CHECK(y(0) == doctest::Approx(0.1f * 999999.0).epsilon(1e-6));
  CHECK(y(1) == 0);
  CHECK(y(2) == 0.1f);
}

TEST_CASE("take_rows and put_rows: equal the naive loops, for any number of threads") {
  const int before = num_threads();
  Draws draw{Key(1)};
  for (const kernels::Middle m :
       {kernels::Middle{1, 9, 1}, {3, 1, 5}, {2, 40, 3}, {5, 4, 1}, {0, 3, 2}})
    for (const Index listed : {0, 1, 7, 50}) {
      const auto x = Tensor<float>::randn({m.outer, m.count, m.inner}, Key(2));
      const auto dy = Tensor<float>::randn({m.outer, listed, m.inner}, Key(3));
      Tensor<std::int64_t> rows({listed});
      for (auto& r : rows) r = draw.integer(m.count);
      Tensor<float> y(dy.shape()), y_twin(dy.shape()), dx(x.shape()), dx_twin(x.shape());
      kernels::reference::take_rows(x.data(), m, rows, y_twin.data());
      kernels::reference::put_rows(dy.data(), m, rows, dx_twin.data());
      for (const int threads : {1, 2, 3}) {
        set_num_threads(threads);
        kernels::take_rows(x.data(), m, rows, y.data());
        dx.fill(9);  // what is not in the list is 0 all the same
        kernels::put_rows(dy.data(), m, rows, dx.data());
        CHECK(std::equal(y.begin(), y.end(), y_twin.begin()));
        CHECK(std::equal(dx.begin(), dx.end(), dx_twin.begin()));
      }
    }
  set_num_threads(before);
}

TEST_CASE(
    "gather_along, scatter_along: equal their naive twins, also for fewer blocks than x has") {
  const int before = num_threads();
  for (const kernels::Middle m :
       {kernels::Middle{5, 9, 1}, {3, 4, 6}, {1, 7, 3}, {4, 1, 2}, {2, 3, 0}})
    for (const Index listed : {0, 1, 5, 30})
      for (const Index outer : {m.outer, m.outer / 2}) {
        Draws draws{Key(1)};
        Tensor<std::int64_t> index({outer, listed, m.inner});
        for (auto& k : index) k = draws.integer(m.count);
        const auto x = Tensor<float>::randn({m.outer, m.count, m.inner}, Key(2));
        const auto dy = Tensor<float>::randn(index.shape(), Key(3));
        Tensor<float> y(index.shape()), y_twin(index.shape()), dx(x.shape()), dx_twin(x.shape());
        kernels::reference::gather_along(x.data(), m, index, listed, y_twin.data());
        kernels::reference::scatter_along(dy.data(), index, listed, m, dx_twin.data());
        for (const int threads : {1, 3}) {
          set_num_threads(threads);
          dx.fill(NAN);
          kernels::gather_along(x.data(), m, index, listed, y.data());
          kernels::scatter_along(dy.data(), index, listed, m, dx.data());
          CHECK(std::equal(y.begin(), y.end(), y_twin.begin()));
          for (Index i = 0; i < dx.size(); ++i)
            CHECK(dx.data()[i] == doctest::Approx(dx_twin.data()[i]).epsilon(1e-5));
        }
      }
  set_num_threads(before);
}

TEST_CASE("scatter_along: many terms of one element keep their digits") {
  const Index listed = 1000000;
  const Tensor<std::int64_t> index({1, listed, 1});
  const auto x = Tensor<float>::full({1, listed, 1}, 0.1f);
  Tensor<float> y({1, 2, 1});
  kernels::scatter_along(x.data(), index, listed, {1, 2, 1}, y.data());
  CHECK(y.data()[0] == doctest::Approx(1e5).epsilon(1e-6));
  CHECK(y.data()[1] == 0);
}

TEST_CASE("put: floats add up what is spread, and doubles what meets at one position") {
  constexpr Index count = 8192;
  auto spread = Tensor<std::int64_t>::arange(count), together = Tensor<std::int64_t>({count});
  CHECK_FALSE(kernels::may_repeat(spread, 64));
  for (auto& i : spread) i = i * 4096;  // in steps of a power of two
  CHECK_FALSE(kernels::may_repeat(spread, 64));
  CHECK(kernels::may_repeat(together, 64));
  for (Index i = 65; i < count; ++i) together(i) = i;
  CHECK(kernels::may_repeat(together, 64));
  for (auto& i : spread) i = i / 4096 / 64 * 9;  // 64 times each
  CHECK_FALSE(kernels::may_repeat(spread, 255));
}

}  // namespace take_test
