// Samples that lie in tensors.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/data/tensor_dataset.hpp>

namespace tensor_dataset_test {

using namespace adafuse;

TEST_CASE("tensor data set: a sample is a position of each tensor, in their memory") {
  const auto x = Tensor<float>::randn({5, 2, 3}, Key(1));
  const auto labels = Tensor<std::int64_t>::arange(5);
  const data::TensorDataset dataset(x, labels);
  CHECK(dataset.size() == 5);
  const auto [image, label] = dataset[3];
  CHECK(image.shape() == Shape{2, 3});
  CHECK(image.shares_with(x));
  CHECK(image(1, 2) == x(3, 1, 2));
  CHECK(label.item() == 3);
  CHECK(std::get<0>(data::TensorDataset(x)[4])(0, 0) == x(4, 0, 0));
  CHECK_THROWS_AS(dataset[5], ShapeError);
}

TEST_CASE("tensor data set: tensors of different lengths are refused") {
  const Tensor<float> x(Shape{5, 2}), y(Shape{4}), z = Tensor<float>::scalar(1);
  CHECK_THROWS_WITH_AS(data::TensorDataset(x, y),
                       "TensorDataset: expects tensors [N, ...] of one N, got [5,2] and [4]",
                       ShapeError);
  CHECK_THROWS_AS(data::TensorDataset(x, z), ShapeError);
  CHECK_THROWS_AS(data::TensorDataset{z}, ShapeError);
}

}  // namespace tensor_dataset_test
