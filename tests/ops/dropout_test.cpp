// Dropout as an operation: the same mask forward and back.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/autograd/backward.hpp>
#include <adafuse/ops/dropout.hpp>

namespace dropout_test {

using namespace adafuse;

TEST_CASE("dropout: what is zeroed gets no gradient, what stays is scaled both ways") {
  const auto x = parameter(Tensor<double>::uniform({20, 30}, Key(1), 1, 2));
  const auto y = dropout(x, 0.25, Key(2));
  const auto dy = Tensor<double>::randn(x.shape(), Key(3));
  backward(y, dy);
  for (Index i = 0; i < x.size(); ++i) {
    const bool stays = Key(2).uniform(static_cast<std::uint64_t>(i)) >= 0.25;
    REQUIRE(y.value().data()[i] == doctest::Approx(stays ? x.value().data()[i] / 0.75 : 0));
    REQUIRE(x.grad().value().data()[i] == doctest::Approx(stays ? dy.data()[i] / 0.75 : 0));
  }
}

TEST_CASE("dropout: p = 0 changes nothing; equal keys drop equally, others do not") {
  const auto x = Tensor<float>::ones({1000});
  const auto equal = [](const Variable<float>& a, const Variable<float>& b) {
    return std::equal(a.value().begin(), a.value().end(), b.value().begin());
  };
  CHECK(equal(dropout(x, 0, Key(1)), x));
  CHECK(equal(dropout(x, 0.5, Key(1)), dropout(x, 0.5, Key(1))));
  CHECK(!equal(dropout(x, 0.5, Key(1)), dropout(x, 0.5, Key(2))));
}

TEST_CASE("dropout: a probability outside of [0, 1) is refused") {
  const Tensor<float> x({3});
  CHECK_THROWS_WITH_AS(dropout(x, 1, Key(1)), "dropout: p is in [0, 1), got 1", ValueError);
  CHECK_THROWS_AS(dropout(x, -0.1, Key(1)), ValueError);
  CHECK_THROWS_AS(dropout(x, std::nan(""), Key(1)), ValueError);
}

}  // namespace dropout_test
