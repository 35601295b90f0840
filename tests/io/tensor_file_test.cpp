// Tensors under names, asked for with the type that they have.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <adafuse/io/tensor_file.hpp>

namespace tensor_file_test {

using namespace adafuse;

TEST_CASE("tensor file: a tensor is given out as what it is, or cast on request") {
  io::TensorFile file;
  file.name = "weights";
  file.tensors["a"] = Tensor<double>::of({1.5, -2});
  CHECK(file.contains("a"));
  CHECK(!file.contains("b"));
  CHECK(file.get<double>("a")(1) == -2);
  CHECK(file.get_cast<float>("a")(0) == 1.5f);
  CHECK(io::shape_of(file.at("a")) == Shape{2});
  CHECK_THROWS_WITH_AS(file.get<float>("a"), "weights: tensor \"a\": expected F32, got F64",
                       FormatError);
  CHECK_THROWS_WITH_AS(file.get<float>("b"), "weights: no tensor \"b\"", FormatError);
  CHECK_THROWS_AS(file.get_cast<float>("b"), FormatError);
}

}  // namespace tensor_file_test
