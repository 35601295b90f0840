// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/ops/nonzero.hpp>

namespace nonzero_test {

using namespace adafuse;

TEST_CASE("nonzero: the indices of what is not 0, in order; a NaN is not") {
  const auto y = nonzero(Tensor<float>::of({{0, 1, 0}, {NAN, 0, -2}}));
  CHECK(y.shape() == Shape{3, 2});
  const std::vector<std::int64_t> expected{0, 1, 1, 0, 1, 2};
  CHECK(std::equal(y.begin(), y.end(), expected.begin(), expected.end()));
  CHECK(nonzero(Tensor<std::uint8_t>::of({0, 1, 1}))(1, 0) == 2);
  CHECK(nonzero(Variable<double>(Tensor<double>::of({0, 0, 3})))(0, 0) == 2);
}

TEST_CASE("nonzero: of zeros, of nothing, of rank 0") {
  CHECK(nonzero(Tensor<float>(Shape{2, 3})).shape() == Shape{0, 2});
  CHECK(nonzero(Tensor<float>(Shape{2, 0, 3})).shape() == Shape{0, 3});
  CHECK(nonzero(Tensor<float>::scalar(2)).shape() == Shape{1, 0});
  CHECK(nonzero(Tensor<float>::scalar(0)).shape() == Shape{0, 0});
  CHECK_THROWS_WITH_AS(nonzero(Tensor<float>()), "nonzero: needs a tensor that is defined",
                       ValueError);
}

TEST_CASE("nonzero: many elements, rows that end within a chunk, and any number of threads") {
  for (const Shape& shape :
       {Shape{40000}, Shape{7, 11, 613}, Shape{3, 1, 20000, 1}, Shape{50000, 1}}) {
    const Tensor<float> x = [&] {
      auto drawn = Tensor<float>::uniform(shape, Key(1));
      for (float& v : drawn) v = v < 0.9f ? 0 : v;
      drawn.data()[0] = 1;
      drawn.data()[drawn.size() - 1] = 1;
      return drawn;
    }();
    std::vector<std::int64_t> expected;
    for (Index i = 0; i < x.size(); ++i) {
      if (x.data()[i] == 0) continue;
      std::vector<std::int64_t> row(static_cast<std::size_t>(x.rank()));
      Index rest = i;
      for (Index d = x.rank() - 1; d >= 0; rest /= x.size(d), --d)
        row[static_cast<std::size_t>(d)] = rest % x.size(d);
      expected.insert(expected.end(), row.begin(), row.end());
    }
    const auto y = nonzero(x);
    CHECK(y.size(1) == x.rank());
    CHECK(std::equal(y.begin(), y.end(), expected.begin(), expected.end()));
  }
}

}  // namespace nonzero_test
