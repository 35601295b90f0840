// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <adafuse/kernels/elementwise.hpp>
#include <adafuse/kernels/reference/where.hpp>
#include <adafuse/kernels/where.hpp>

namespace where_kernel_test {

using namespace adafuse;

namespace {

bool same(const Tensor<double>& a, const Tensor<double>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());
}

Tensor<std::uint8_t> mask_of(const Shape& shape, Key key) {
  return kernels::map(Tensor<double>::randn(shape, key),
                      [](double v) { return static_cast<std::uint8_t>(v > 0 ? 2 : 0); });
}

}  // namespace

TEST_CASE("where: equals its naive twin, whichever of the three stretch") {
  const Shape shapes[] = {{5, 3, 7}, {1, 3, 7}, {5, 1, 7}, {5, 3, 1}, {7}, {1}, {}, {3, 1}};
  for (const Shape& m : shapes)
    for (const Shape& p : shapes)
      for (const Shape& q : shapes) {
        CAPTURE(concat(m, p, q));
        const auto mask = mask_of(m, Key(1));
        const auto a = Tensor<double>::randn(p, Key(2)), b = Tensor<double>::randn(q, Key(3));
        CHECK(same(kernels::where(mask, a, b), kernels::reference::where(mask, a, b)));
      }
}

TEST_CASE("where: equals its naive twin on tensors of many chunks") {
  const Shape full{3, 7, 41, 43};
  for (const Shape& shape : {full, Shape{43}, Shape{7, 1, 1}, Shape{}}) {
    const auto mask = mask_of(full, Key(1)), few = mask_of(shape, Key(4));
    const auto x = Tensor<double>::randn(full, Key(2)), y = Tensor<double>::randn(shape, Key(3));
    CHECK(same(kernels::where(mask, x, y), kernels::reference::where(mask, x, y)));
    CHECK(same(kernels::where(mask, y, x), kernels::reference::where(mask, y, x)));
    CHECK(same(kernels::where(few, x, x), kernels::reference::where(few, x, x)));
  }
}

TEST_CASE("where: of nothing is nothing") {
  const Tensor<double> none(Shape{0, 3});
  CHECK(kernels::where(Tensor<std::uint8_t>(Shape{1, 3}), none, none).shape() == Shape{0, 3});
}

}  // namespace where_kernel_test
