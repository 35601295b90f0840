// Temporal shift against a naive loop, and its transpose.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/video/temporal_shift.hpp>

namespace temporal_shift_test {

using namespace adafuse;

namespace {

double inner(const Tensor<double>& a, const Tensor<double>& b) {
  double sum = 0;
  for (Index i = 0; i < a.size(); ++i) sum += a.data()[i] * b.data()[i];
  return sum;
}

}  // namespace

TEST_CASE(
    "temporal_shift: the first fold from the future, the second from the past, the rest stays") {
  const Index clips = 2, frames = 3, channels = 5;
  const auto x = Tensor<double>::randn({clips * frames, channels, 2, 2}, Key(1));
  for (const Index fold : {0, 1, 2}) {
    CAPTURE(fold);
    const auto y = temporal_shift(x, frames, fold).value();
    for (Index n = 0; n < clips; ++n)
      for (Index t = 0; t < frames; ++t)
        for (Index c = 0; c < channels; ++c) {
          const Index from = c < fold ? t + 1 : c < 2 * fold ? t - 1 : t;
          const bool exists = 0 <= from && from < frames;
          for (Index p = 0; p < 4; ++p)
            CHECK(y(n * frames + t, c, p / 2, p % 2) ==
                  (exists ? x(n * frames + from, c, p / 2, p % 2) : 0));
        }
  }
}

TEST_CASE("temporal_shift: the other direction is the adjoint, <shift x, y> = <x, shift^T y>") {
  const auto x = Tensor<double>::randn({8, 6, 3}, Key(2)),
             y = Tensor<double>::randn({8, 6, 3}, Key(3));
  CHECK(inner(temporal_shift(x, 4, 2).value(), y) ==
        doctest::Approx(inner(x, temporal_shift(y, 4, 2, -1).value())));
  const auto leaf = parameter(x);
  backward(temporal_shift(leaf, 4, 2), y);
  CHECK(inner(temporal_shift(x, 4, 2).value(), y) ==
        doctest::Approx(inner(x, leaf.grad().value())));
}

TEST_CASE("temporal_shift: a single frame loses what is shifted") {
  const auto y = temporal_shift(Tensor<float>::ones({2, 4, 1, 1}), 1, 1).value();
  for (Index f = 0; f < 2; ++f)
    for (Index c = 0; c < 4; ++c) CHECK(y(f, c, 0, 0) == (c < 2 ? 0 : 1));
}

TEST_CASE("shift_fold: an eighth of the channels") {
  CHECK(shift_fold(64) == 8);
  CHECK(shift_fold(15) == 1);
  CHECK(shift_fold(7) == 0);
}

TEST_CASE("temporal_shift: two folds must fit, and rows must fold into clips") {
  const Tensor<float> x({4, 5, 2});
  CHECK_THROWS_AS(temporal_shift(x, 2, 3), ShapeError);
  CHECK_THROWS_AS(temporal_shift(x, 2, -1), ShapeError);
  CHECK_THROWS_AS(temporal_shift(x, 3, 1), ShapeError);
  CHECK_THROWS_AS(temporal_shift(x, 0, 1), ValueError);
}

}  // namespace temporal_shift_test
