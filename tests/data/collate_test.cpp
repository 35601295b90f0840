// Samples that become batches.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/collate.hpp>

namespace collate_test {

using namespace adafuse;
using data::Collate;

TEST_CASE("collate: tensors are stacked, numbers become a tensor") {
  const auto x = Collate()(std::vector{Tensor<float>::of({1, 2}), Tensor<float>::of({3, 4})});
  CHECK(x.shape() == Shape{2, 2});
  CHECK(x(1, 0) == 3);
  const auto scalars = Collate()(std::vector{Tensor<double>::scalar(5)});
  CHECK(scalars.shape() == Shape{1});
  const auto y = Collate()(std::vector<std::int64_t>{7, 8, 9});
  CHECK(y.shape() == Shape{3});
  CHECK(y(2) == 9);
}

TEST_CASE("collate: parts of samples are batches of their own") {
  using Sample = std::tuple<Tensor<float>, std::int64_t, std::pair<double, Tensor<std::uint8_t>>>;
  const std::vector<Sample> samples{
      {Tensor<float>::of({1, 2}), 3, {0.5, Tensor<std::uint8_t>::of({1})}},
      {Tensor<float>::of({5, 6}), 4, {1.5, Tensor<std::uint8_t>::of({2})}}};
  const auto [x, label, pair] = Collate()(samples);
  CHECK(x(1, 1) == 6);
  CHECK(label(0) == 3);
  CHECK(std::get<0>(pair)(1) == 1.5);
  CHECK(std::get<1>(pair)(1, 0) == 2);
}

TEST_CASE("collate: samples of several shapes are refused") {
  CHECK_THROWS_WITH_AS(
      Collate()(std::vector{Tensor<float>({2}), Tensor<float>({3})}),
      "collate: expects samples of one shape, got [2] and [3]; a transform brings them together",
      ShapeError);
  CHECK_THROWS_AS(Collate()(std::vector<Tensor<float>>()), ValueError);
}

}  // namespace collate_test
