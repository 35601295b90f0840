// Kernels that write into their operand, against loops.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/kernels/in_place.hpp>

namespace in_place_test {

using namespace adafuse;

TEST_CASE("in place: map_into applies the function to each element") {
  auto x = Tensor<float>::randn({50, 701}, Key(1));
  const auto before = x.clone();
  kernels::map_into(x, [](float v) { return 2 * v + 1; });
  for (Index i = 0; i < x.size(); ++i) REQUIRE(x.data()[i] == 2 * before.data()[i] + 1);
}

TEST_CASE("in place: zip_into reads what stretches where it stands") {
  const Shape shape{6, 1, 7, 500};
  for (const Shape& of_b : {shape, Shape{500}, Shape{7, 1}, Shape{6, 1, 1, 1}, Shape{}}) {
    CAPTURE(of_b);
    auto a = Tensor<double>::randn(shape, Key(1));
    const auto before = a.clone(), b = Tensor<double>::randn(of_b, Key(2));
    kernels::zip_into(a, b, [](double v, double w) { return v - w; });
    const auto from = [&](Index d) { return of_b.rank() >= d && of_b[-d] != 1; };
    for (Index i = 0; i < 6; ++i)
      for (Index j = 0; j < 7; ++j)
        for (Index k = 0; k < 500; ++k) {
          Index at = 0;
          if (from(4)) at = at * 6 + i;
          if (from(2)) at = at * 7 + j;
          if (from(1)) at = at * 500 + k;
          REQUIRE(a(i, 0, j, k) == before(i, 0, j, k) - b.data()[at]);
        }
  }
}

TEST_CASE("in place: of nothing, nothing") {
  Tensor<float> x(Shape{0, 3});
  kernels::map_into(x, [](float v) { return v + 1; });
  kernels::zip_into(x, Tensor<float>::of({1, 2, 3}), [](float v, float w) { return v + w; });
  CHECK(x.size() == 0);
}

}  // namespace in_place_test
